"""Collects what is due: claim, prepare, bind, arm, execute, in batches, each step committed (docs/charging.md).

A batch yields the calls it wants made, and other batches do their own work meanwhile
(billing.charging.parallel_calls).
Kill it anywhere: before `_arm` has committed nothing can have moved money; after it the charge is in the
database and `resolve` asks the gateway what became of it. No transaction is open while a gateway is asked.
"""

import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, QuerySet

from agreements.models import Agreement
from agreements.running.periods import only_of
from billing.books import owing, transitions
from billing.charging import parallel_calls, settle
from billing.charging.parallel_calls import Steps, call
from billing.charging.prepare import NO_METHOD, Work, needs_a_person, prepare
from billing.gateways.base import Gateway, GatewayObject, GatewayUnknown
from billing.gateways.registry import gateway
from billing.models import Charge, Collection, PaymentMethod
from billing.rules.dunning import look_up_after
from billing.rules.errors import NotConnected
from billing.rules.states import ChargeState, CollectionState, InvoiceState
from core.models import Business

LEASE = timedelta(minutes=5)
BATCH = 300
AHEAD = (
    20 * BATCH
)  # this much of what is due is put in order of business, so that a batch meets few gateways


def due(now: datetime, only: Agreement | Business | None = None) -> QuerySet[Collection]:
    """Collections whose day has come and that nobody is working on; for finding them, never for claiming."""
    found = _free(now).filter(
        next_at__lte=now,
        invoice__agreement__parked_because="",
        business__charging_on=True,
        business__is_suspended=False,
    )
    return found.filter(only_of(only, "invoice__agreement"))


def _free(now: datetime) -> QuerySet[Collection]:
    unleased = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    return Collection.objects.filter(unleased, state=CollectionState.READY)


def collect(
    *,
    now: datetime,
    only: Agreement | Business | None = None,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Charge everything that is due; the number of charges sent. Nothing where charging is switched off."""
    if settings.CHARGING == "off":
        return 0
    sent = 0
    for more in parallel_calls.together(_batches(_clock(now), only)):
        sent += more
        if progress:
            progress(sent)
    return sent


def _clock(now: datetime) -> Callable[[], datetime]:
    """It is `now`, and goes on from there as fast as every clock."""
    began = time.monotonic_ns()
    return lambda: now + timedelta(microseconds=(time.monotonic_ns() - began) // 1000)


def _batches(
    clock: Callable[[], datetime], only: Agreement | Business | None
) -> Iterator[Steps[int]]:
    """What is due, claimed batch by batch under the name of this run, which takes nothing twice."""
    run = uuid.uuid4()
    while True:
        oldest = (
            due(clock(), only)
            .exclude(fence=run)
            .order_by("next_at")
            .values_list("business_id", "pk")
        )
        ahead = [pk for _, pk in sorted(oldest[:AHEAD])]
        for first in range(0, len(ahead), BATCH):
            yield _batch(_claim(ahead[first : first + BATCH], run, clock()), run, clock)
        if len(ahead) < AHEAD:
            return


def _claim(ids: list[UUID], claim: UUID, now: datetime) -> list[Collection]:
    """T1. Of any number of workers one gets a row: the condition stands on the row's own columns, so that the
    database looks again after waiting for another's UPDATE."""
    _free(now).filter(pk__in=ids, next_at__lte=now).update(lease_until=now + LEASE, fence=claim)
    mine = Collection.objects.filter(pk__in=ids, fence=claim).order_by("next_at", "pk")
    return list(
        mine.select_related("invoice").defer(*(f"invoice__{part}" for part in settle.PARTIES))
    )


def _batch(rows: list[Collection], claim: UUID, clock: Callable[[], datetime]) -> Steps[int]:
    """One batch: prepare, bind, arm, execute, apply; the number of charges sent."""
    works = yield from prepare(_works(rows, clock()), claim, clock)
    charges = _arm(works, claim, clock())
    banks = {work.row.pk: work.bank for work in works}
    answers = yield [call(_send, banks[charge.collection_id], charge) for charge in charges]
    heard = [
        charge
        for charge, said in zip(charges, answers, strict=True)
        if not isinstance(said, GatewayUnknown)
    ]
    found = yield [call(_looked_up, banks[charge.collection_id], charge) for charge in heard]
    _read_back(charges, dict(zip([charge.pk for charge in heard], found, strict=True)), clock())
    return len(charges)


def _works(rows: list[Collection], now: datetime) -> list[Work]:
    """What can be charged; the clients without a card are asked for one, and what is settled is closed."""
    clients = {row.invoice.client_id for row in rows}
    in_use = PaymentMethod.objects.filter(client__in=clients, removed_at__isnull=True)
    methods = {(method.client_id, method.gateway): method for method in in_use}
    owed = owing.of([row.invoice for row in rows])
    banks = _banks(rows)
    works = []
    for row in rows:
        method, bank = (
            methods.get((row.invoice.client_id, row.gateway)),
            banks.get((row.gateway, row.business_id)),
        )
        if not owed[row.invoice_id]:
            settle.close(row, now=now)
        elif method is None:
            needs_a_person(row, NO_METHOD, now)
        elif bank:
            works.append(Work(bank, row, method, owed[row.invoice_id]))
    return works


def _banks(rows: Iterable[Collection]) -> dict[tuple[str, UUID], Gateway]:
    """Each business's own. What is not connected is left out: its leases run out, and health says why."""
    found = {}
    for name, business in {(row.gateway, row.business_id) for row in rows}:
        with suppress(NotConnected):
            found[name, business] = gateway(name, business)
    return found


def _send(bank: Gateway, charge: Charge) -> None:
    """G2, the only call that moves money, with no transaction open. Its answer is not looked at."""
    bank.execute(
        handle=charge.collection.handle or "", key=str(charge.id), token=charge.method.token
    )


def _looked_up(bank: Gateway, charge: Charge) -> GatewayObject:
    return bank.lookup(charge.collection.handle or "")


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
        transitions.move_collections(
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
    mine = {row.pk for row in held.only("pk").order_by("pk")}
    methods = PaymentMethod.objects.filter(
        pk__in=[work.method.pk for work in works], removed_at__isnull=True
    )
    kept = set(methods.values_list("pk", flat=True))
    owed = owing.of([work.row.invoice for work in works])
    return [
        work
        for work in works
        if work.row.pk in mine
        and work.method.pk in kept
        and owed[work.row.invoice_id] == work.row.amount
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


def _read_back(
    charges: list[Charge], found: dict[UUID, GatewayObject | GatewayUnknown], now: datetime
) -> None:
    """What the gateway says becomes the outcome; where an answer was lost on the way it is unknown."""
    pairs, lost = [], []
    for charge in charges:
        answer = found.get(charge.pk)
        if isinstance(answer, GatewayObject):
            pairs.append((charge.collection, answer))
        else:
            lost.append(charge)
    if lost:
        _unknown(lost, now)
    settle.apply_all(pairs, now=now)


def _unknown(lost: list[Charge], now: datetime) -> None:
    """No answer came. The collections are locked first, in T4's order: a resolver may be writing their outcome."""
    with transaction.atomic():
        rows = Collection.objects.select_for_update().filter(
            pk__in=[charge.collection_id for charge in lost]
        )
        held = {row.pk: row for row in rows.order_by("pk")}
        still = list(
            Charge.objects.filter(pk__in=[charge.pk for charge in lost], state=ChargeState.SENT)
        )
        for charge in still:
            charge.collection = held[charge.collection_id]
        transitions.move_charges(still, ChargeState.UNKNOWN, now=now, why="no answer")
