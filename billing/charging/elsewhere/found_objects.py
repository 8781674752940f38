"""Keeps what a gateway has and these books do not know, until an invoice or a person takes it."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from billing.gateways import unknown_payments
from billing.gateways.base import Gateway, GatewayObject, Outcome, is_direct
from billing.models import Collection, FoundObject, Payment
from core.continuity import standing

#: The outcomes, from what was never charged to what took money. An object that the bank works on
#: takes it without another word of ours, so that a second one must not be charged meanwhile.
WEIGHT = (
    Outcome.NEW,
    Outcome.DECLINED,
    Outcome.REQUIRES_ACTION,
    Outcome.PROCESSING,
    Outcome.SUCCEEDED,
)
TAKES_MONEY = (Outcome.PROCESSING, Outcome.SUCCEEDED)


def heaviest(rows: Iterable[FoundObject]) -> dict[str, FoundObject]:
    """Return for each reference the object that counts, and of equal ones the latest."""
    ever = datetime.min.replace(tzinfo=UTC)
    in_order = sorted(
        rows, key=lambda row: (WEIGHT.index(Outcome(row.outcome)), row.made_at or ever)
    )
    return {row.reference: row for row in in_order}


def counts(gateway: Gateway, theirs: GatewayObject) -> bool:
    """Whether an object that these books do not know is to be kept.

    It is not if it was cancelled; nor, at a direct gateway, if it takes nothing, because its key is
    ours and leads to it again. What the bank still works on counts at every gateway: an invoice
    that knows of no handle would be closed at once, and the money taken afterwards.
    """
    if is_direct(gateway):
        return theirs.outcome in TAKES_MONEY
    return theirs.outcome != Outcome.CANCELLED


def keep(name: str, business: UUID | None, theirs: GatewayObject, *, now: datetime) -> bool:
    """Keep an object that no collection has; return whether it was not known before.

    `business` is None if all businesses share the account.
    """
    if theirs.outcome == Outcome.CANCELLED:
        return False
    if Collection.objects.filter(gateway=name, handle=theirs.handle).exists():
        return False
    if Payment.objects.filter(gateway=name, reference=theirs.handle).exists():
        return False  # a direct debit that was returned: its collection goes on with another one
    known = {
        "business_id": business,
        "reference": theirs.reference,
        "amount": theirs.amount,
        "currency": theirs.currency,
        "outcome": theirs.outcome,
        "made_at": theirs.created_at,
    }
    _row, is_new = FoundObject.objects.update_or_create(
        gateway=name,
        handle=theirs.handle,
        defaults=known,
        create_defaults={**known, "found_at": now},
    )
    return is_new


def paid_for(references: Iterable[UUID]) -> dict[str, FoundObject]:
    """Return what took money for these references, and is no collection's yet."""
    wanted = [str(reference) for reference in references]
    rows = unknown_payments.nobodys(FoundObject.objects.filter(reference__in=wanted))
    return {row.reference: row for row in rows}


def is_closed(name: str, handle: str) -> bool:
    """Whether a person has dealt with the object, so that it is no difference any more."""
    return FoundObject.objects.filter(gateway=name, handle=handle, closed_at__isnull=False).exists()


def forgotten_requests(gateway: Gateway, now: datetime) -> bool:
    """Whether a charge may be on its way that these books do not know.

    After the database went back, whatever it had sent before has arrived within `keys_last`.
    """
    return is_direct(gateway) and standing.resumed_after(now - gateway.keys_last)
