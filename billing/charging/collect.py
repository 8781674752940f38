"""Charges what is due in batches: claim, prepare, bind, arm, execute (docs/charging.md).

Each step is committed. A batch yields the gateway calls it needs, and other batches use the
database meanwhile (billing.charging.parallel_calls). The process may be killed anywhere: no money
can move before `_arm` has committed, and after it the charge is in the database and
`resolve_charges` asks the gateway for its outcome. No transaction is open during a gateway call.
"""

import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy

from agreements.models import Agreement
from agreements.running.periods import scope_filter
from billing.books import owing, transitions
from billing.charging import parallel_calls, settle
from billing.charging.elsewhere.charged_before import Known
from billing.charging.parallel_calls import Batch, Call, Steps, call, parts
from billing.charging.prepare import (
    CANNOT_CHARGE,
    NO_METHOD,
    OTHER_CURRENCY,
    Work,
    ask_for_card,
    prepare,
    sent_under_handle,
)
from billing.gateways import accounts, clocks, exchange
from billing.gateways.accounts import Account
from billing.gateways.base import Gateway, GatewayObject, GatewayUnknown, Outcome, is_direct
from billing.models import Charge, Collection, PaymentMethod
from billing.rules import asking, derived_ids
from billing.rules.dunning import look_up_after
from billing.rules.errors import CannotCharge, NotConnected
from billing.rules.method_kinds import can_charge
from billing.rules.states import ChargeState, CollectionState, InvoiceState
from core.continuity import standing
from core.database.insert_rows import insert_rows
from core.jobs import set_aside
from core.jobs.set_aside import Step, without_waiting
from core.models import Business

LEASE = timedelta(minutes=5)
SEND_WITHIN = 600  # seconds from arming a charge to the last moment to call a direct gateway
BATCH = 300
AHEAD = 20 * BATCH  # sorted by account at a time
#: The billing of its agreement is not on hold; a one-off invoice may have none.
NOT_ON_HOLD = Q(invoice__agreement__parked_because="") | Q(invoice__agreement__isnull=True)
CHARGE = Step(
    "collect",
    "billing.tasks.bill",
    gettext_lazy("Charge the invoice"),
    Collection,
    title="invoice__client__name",
    page=("invoice", "invoice_id"),
)


def due_collections(
    now: datetime, only: Agreement | Business | None = None
) -> QuerySet[Collection]:
    """Return the collections that are due and not leased. Only `_claim` may take them."""
    rows = _free(now).filter(
        NOT_ON_HOLD,
        next_at__lte=now,
        business__charging_on=True,
        business__is_suspended=False,
    )
    return rows.filter(scope_filter(only, "invoice__agreement"))


def _free(now: datetime) -> QuerySet[Collection]:
    unleased = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    return Collection.objects.filter(unleased, state=CollectionState.READY)


