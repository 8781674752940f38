"""Makes the gateway's object, unconfirmed, and binds it to its collection (docs/charging.md, G1 and T2)."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models.expressions import RawSQL

from billing.books import transitions
from billing.charging import notices, settle
from billing.charging.parallel_calls import Steps, call
from billing.gateways.base import Gateway, GatewayObject, Outcome
from billing.models import Collection, PaymentMethod
from billing.rules.errors import CannotCharge
from billing.rules.states import CollectionState

NO_METHOD = "no_method"


@dataclass
class Work:
    """One claimed collection, the card it goes to, by which gateway, and what it is to take (minor units)."""

    bank: Gateway
    row: Collection
    method: PaymentMethod
    amount: int


def prepare(works: list[Work], claim: UUID, clock: Callable[[], datetime]) -> Steps[list[Work]]:
    """G1 and T2: the gateway's object, unconfirmed. Of two made at once the one that is bound counts."""
    yield from _replace(
        [work for work in works if work.row.handle and work.row.amount != work.amount], claim, clock
    )
    fresh = [work for work in works if not work.row.handle]
    answers = yield [call(_prepared, work.bank, work) for work in fresh]
    for work, said in zip(fresh, answers, strict=True):
        if isinstance(said, CannotCharge):
            needs_a_person(work.row, "cannot_charge", clock())
    _bind(
        {
            work.row.pk: (said, work.amount)
            for work, said in zip(fresh, answers, strict=True)
            if isinstance(said, str)
        },
        claim,
    )
    mine = Collection.objects.filter(
        pk__in=[work.row.pk for work in works], fence=claim, handle__isnull=False
    )
    bound = {
        pk: (handle, amount) for pk, handle, amount in mine.values_list("pk", "handle", "amount")
    }
    works = [work for work in works if work.row.pk in bound]
    for work in works:
        work.row.handle, work.row.amount = bound[work.row.pk]
    return works


def _bind(made: dict[UUID, tuple[str, int]], claim: UUID) -> None:
    """Keep the handles, and for which amount they are, where there is none yet."""
    if not made:
        return
    unbound = Collection.objects.filter(
        pk__in=made, fence=claim, state=CollectionState.READY, handle__isnull=True
    )
    handles = {pk: handle for pk, (handle, _) in made.items()}
    amounts = {pk: amount for pk, (_, amount) in made.items()}
    unbound.update(handle=_by_key(handles), amount=_by_key(amounts))


def _by_key(values: Mapping[UUID, Any]) -> RawSQL:
    """Each row's own value. As Case(When(…), …), but not an object and a question for each of hundreds."""
    key = Collection._meta.pk
    parts = [
        part
        for pk, value in values.items()
        for part in (key.get_db_prep_value(pk, connection), value)
    ]
    return RawSQL(f"CASE id {'WHEN %s THEN %s ' * len(values)}END", parts)  # noqa: S611 - placeholders alone


def _prepared(bank: Gateway, work: Work) -> str | CannotCharge:
    invoice = work.row.invoice
    try:
        return bank.prepare(
            key=str(work.row.prepare_key),
            amount=work.amount,
            currency=invoice.currency,
            reference=str(invoice.id),
            customer=str(invoice.client_id),
        )
    except CannotCharge as no:
        return no


def _replace(works: list[Work], claim: UUID, clock: Callable[[], datetime]) -> Steps[None]:
    """The amount changed since the object was made: only one that is surely cancelled gives way to a new one."""
    answers = yield [call(_cancelled, work.bank, work) for work in works]
    for work, found in zip(works, answers, strict=True):
        if isinstance(found, GatewayObject) and found.outcome == Outcome.CANCELLED:
            mine = Collection.objects.filter(
                pk=work.row.pk, fence=claim, state=CollectionState.READY
            )
            if mine.update(handle=None, amount=None, prepare_key=uuid.uuid4()):
                work.row.refresh_from_db(fields=["handle", "amount", "prepare_key"])
        elif isinstance(found, GatewayObject):
            settle.apply(work.row, found, now=clock())


def _cancelled(bank: Gateway, work: Work) -> GatewayObject:
    bank.cancel(work.row.handle or "")
    return bank.lookup(work.row.handle or "")


def needs_a_person(row: Collection, why: str, now: datetime) -> None:
    """There is no card, or the gateway takes no such sum: the client or the owner is asked."""
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
