"""Gives a collection the handle under which it is charged, and binds it (docs/charging.md, G1 and T2).

A prepared gateway makes its object, unconfirmed; at a direct gateway the handle is our own key, and no call is made.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F
from django.db.models.expressions import RawSQL

from billing.books import transitions
from billing.charging import notices, settle
from billing.charging.parallel_calls import Steps, call
from billing.gateways.base import DirectObject, Gateway, GatewayObject, Outcome, is_direct
from billing.gateways.cancelling import cancel
from billing.models import Charge, Collection, PaymentMethod
from billing.rules.dunning import look_up_after
from billing.rules.errors import CannotCharge
from billing.rules.states import CollectionState

NO_METHOD, CANNOT_CHARGE = "no_method", "cannot_charge"


@dataclass
class Work:
    """One claimed collection, the card and the gateway that charge it, and the amount in minor units.

    `sent_to` is the card that a charge under the present handle was sent to, if one was.
    """

    gateway: Gateway
    row: Collection
    method: PaymentMethod
    amount: int
    sent_to: UUID | None = None

    @property
    def handle_does_not_fit(self) -> bool:
        """Whether another amount, or at a direct gateway another card, asks for another handle.

        What is sent under an idempotency key is always the same: gateways refuse anything else.
        """
        if not self.row.handle:
            return False
        other_card = self.sent_to not in (None, self.method.pk)
        return self.row.amount != self.amount or (is_direct(self.gateway) and other_card)


def sent_under_handle(rows: Sequence[Collection]) -> dict[UUID, UUID]:
    """Collections for whose present handle a charge was sent: the card that it was sent to last."""
    sent = Charge.objects.filter(collection__in=rows, handle=F("collection__handle"))
    return dict(sent.order_by("n").values_list("collection", "method"))


def prepare(works: list[Work], claim: UUID, clock: Callable[[], datetime]) -> Steps[list[Work]]:
    """G1 and T2: give each collection a handle; returns those that have one.

    Where two objects were made at once, only the one that is bound counts.
    """
    yield from _replace([work for work in works if work.handle_does_not_fit], claim, clock)
    without = [work for work in works if not work.row.handle]
    direct = [work for work in without if is_direct(work.gateway)]
    prepared = [work for work in without if not is_direct(work.gateway)]
    answers = yield [call(_prepared, work.gateway, work) for work in prepared]
    handles = {work.row.pk: (str(work.row.prepare_key), work.amount) for work in direct}
    for work, answer in zip(prepared, answers, strict=True):
        if isinstance(answer, CannotCharge):
            ask_for_card(work.row, CANNOT_CHARGE, clock())
        elif isinstance(answer, str):
            handles[work.row.pk] = (answer, work.amount)
    _bind(handles, claim)
    return _bound(works, claim)


def _bound(works: list[Work], claim: UUID) -> list[Work]:
    """Keep those whose collection is still ours and has a handle that fits; it is read again from the database."""
    mine = Collection.objects.filter(
        pk__in=[work.row.pk for work in works], fence=claim, handle__isnull=False
    )
    bound = {
        pk: (handle, amount) for pk, handle, amount in mine.values_list("pk", "handle", "amount")
    }
    works = [work for work in works if work.row.pk in bound]
    for work in works:
        work.row.handle, work.row.amount = bound[work.row.pk]
    return [work for work in works if not work.handle_does_not_fit]


def _bind(handles: dict[UUID, tuple[str, int]], claim: UUID) -> None:
    """Keep handles, and the amounts they are for, where there is none yet."""
    if not handles:
        return
    unbound = Collection.objects.filter(
        pk__in=handles, fence=claim, state=CollectionState.READY, handle__isnull=True
    )
    unbound.update(
        handle=_by_key({pk: handle for pk, (handle, _) in handles.items()}),
        amount=_by_key({pk: amount for pk, (_, amount) in handles.items()}),
    )


def _by_key(values: Mapping[UUID, Any]) -> RawSQL:
    """A value for each row, as Case(When(…), …) gives it, but without an expression object for each of hundreds."""
    key = Collection._meta.pk
    parts = [
        part
        for pk, value in values.items()
        for part in (key.get_db_prep_value(pk, connection), value)
    ]
    return RawSQL(f"CASE id {'WHEN %s THEN %s ' * len(values)}END", parts)  # noqa: S611 - placeholders alone


def _prepared(gateway: Gateway, work: Work) -> str | CannotCharge:
    assert not is_direct(gateway)
    invoice = work.row.invoice
    try:
        return gateway.prepare(
            key=str(work.row.prepare_key),
            amount=work.amount,
            currency=invoice.currency,
            reference=str(invoice.id),
            customer=str(invoice.client_id),
        )
    except CannotCharge as error:
        return error


def _replace(works: list[Work], claim: UUID, clock: Callable[[], datetime]) -> Steps[None]:
    """Drop a handle that no longer fits, but only when nothing can be taken under it any more."""
    answers = yield [call(_cancelled, work.gateway, work) for work in works]
    for work, found in zip(works, answers, strict=True):
        if not isinstance(found, GatewayObject):
            continue
        if found.outcome == Outcome.CANCELLED:
            mine = Collection.objects.filter(
                pk=work.row.pk, fence=claim, state=CollectionState.READY, handle=found.handle
            )
            mine.update(**Collection.no_handle())
        elif isinstance(found, DirectObject) and found.outcome == Outcome.NEW:
            keep_missing_since([(work.row, found)])
            _ask_later(work.row, claim, clock())
        else:
            settle.settle(work.row, found, now=clock())
        work.row.refresh_from_db(fields=["handle", "amount", "prepare_key"])
        work.sent_to = None if not work.row.handle else work.sent_to


def _cancelled(gateway: Gateway, work: Work) -> GatewayObject:
    return cancel(
        gateway,
        work.row.handle or "",
        was_sent=work.sent_to is not None,
        missing_since=work.row.missing_since,
    )


def _ask_later(row: Collection, claim: UUID, now: datetime) -> None:
    """Wait: a charge may still arrive at a direct gateway under the handle."""
    waits = Collection.objects.filter(
        pk=row.pk, fence=claim, state=CollectionState.READY, handle=row.handle
    )
    waits.update(
        next_at=now + look_up_after(row.lookups), lookups=F("lookups") + 1, lease_until=None
    )


def keep_missing_since(pairs: Iterable[tuple[Collection, GatewayObject]]) -> None:
    """Keep from when on a direct gateway has held nothing under a handle that was sent."""
    for row, found in pairs:
        if isinstance(found, DirectObject) and found.asked_at and found.outcome == Outcome.NEW:
            first = Collection.objects.filter(
                pk=row.pk, handle=found.handle, missing_since__isnull=True
            )
            first.update(missing_since=found.asked_at)


def ask_for_card(row: Collection, why: str, now: datetime) -> None:
    """Ask the client for a card, or the owner what to do with a sum that the gateway does not take."""
    with transaction.atomic():
        held = Collection.objects.select_for_update().filter(
            pk=row.pk, fence=row.fence, state=CollectionState.READY
        )
        if held.first():
            transitions.move_collection(
                row, CollectionState.DUNNING, now=now, why=why, reason=why, lease_until=None
            )
            if why == NO_METHOD:
                notices.card_needed(row, now=now)
