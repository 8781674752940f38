"""Compares the gateway's lists with ours every day, both ways (docs/charging.md, D).

Differences are reported and never corrected silently. An object of ours is fetched again in the
usual way (billing.charging.gateway_events); a difference that remains is for a person.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from billing.charging import gateway_events
from billing.charging.elsewhere import found_objects
from billing.charging.elsewhere.compare import compare
from billing.gateways import exchange, registry
from billing.gateways.accounts import gateway, look_up_debits
from billing.gateways.base import Gateway, GatewayObject, GatewayUnknown, Outcome
from billing.models import Collection, FoundObject, GatewayAccount, Payment, PaymentMethod
from billing.rules.errors import NotConnected

log = logging.getLogger(__name__)
WINDOW = timedelta(days=40)
ORPHAN_AFTER = timedelta(days=1)


def reconcile(*, now: datetime, window: timedelta = WINDOW) -> list[str]:
    """Return every difference as a sentence; outcomes of our objects that were missed are stored.

    Amounts in the sentences are in minor units.
    """
    differences: list[str] = []
    for name, business, is_shared in payment_accounts():
        try:
            its_gateway = gateway(name, business)
            if not is_shared:
                look_up_debits(its_gateway, business)
            differences += _compare(its_gateway, None if is_shared else business, now, window)
        except (GatewayUnknown, NotConnected) as error:
            differences.append(f"{name}: the list could not be read ({error})")
        except Exception as error:  # the other accounts are compared all the same
            log.exception("The list of an account at %s could not be compared.", name)
            differences.append(f"{name}: the list could not be compared ({type(error).__name__})")
    return differences


def payment_accounts() -> Iterator[tuple[str, UUID, bool]]:
    """Yield (gateway, a business that uses the account, whether all businesses share it)."""
    for name, business in GatewayAccount.objects.values_list("gateway", "business"):
        yield name, business, False
    for kind in registry.kinds().values():
        if not kind.is_shared:
            continue
        collections = Collection.objects.filter(gateway=kind.name)
        cards = PaymentMethod.objects.filter(gateway=kind.name)
        if any_row := collections.first() or cards.first():
            yield kind.name, any_row.business_id, True


def _compare(
    gateway: Gateway, business: UUID | None, now: datetime, window: timedelta
) -> Iterator[str]:
    """Yield the differences of one account; `business` is None if all businesses share it."""
    since = now - window
    seen, paid = set[str](), set[str]()
    for theirs in gateway.created_since(since):
        seen.add(theirs.handle)
        if theirs.outcome == Outcome.SUCCEEDED and theirs.handle in paid:
            amount = f"{theirs.amount} {theirs.currency}"
            yield f"{gateway.name} took {amount} for {theirs.handle} once more"
        if theirs.outcome == Outcome.SUCCEEDED:
            paid.add(theirs.handle)
        try:
            yield from _theirs(gateway, business, theirs, now)
        except (GatewayUnknown, NotConnected):
            raise
        except Exception as error:
            log.exception("%s at %s could not be compared.", theirs.handle, gateway.name)
            yield f"{theirs.handle} could not be compared ({type(error).__name__})"
    ours = Payment.objects.filter(gateway=gateway.name, created_at__gte=since + ORPHAN_AFTER)
    ours = ours.filter(business=business) if business else ours
    if exchanged_at := exchange.exchanged_at(gateway.name, business):
        ours = ours.filter(created_at__gt=exchanged_at)
    for reference, number in ours.values_list("reference", "receipt_number").iterator(2000):
        if reference not in seen and not _made_before(reference, since):
            yield f"{number}: {gateway.name} does not know the payment {reference}"
    yield from compare(gateway, business, since=since, now=now)


def _made_before(handle: str, since: datetime) -> bool:
    """Whether the object is older than the list, as of an invoice paid long after it was issued."""
    return Collection.objects.filter(handle=handle, created_at__lt=since + ORPHAN_AFTER).exists()


def _theirs(
    gateway: Gateway, business: UUID | None, theirs: GatewayObject, now: datetime
) -> Iterator[str]:
    """Yield the differences between an object of the gateway and our payment."""
    name, handle = gateway.name, theirs.handle
    amount = f"{theirs.amount} {theirs.currency}"
    payment = Payment.objects.filter(gateway=name, reference=handle).first()
    if theirs.outcome == Outcome.SUCCEEDED and payment is None:
        gateway_events.read_gateway_object(name, handle, account=None, now=now)
        payment = Payment.objects.filter(gateway=name, reference=handle).first()
        if payment is None and not found_objects.is_closed(name, handle):
            found_objects.keep(name, business, theirs, now=now)
            yield f"{name} took {amount} for {handle}, and we have no payment"
    if payment and (payment.amount, payment.currency) != (theirs.amount, theirs.currency):
        ours = f"{payment.amount} {payment.currency}"
        yield f"{payment.receipt_number}: {name} says {amount}, ours {ours}"
    if payment and theirs.outcome != Outcome.SUCCEEDED:
        yield f"{payment.receipt_number}: {name} says {theirs.outcome}"
    created_at = theirs.created_at
    if theirs.outcome == Outcome.NEW and created_at and now - created_at > ORPHAN_AFTER:
        _cancel_orphan(gateway, handle)


def _cancel_orphan(gateway: Gateway, handle: str) -> None:
    """Cancel an object that no collection uses, so that it can never take money.

    One that was found after the database went back waits for its invoice to be issued again.
    """
    is_awaited = FoundObject.objects.filter(handle=handle, gateway=gateway.name, taken_at=None)
    if not Collection.objects.filter(handle=handle).exists() and not is_awaited.exists():
        gateway.cancel(handle)
