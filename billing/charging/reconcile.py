"""Compares the gateway's list of payment objects with ours, both ways, every day (docs/charging.md, D).

A difference is reported, never corrected in silence: an object of ours is fetched again in the usual way
(billing.charging.gateway_events), and what still differs is for a person.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from billing.charging import gateway_events
from billing.gateways import registry
from billing.gateways.accounts import gateway
from billing.gateways.base import Gateway, GatewayObject, GatewayUnknown, Outcome
from billing.models import Collection, GatewayAccount, Payment
from billing.rules.errors import NotConnected

WINDOW = timedelta(days=40)
ORPHAN_AFTER = timedelta(days=1)


def reconcile(*, now: datetime, window: timedelta = WINDOW) -> list[str]:
    """Report every difference in words; objects of ours whose outcome we missed are applied on the way."""
    differences: list[str] = []
    for name, business, is_shared in _accounts():
        try:
            its_gateway = gateway(name, business)
            differences += _compare(its_gateway, None if is_shared else business, now, window)
        except (GatewayUnknown, NotConnected) as error:
            differences.append(f"{name}: the list could not be read ({error})")
    return differences


def _accounts() -> Iterator[tuple[str, UUID, bool]]:
    """(gateway, a business whose account it is, whether all businesses share the account)."""
    for name, business in GatewayAccount.objects.values_list("gateway", "business"):
        yield name, business, False
    for kind in registry.kinds().values():
        of_any = Collection.objects.filter(gateway=kind.name).values_list("business", flat=True)
        if kind.is_shared and (any_business := of_any.first()):
            yield kind.name, any_business, True


def _compare(
    gateway: Gateway, business: UUID | None, now: datetime, window: timedelta
) -> Iterator[str]:
    """Both lists of one account; its payments are those of `business`, or of all where it is None."""
    since = now - window
    seen, paid = set[str](), set[str]()
    for found in gateway.created_since(since):
        seen.add(found.handle)
        if found.outcome == Outcome.SUCCEEDED and found.handle in paid:
            yield f"{gateway.name} took {found.amount} {found.currency} for {found.handle} once more"
        if found.outcome == Outcome.SUCCEEDED:
            paid.add(found.handle)
        yield from _theirs(gateway, found, now)
    ours = Payment.objects.filter(gateway=gateway.name, created_at__gte=since + ORPHAN_AFTER)
    ours = ours.filter(business=business) if business else ours
    for reference, text in ours.values_list("reference", "receipt_number").iterator(2000):
        if reference not in seen and not _made_before(reference, since):
            yield f"{text}: {gateway.name} does not know the payment {reference}"


def _made_before(handle: str, since: datetime) -> bool:
    """Whether the object is older than the list: an invoice that was paid long after it was issued."""
    return Collection.objects.filter(handle=handle, created_at__lt=since + ORPHAN_AFTER).exists()


def _theirs(gateway: Gateway, found: GatewayObject, now: datetime) -> Iterator[str]:
    """What differs between one object of the gateway and our payment for it."""
    name = gateway.name
    payment = Payment.objects.filter(gateway=name, reference=found.handle).first()
    if found.outcome == Outcome.SUCCEEDED and payment is None:
        gateway_events.read_gateway_object(name, found.handle, account=None, now=now)
        payment = Payment.objects.filter(gateway=name, reference=found.handle).first()
        if payment is None:
            yield f"{name} took {found.amount} {found.currency} for {found.handle}, and we have no payment"
    if payment and (payment.amount, payment.currency) != (found.amount, found.currency):
        ours = f"{payment.amount} {payment.currency}"
        yield f"{payment.receipt_number}: {name} says {found.amount} {found.currency}, ours {ours}"
    if payment and found.outcome != Outcome.SUCCEEDED:
        yield f"{payment.receipt_number}: {name} says {found.outcome}"
    if found.outcome == Outcome.NEW and found.created_at and now - found.created_at > ORPHAN_AFTER:
        _cancel_orphan(gateway, found)


def _cancel_orphan(gateway: Gateway, found: GatewayObject) -> None:
    """Cancel an object that was made a second time and not bound: it can take no money, and now never will."""
    if not Collection.objects.filter(handle=found.handle).exists():
        gateway.cancel(found.handle)
