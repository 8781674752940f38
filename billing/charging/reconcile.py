"""Compares the gateway's list with ours, both ways, every day (docs/charging.md, D).

What differs is said, never mended in silence: an object of ours is looked at again in the usual way
(billing.charging.gateway_events), and what stays different is for a person.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from billing.charging import gateway_events
from billing.gateways.base import Gateway, GatewayObject, GatewayUnknown, Outcome
from billing.gateways.registry import SANDBOX, gateway
from billing.models import Collection, GatewayAccount, Payment

WINDOW = timedelta(days=40)
ORPHAN_AFTER = timedelta(days=1)


def reconcile(*, now: datetime, window: timedelta = WINDOW) -> list[str]:
    """Every difference, in words; objects of ours whose state we missed are applied on the way."""
    wrong: list[str] = []
    for name, business in _accounts():
        bank = gateway(name, business)
        try:
            wrong += _compare(bank, name, business, now, window)
        except GatewayUnknown as lost:
            wrong.append(f"{name}: the list could not be read ({lost})")
    return wrong


def _accounts() -> list[tuple[str, UUID]]:
    """(gateway, one business whose account it is)."""
    own = list(GatewayAccount.objects.values_list("gateway", "business"))
    house = Collection.objects.filter(gateway=SANDBOX).values_list("gateway", "business")[:1]
    return own + list(house)


def _compare(
    bank: Gateway, name: str, business: UUID, now: datetime, window: timedelta
) -> Iterator[str]:
    since = now - window
    seen: set[str] = set()
    for found in bank.created_since(since):
        seen.add(found.handle)
        yield from _theirs(bank, found, name, now)
    ours = Payment.objects.filter(gateway=name, created_at__gte=since + ORPHAN_AFTER)
    ours = ours if name == SANDBOX else ours.filter(business=business)
    for reference, text in ours.values_list("reference", "receipt_number").iterator(2000):
        if reference not in seen and not _made_before(reference, since):
            yield f"{text}: {name} does not know the payment {reference}"


def _made_before(handle: str, since: datetime) -> bool:
    """Its object is older than the list: an invoice that was paid long after it was issued."""
    return Collection.objects.filter(handle=handle, created_at__lt=since + ORPHAN_AFTER).exists()


def _theirs(bank: Gateway, found: GatewayObject, name: str, now: datetime) -> Iterator[str]:
    paid = Payment.objects.filter(gateway=name, reference=found.handle).first()
    if found.outcome == Outcome.SUCCEEDED and paid is None:
        gateway_events.look(name, found.handle, account=None, now=now)
        paid = Payment.objects.filter(gateway=name, reference=found.handle).first()
        if paid is None:
            yield f"{name} took {found.amount} {found.currency} for {found.handle}, and we have no payment"
    if paid and (paid.amount, paid.currency) != (found.amount, found.currency):
        words = f"{found.amount} {found.currency}, ours {paid.amount} {paid.currency}"
        yield f"{paid.receipt_number}: {name} says {words}"
    if paid and found.outcome != Outcome.SUCCEEDED:
        yield f"{paid.receipt_number}: {name} says {found.outcome}"
    if found.outcome == Outcome.NEW and found.created_at and now - found.created_at > ORPHAN_AFTER:
        _cancel_orphan(bank, found)


def _cancel_orphan(bank: Gateway, found: GatewayObject) -> None:
    """Made twice, bound once: the other one can take no money, and now never will."""
    if not Collection.objects.filter(handle=found.handle).exists():
        bank.cancel(found.handle)
