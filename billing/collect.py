"""Collects what is due: claim, prepare, bind, arm, execute, a batch at a time, each step committed (CHARGES.md).

Kill it anywhere: before `_arm` has committed nothing can have moved money; after it the charge is in the
database and `resolve` asks the gateway what became of it. No transaction is open while a gateway is asked.
"""

import time
import uuid
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Case, Count, Q, QuerySet, Value, When

from agreements.models import Agreement
from agreements.periods import only_of
from billing import flight, log, notices, owing, settle
from billing.dunning import look_up_after
from billing.errors import CannotCharge, NotConnected
from billing.gateways import SANDBOX, gateway
from billing.gateways.base import Gateway, GatewayObject, GatewayUnknown, Outcome
from billing.models import Charge, Collection, PaymentMethod
from billing.states import ChargeState, CollectionState, InvoiceState
from core.models import Business

LEASE = timedelta(minutes=5)
BATCH = 300
NO_METHOD = "no_method"


@dataclass
class Work:
    """One claimed collection, the card it goes to, and what it is to take (minor units)."""

    row: Collection
    method: PaymentMethod
    amount: int


def due(now: datetime, only: Agreement | Business | None = None) -> QuerySet[Collection]:
    """Collections whose day has come and that nobody is working on; for finding them, never for claiming."""
    found = _free(now).filter(
        next_at__lte=now, invoice__agreement__parked_because="", business__charging_on=True,
        business__is_suspended=False,
    )  # fmt: skip
    return found.filter(only_of(only, "invoice__agreement"))


def _free(now: datetime) -> QuerySet[Collection]:
    unleased = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    return Collection.objects.filter(unleased, state=CollectionState.READY)