def collect(
    *,
    now: datetime,
    only: Agreement | Business | None = None,
    asks_clocks: bool = False,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Charge everything that is due, and return the number of charges sent.

    Does nothing while charging is off. With `asks_clocks`, an account whose gateway's clock differs
    from ours charges nothing (rule 24). `progress` is called with the number sent so far.
    """
    if settings.CHARGING == "off":
        return 0
    run, sent = Run(clocks.started_at(now), asks_clocks), 0
    for by_account in _accounts(run, only):
        for count in parallel_calls.run_batches(by_account, now=now):
            sent += count
            if progress:
                progress(sent)
    return sent


@dataclass
class Run:
    """One run: its clock, and what it knows of the accounts. Its id keeps it from claiming twice.

    `usable` holds the gateway of each account that may be charged, and None for the others. Each
    account stands there with the time at which it took the place of another one. `known` is what
    the accounts say they have charged.
    """

    clock: Callable[[], datetime]
    asks_clocks: bool = False
    claim: UUID = field(default_factory=uuid.uuid4)
    usable: dict[tuple[Account, datetime | None], Gateway | None] = field(default_factory=dict)
    known: dict[Account, Known] = field(default_factory=dict)


def _accounts(
    run: Run, only: Agreement | Business | None
) -> Iterator[dict[Hashable, list[Batch[int]]]]:
    """Yield what is due, so many at a time, as the batches of each account."""
    due = without_waiting(due_collections(run.clock(), only), CHARGE, run.clock())
    oldest = (
        due.exclude(fence=run.claim).order_by("next_at").values_list("business_id", "pk", "gateway")
    )
    while True:
        ahead = sorted(oldest.all()[:AHEAD])
        by_account: dict[Hashable, list[UUID]] = defaultdict(list)
        for business, pk, name in ahead:
            by_account[accounts.account_of(name, business)].append(pk)
        begin = partial(_batch, run=run)
        yield {
            account: [Batch(CHARGE, part, begin) for part in parts(ids, BATCH)]
            for account, ids in by_account.items()
        }
        if len(ahead) < AHEAD:
            return


def _claim(ids: Sequence[UUID], claim: UUID, now: datetime) -> None:
    """T1: claim collections, so that only one of several workers gets each.

    The condition is on the row's own columns, so that the database checks it again after waiting
    for another worker's UPDATE.
    """
    _free(now).filter(pk__in=ids, next_at__lte=now).update(lease_until=now + LEASE, fence=claim)


def _mine(ids: Sequence[UUID], claim: UUID) -> list[Collection]:
    """Return those of the collections that this claim has, and that were not charged by it."""
    mine = Collection.objects.filter(pk__in=ids, fence=claim, state=CollectionState.READY)
    rows = mine.select_related("invoice").order_by("next_at", "pk")
    return list(rows.defer(*(f"invoice__{part}" for part in (*settle.PARTIES, "taxes"))))


def _batch(ids: Sequence[UUID], run: Run) -> Steps[int]:
    """Claim, prepare, bind, arm, execute and settle a batch; return the number of charges sent."""
    claim, clock = run.claim, run.clock
    _claim(ids, claim, clock())
    rows = _mine(ids, claim)
    gateway = (yield from _usable(rows[0], run)) if rows else None
    works = yield from prepare(_works(rows, gateway, clock()), claim, clock, run.known)
    armed = _arm(works, claim, clock())
    if armed:
        standing.advance(now=clock())
    charges = [each.charge for each in armed]
    answers = yield [call(_send, each.gateway, each) for each in armed]
    answered, refused = [], []
    for each, answer in zip(armed, answers, strict=True):
        if not isinstance(answer, GatewayUnknown):
            answered.append(each)
        if isinstance(answer, CannotCharge):
            refused.append(each.charge)
    fetched = yield [call(_looked_up, each.gateway, each) for each in answered]
    objects = {each.charge.pk: there for each, there in zip(answered, fetched, strict=True)}
    _read_back(charges, objects, clock())
    # The collection is READY only if the look-up has not found a charge, either.
    for charge in refused:
        ask_for_card(charge.collection, CANNOT_CHARGE, clock())
    return len(charges)


def _usable(row: Collection, run: Run) -> Steps[Gateway | None]:
    """Return the gateway of a collection's account, or None if it cannot be used in this run.

    Then its collections wait until their lease ends, and the account is set aside with the reason.
    The rows are claimed already: an account that is exchanged from now on takes them away.
    """
    account = accounts.account_of(row.gateway, row.business_id)
    known = account, exchange.exchanged_at(*account)
    if known in run.usable:
        return run.usable[known]
    gateway, trouble = None, None
    try:
        gateway = accounts.gateway(row.gateway, row.business_id)
    except NotConnected as error:
        trouble = error
    if gateway and run.asks_clocks and account[1]:
        [time_there] = yield [Call(gateway, gateway.clock)]
        trouble = clocks.trouble(time_there, run.clock())
        gateway = None if trouble else gateway
    if trouble:
        set_aside.put(accounts.USE, row.business_id, trouble, now=run.clock())
    elif set_aside.open_subjects(accounts.USE.name, [row.business_id]):
        set_aside.worked(accounts.USE.name, [row.business_id], now=run.clock())
    run.usable[known] = gateway
    return gateway


def _works(rows: list[Collection], gateway: Gateway | None, now: datetime) -> list[Work]:
    """Return what can be charged: nothing without a gateway.

    Ask clients without a card for one; close what owes nothing; leave a rest to the owner.
    """
    clients = {row.invoice.client_id for row in rows}
    in_use = PaymentMethod.objects.filter(client__in=clients, removed_at__isnull=True)
    methods = {(method.client_id, method.gateway): method for method in in_use}
    owed = owing.amounts_owed([row.invoice for row in rows])
    charged = owing.charged_in_part([row.invoice for row in rows], owed)
    works = []
    for row in rows:
        method = methods.get((row.invoice.client_id, row.gateway))
        if not owed[row.invoice_id]:
            settle.close_collection(row, now=now)
        elif row.invoice_id in charged:
            ask_for_card(row, asking.PART_PAID, now)
        elif method is None:
            ask_for_card(row, NO_METHOD, now)
        elif not can_charge(method.kind, row.invoice.currency):
            ask_for_card(row, OTHER_CURRENCY, now)
        elif gateway:
            works.append(Work(gateway, row, method, owed[row.invoice_id]))
    direct = [work for work in works if work.row.handle and is_direct(work.gateway)]
    sent = sent_under_handle([work.row for work in direct]) if direct else {}
    for work in direct:
        work.sent_to = sent.get(work.row.pk)
    return works


@dataclass(frozen=True)
class Armed:
    """A charge that is stored and may be sent until `deadline`, in seconds of `_seconds`."""

    gateway: Gateway
    charge: Charge
    deadline: int


def _seconds() -> int:
    """Return a clock in seconds that includes the time the machine sleeps, where available."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime_ns(clock) // 10**9


def _send(gateway: Gateway, armed: Armed) -> CannotCharge | None:
    """G2: send a charge. This is the only call that moves money, and no transaction is open.

    The outcome is read by a look-up afterwards. Returns CannotCharge if the gateway refused the
    amount.
    """
    charge = armed.charge
    if not is_direct(gateway):
        gateway.execute(handle=charge.handle, key=str(charge.id), token=charge.method.token)
        return None
    if gateway.lookup(charge.handle).outcome != Outcome.NEW:
        return None  # an earlier request that we had given up has arrived
    if _seconds() > armed.deadline:
        raise GatewayUnknown("This process was delayed; the charge is not sent.")
    try:
        gateway.charge(
            handle=charge.handle,
            amount=charge.amount,
            currency=charge.currency,
            reference=str(charge.invoice.reference),
            customer=str(charge.collection.invoice.client_id),
            token=charge.method.token,
        )
    except CannotCharge as error:
        return error
    return None


def _looked_up(gateway: Gateway, armed: Armed) -> GatewayObject:
    return gateway.lookup(armed.charge.handle)


def _arm(works: list[Work], claim: UUID, now: datetime) -> list[Armed]:
    """T3: store the charges before any call. Leave out what has changed since the claim."""
    deadline = _seconds() + SEND_WITHIN
    with transaction.atomic():
        works = _still_mine(works, claim)
        counts = dict(
            Charge.objects.filter(invoice__in=[work.row.invoice_id for work in works])
            .order_by()
            .values_list("invoice")
            .annotate(Count("pk"))
        )
        charges = [_charge(work, counts.get(work.row.invoice_id, 0) + 1, now) for work in works]
        insert_rows(charges)
        transitions.move_collections(
            [work.row for work in works],
            CollectionState.WAIT,
            now=now,
            why="charge sent",
            lookups=0,
            lease_until=None,
            warned_at=None,
            missing_since=None,
            next_at=now + look_up_after(0),
        )
    pairs = zip(works, charges, strict=True)
    return [Armed(work.gateway, charge, deadline) for work, charge in pairs]


def _still_mine(works: list[Work], claim: UUID) -> list[Work]:
    """Lock the collections, and return those that may still be charged as they were prepared.

    Their claim and handle are still ours, the invoice is open, charging is on, the business is not
    suspended, and the card and the amount have not changed.
    """
    held = Collection.objects.select_for_update(of=("self",)).filter(
        NOT_ON_HOLD,
        pk__in=[work.row.pk for work in works],
        fence=claim,
        state=CollectionState.READY,
        invoice__state=InvoiceState.OPEN,
        business__charging_on=True,
        business__is_suspended=False,
    )
    handles = {row.pk: row.handle for row in held.only("pk", "handle").order_by("pk")}
    saved = PaymentMethod.objects.filter(removed_at__isnull=True).values_list("pk", flat=True)
    kept = set(saved.filter(pk__in=[work.method.pk for work in works]))
    owed = owing.amounts_owed([work.row.invoice for work in works])
    return [
        work
        for work in works
        if handles.get(work.row.pk) == work.row.handle
        and work.method.pk in kept
        and owed[work.row.invoice_id] == work.row.amount
    ]


def _charge(work: Work, n: int, now: datetime) -> Charge:
    handle = work.row.handle or ""
    return Charge(
        id=derived_ids.charge_id(work.row.prepare_key, handle, n, work.method.token),
        business_id=work.row.business_id,
        collection=work.row,
        invoice=work.row.invoice,
        n=n,
        method=work.method,
        handle=handle,
        currency=work.row.invoice.currency,
        amount=work.amount,
        sent_at=now,
        created_at=now,
    )


def _read_back(
    charges: list[Charge], objects: dict[UUID, GatewayObject | GatewayUnknown], now: datetime
) -> None:
    """Store the outcomes that the gateway reports; a charge without an answer becomes unknown."""
    pairs, lost = [], []
    for charge in charges:
        answer = objects.get(charge.pk)
        if isinstance(answer, GatewayObject):
            pairs.append((charge.collection, answer))
        else:
            lost.append(charge)
    if lost:
        _unknown(lost, now)
    settle.settle_all(pairs, now=now)


def _unknown(lost: list[Charge], now: datetime) -> None:
    """Mark charges without an answer as unknown.

    The collections are locked first, as in T4, which may be writing outcomes at the same time.
    """
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
