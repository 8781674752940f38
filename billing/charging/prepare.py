"""Gives each collection the handle that it is charged under (docs/charging.md, G1 and T2).

A prepared gateway creates its object, unconfirmed. At a direct gateway the handle is our own key,
and no call is made.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F
from django.db.models.expressions import RawSQL

from billing.books import transitions
from billing.charging import saved_cards, settle
from billing.charging.elsewhere import charged_before, found_objects
from billing.charging.elsewhere.found_objects import forgotten_requests
from billing.charging.notices import card_notices
from billing.charging.parallel_calls import Steps, call
from billing.gateways.accounts import Account
from billing.gateways.base import DirectObject, Gateway, GatewayObject, Outcome, is_direct
from billing.gateways.cancelling import cancel
from billing.models import Charge, Collection, PaymentMethod
from billing.rules import derived_ids
from billing.rules.dunning import look_up_after
from billing.rules.errors import CannotCharge
from billing.rules.states import CollectionState

NO_METHOD, CANNOT_CHARGE = "no_method", "cannot_charge"
OTHER_CURRENCY = "other_currency"  # than that of the direct debit


@dataclass
class Work:
    """A claimed collection with the gateway, the card and the amount (minor units) to charge.

    `sent_to` is the id of the card that was last charged under the present handle, if one was.
    """

    gateway: Gateway
    row: Collection
    method: PaymentMethod
    amount: int
    sent_to: UUID | None = None

    @property
    def handle_does_not_fit(self) -> bool:
        """Whether another handle is needed, because the amount or a direct gateway's card changed.

        Gateways refuse a second request with the same idempotency key and other contents.
        """
        if not self.row.handle:
            return False
        other_card = self.sent_to not in (None, self.method.pk)
        return self.row.amount != self.amount or (is_direct(self.gateway) and other_card)


def sent_under_handle(rows: Sequence[Collection]) -> dict[UUID, UUID]:
    """Return the id of the card last charged under each collection's present handle, if any."""
    sent = Charge.objects.filter(collection__in=rows, handle=F("collection__handle"))
    return dict(sent.order_by("n").values_list("collection", "method"))


def prepare(
    works: list[Work],
    claim: UUID,
    clock: Callable[[], datetime],
    known: dict[Account, charged_before.Known],
) -> Steps[list[Work]]:
    """G1 and T2: give each collection a handle; return the works that have one.

    If two objects were created at the same time, only the one that is stored counts. `known` is
    what the accounts have charged, as far as this run has asked. Raises StandsStill.
    """
    yield from _replace([work for work in works if work.handle_does_not_fit], claim, clock)
    without = [work for work in works if not work.row.handle]
    taken = found_objects.paid_for(work.row.invoice.reference for work in without)
    there = {work.row.pk: taken.get(str(work.row.invoice.reference)) for work in without}
    without = [work for work in without if there[work.row.pk] is None]
    new = [work.row for work in without]
    if new and not (yield from charged_before.ask(without[0].gateway, new, known, clock())):
        without = []
    direct = [work for work in without if is_direct(work.gateway)]
    prepared = [work for work in without if not is_direct(work.gateway)]
    answers = yield [call(_prepared, work.gateway, work) for work in prepared]
    handles = {work.row.pk: (str(work.row.prepare_key), work.amount) for work in direct}
    for work, answer in zip(prepared, answers, strict=True):
        if isinstance(answer, CannotCharge):
            ask_for_card(work.row, CANNOT_CHARGE, clock())
        elif isinstance(answer, str):
            handles[work.row.pk] = (answer, work.amount)
    # What took money before the database went back is looked up, and nothing is charged again.
    handles |= {pk: (found.handle, found.amount) for pk, found in there.items() if found}
    _bind(handles, claim)
    return _bound(works, claim)


def _bound(works: list[Work], claim: UUID) -> list[Work]:
    """Return the works whose collection is still ours and has a handle that fits, read again."""
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
    """Store handles, and the amounts they are for, on collections that have none yet."""
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
    """Return a value for each row, like Case(When(…), …) but without hundreds of expressions."""
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
            key=str(derived_ids.object_key(work.row.prepare_key, work.amount)),
            amount=work.amount,
            currency=invoice.currency,
            reference=str(invoice.reference),
            customer=str(invoice.client_id),
        )
    except CannotCharge as error:
        return error


def _replace(works: list[Work], claim: UUID, clock: Callable[[], datetime]) -> Steps[None]:
    """Remove a handle that no longer fits, if no money can be taken under it any more."""
    if not works:
        return
    forgotten = forgotten_requests(works[0].gateway, clock())
    ask = partial(_cancelled, forgotten=forgotten)
    answers = yield [call(ask, work.gateway, work) for work in works]
    for work, fetched in zip(works, answers, strict=True):
        if not isinstance(fetched, GatewayObject):
            continue
        if fetched.outcome == Outcome.CANCELLED:
            mine = Collection.objects.filter(
                pk=work.row.pk, fence=claim, state=CollectionState.READY, handle=fetched.handle
            )
            mine.update(**work.row.no_handle())
        elif isinstance(fetched, DirectObject) and fetched.outcome == Outcome.NEW:
            keep_missing_since([(work.row, fetched)])
            _ask_later(work.row, claim, clock())
        else:
            settle.settle(work.row, fetched, now=clock())
        work.row.refresh_from_db(fields=["handle", "amount", "prepare_key"])
        work.sent_to = None if not work.row.handle else work.sent_to


def _cancelled(gateway: Gateway, work: Work, forgotten: bool) -> GatewayObject:
    return cancel(
        gateway,
        work.row.handle or "",
        was_sent=forgotten or work.sent_to is not None,
        missing_since=work.row.missing_since,
    )


def _ask_later(row: Collection, claim: UUID, now: datetime) -> None:
    """Wait, because a charge under this handle may still arrive at a direct gateway."""
    waits = Collection.objects.filter(
        pk=row.pk, fence=claim, state=CollectionState.READY, handle=row.handle
    )
    waits.update(
        next_at=now + look_up_after(row.lookups), lookups=F("lookups") + 1, lease_until=None
    )


def keep_missing_since(pairs: Iterable[tuple[Collection, GatewayObject]]) -> None:
    """Store since when a direct gateway has had no charge under a handle that was sent."""
    for row, fetched in pairs:
        if (
            isinstance(fetched, DirectObject)
            and fetched.asked_at
            and fetched.outcome == Outcome.NEW
        ):
            first = Collection.objects.filter(
                pk=row.pk, handle=fetched.handle, missing_since__isnull=True
            )
            first.update(missing_since=fetched.asked_at)


def ask_for_card(row: Collection, why: str, now: datetime) -> None:
    """Stop charging, and ask the client for a card if there is none.

    If the gateway does not accept the amount (`why` is CANNOT_CHARGE), or has charged the invoice
    already (PART_PAID), the owner has to decide.
    """
    with transaction.atomic():
        held = Collection.objects.select_for_update().filter(
            pk=row.pk, fence=row.fence, state=CollectionState.READY
        )
        if held.first():
            transitions.move_collection(
                row, CollectionState.DUNNING, now=now, why=why, reason=why, lease_until=None
            )
            if why in (NO_METHOD, OTHER_CURRENCY):
                offers_debit = bool(saved_cards.debits_for(row.invoice.client))
                card_notices.card_needed(row, offers_debit=offers_debit, now=now)