def collect(*, now: datetime, only: Agreement | None = None, progress: Callable[[int], None] | None = None) -> int:
    """Charge everything that is due; the number of charges sent. Nothing where charging is switched off."""
    if settings.CHARGING == "off":
        return 0
    sent, began, seen = 0, time.monotonic_ns(), set[UUID]()
    while True:
        at = now + timedelta(microseconds=(time.monotonic_ns() - began) // 1000)
        ids = due(at, only).order_by("next_at", "pk").values_list("pk", flat=True)[:BATCH]
        fresh = [pk for pk in ids if pk not in seen]
        if not fresh:
            return sent
        seen.update(fresh)
        sent += _batch(fresh, at)
        if progress:
            progress(len(seen))


def _batch(ids: list[UUID], now: datetime) -> int:
    """One batch, gateway by gateway; the number of charges sent."""
    claim, rows = _claim(ids, now)
    by_gateway: dict[tuple[str, UUID], list[Work]] = defaultdict(list)
    for work in _works(rows, now):
        account = claim if work.row.gateway == SANDBOX else work.row.business_id
        by_gateway[work.row.gateway, account].append(work)
    return sum(_through(works, claim, now) for works in by_gateway.values())


def _claim(ids: list[UUID], now: datetime) -> tuple[UUID, list[Collection]]:
    """T1. Of any number of workers one gets a row: the condition stands on the row's own columns, so that the
    database looks again after waiting for another's UPDATE."""
    claim = uuid.uuid4()
    _free(now).filter(pk__in=ids, next_at__lte=now).update(lease_until=now + LEASE, fence=claim)
    mine = Collection.objects.filter(pk__in=ids, fence=claim).select_related("invoice")
    return claim, list(mine.order_by("next_at", "pk"))


def _works(rows: list[Collection], now: datetime) -> list[Work]:
    """What can be charged; the clients without a card are asked for one, and what is settled is closed."""
    clients = {row.invoice.client_id for row in rows}
    in_use = PaymentMethod.objects.filter(client__in=clients, removed_at__isnull=True)
    methods = {(method.client_id, method.gateway): method for method in in_use}
    owed = owing.of([row.invoice for row in rows])
    works = []
    for row in rows:
        method = methods.get((row.invoice.client_id, row.gateway))
        if not owed[row.invoice_id]:
            settle.close(row, now=now)
        elif method is None:
            _needs_a_person(row, NO_METHOD, now)
        else:
            works.append(Work(row, method, owed[row.invoice_id]))
    return works


def _needs_a_person(row: Collection, why: str, now: datetime) -> None:
    """There is no card, or the gateway takes no such sum: the client or the owner is asked."""
    with transaction.atomic():
        held = Collection.objects.select_for_update().filter(pk=row.pk, fence=row.fence, state=CollectionState.READY)
        if held.first():
            log.move_collection(row, CollectionState.DUNNING, now=now, why=why, reason=why, lease_until=None)
            if why == NO_METHOD:
                notices.card_needed(row, now=now)


def _through(works: list[Work], claim: UUID, now: datetime) -> int:
    """One gateway's part of a batch: prepare, bind, arm, execute, apply."""
    first = works[0].row
    try:
        bank = gateway(first.gateway, first.business_id)
    except NotConnected:
        return 0  # nothing was asked of anybody; the lease runs out, and health says why
    works = _prepare(works, bank, claim, now)
    charges = _arm(works, claim, now)
    answers = flight.run(bank, lambda charge: _send(bank, charge), charges)
    heard = [charge for charge, said in zip(charges, answers, strict=True) if not isinstance(said, GatewayUnknown)]
    found = flight.run(bank, lambda charge: bank.lookup(charge.collection.handle or ""), heard)
    _read_back(charges, dict(zip([charge.pk for charge in heard], found, strict=True)), now)
    return len(charges)


def _send(bank: Gateway, charge: Charge) -> None:
    """G2, the only call that moves money, with no transaction open. Its answer is not looked at."""
    bank.execute(handle=charge.collection.handle or "", key=str(charge.id), token=charge.method.token)


def _prepare(works: list[Work], bank: Gateway, claim: UUID, now: datetime) -> list[Work]:
    """G1 and T2: the gateway's object, unconfirmed. Of two made at once the one that is bound counts."""
    stale = [work for work in works if work.row.handle and work.row.amount != work.amount]
    _replace(stale, bank, claim, now)
    fresh = [work for work in works if not work.row.handle]
    answers = flight.run(bank, lambda work: _prepared(bank, work), fresh)
    handles = {work.row.pk: said for work, said in zip(fresh, answers, strict=True) if isinstance(said, str)}
    for work, said in zip(fresh, answers, strict=True):
        if isinstance(said, CannotCharge):
            _needs_a_person(work.row, "cannot_charge", now)
    if handles:
        amounts = {work.row.pk: work.amount for work in fresh}
        unbound = Collection.objects.filter(
            pk__in=list(handles), fence=claim, state=CollectionState.READY, handle__isnull=True
        )
        unbound.update(
            handle=Case(*(When(pk=pk, then=Value(handle)) for pk, handle in handles.items())),
            amount=Case(*(When(pk=pk, then=Value(amounts[pk])) for pk in handles)),
        )
    bound = {row.pk: row for row in Collection.objects.filter(pk__in=[w.row.pk for w in works], fence=claim)}
    for work in works:
        if work.row.pk in bound:
            work.row.handle, work.row.amount = bound[work.row.pk].handle, bound[work.row.pk].amount
    return [work for work in works if work.row.pk in bound and work.row.handle]


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


def _replace(works: list[Work], bank: Gateway, claim: UUID, now: datetime) -> None:
    """The amount changed since the object was made: only one that is surely cancelled gives way to a new one."""

    def cancelled(work: Work) -> GatewayObject:
        bank.cancel(work.row.handle or "")
        return bank.lookup(work.row.handle or "")

    for work, found in zip(works, flight.run(bank, cancelled, works), strict=True):
        if isinstance(found, GatewayObject) and found.outcome == Outcome.CANCELLED:
            mine = Collection.objects.filter(pk=work.row.pk, fence=claim, state=CollectionState.READY)
            if mine.update(handle=None, amount=None, prepare_key=uuid.uuid4()):
                work.row.refresh_from_db(fields=["handle", "amount", "prepare_key"])
        elif isinstance(found, GatewayObject):
            settle.apply(work.row, found, now=now)


def _arm(works: list[Work], claim: UUID, now: datetime) -> list[Charge]:
    """T3: the attempts are in the database before any call. What changed since the claim is left out."""
    with transaction.atomic():
        armed = _still_mine(works, claim)
        counts = dict(
            Charge.objects.filter(invoice__in=[work.row.invoice_id for work in armed])
            .order_by()
            .values_list("invoice")
            .annotate(Count("pk"))
        )
        charges = [_charge(work, counts.get(work.row.invoice_id, 0) + 1, now) for work in armed]
        Charge.objects.bulk_create(charges)
        rows = [work.row for work in armed]
        log.move_collections(
            rows,
            CollectionState.WAIT,
            now=now,
            why="charge sent",
            lookups=0,
            lease_until=None,
            warned_at=None,
            next_at=now + look_up_after(0),
        )
    return charges


def _still_mine(works: list[Work], claim: UUID) -> list[Work]:
    """Under the lock: the fence is ours, it is open, charging is on, the card is in use, the sum is right."""
    held = Collection.objects.select_for_update(of=("self",)).filter(
        pk__in=[work.row.pk for work in works],
        fence=claim,
        state=CollectionState.READY,
        invoice__state=InvoiceState.OPEN,
        invoice__agreement__parked_because="",
        business__charging_on=True,
    )
    mine = {row.pk for row in held.order_by("pk")}
    methods = PaymentMethod.objects.filter(pk__in=[work.method.pk for work in works], removed_at__isnull=True)
    kept = set(methods.values_list("pk", flat=True))
    owed = owing.of([work.row.invoice for work in works])
    return [
        work
        for work in works
        if work.row.pk in mine and work.method.pk in kept and owed[work.row.invoice_id] == work.row.amount
    ]


def _charge(work: Work, n: int, now: datetime) -> Charge:
    return Charge(
        business_id=work.row.business_id,
        collection=work.row,
        invoice=work.row.invoice,
        n=n,
        method=work.method,
        currency=work.row.invoice.currency,
        amount=work.amount,
        sent_at=now,
        created_at=now,
    )


def _read_back(charges: list[Charge], found: dict[UUID, GatewayObject | GatewayUnknown], now: datetime) -> None:
    """What the gateway says becomes the outcome; where an answer was lost on the way it is unknown."""
    pairs, lost = [], []
    for charge in charges:
        answer = found.get(charge.pk)
        if isinstance(answer, GatewayObject):
            pairs.append((charge.collection, answer))
        else:
            lost.append(charge.pk)
    if lost:
        with transaction.atomic():
            held = Charge.objects.select_for_update(of=("self",)).filter(pk__in=lost, state=ChargeState.SENT)
            log.move_charges(
                list(held.select_related("collection").order_by("pk")), ChargeState.UNKNOWN, now=now, why="no answer"
            )
    settle.apply_all(pairs, now=now)
