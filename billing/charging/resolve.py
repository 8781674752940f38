"""Looks up charges and cancellations whose outcome is not known (docs/charging.md, R and V)."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing.charging import parallel_calls, settle
from billing.charging.elsewhere.found_objects import forgotten_requests
from billing.charging.notices import charge_notices
from billing.charging.parallel_calls import Batch, Steps, call, parts
from billing.charging.prepare import keep_missing_since, sent_under_handle
from billing.gateways import accounts
from billing.gateways.base import Gateway, GatewayObject
from billing.gateways.cancelling import cancel
from billing.models import Charge, Collection
from billing.rules.dunning import look_up_after
from billing.rules.errors import NotConnected
from billing.rules.states import ChargeState, CollectionState
from clients.models import Client
from core import nudge
from core.jobs import set_aside
from core.jobs.set_aside import Step, without_waiting

BATCH = 300
AHEAD = 20 * BATCH  # looked up at a time
LOOK_UP = Step(
    "resolve",
    "billing.tasks.resolve",
    _("Look up the outcome of a charge"),
    Collection,
    title="invoice__client__name",
    page=("invoice", "invoice_id"),
)
ALERT_AFTER = timedelta(days=1)
CONFIRM_WITHIN = timedelta(days=3)  # then the client is asked for another card
ASKED = (CollectionState.WAIT, CollectionState.VOIDING)


def resolve_charges(*, now: datetime) -> int:
    """Look up every collection that waits for an outcome and is due; return how many.

    The first look-up comes two minutes after the charge was armed, so that a call still under way
    is not taken for one that was never made. Nothing is sent again here. The accounts are asked at
    the same time, so that a silent one delays no other.
    """
    asked, seen = 0, set[UUID]()
    due = Collection.objects.filter(state__in=ASKED, next_at__lte=now)
    in_order = without_waiting(due, LOOK_UP, now).order_by("next_at", "pk")
    while True:
        oldest = list(in_order.values_list("pk", "gateway", "business_id")[:AHEAD])
        due_by_account: dict[Hashable, list[UUID]] = defaultdict(list)
        for pk, name, business in oldest:
            if pk not in seen:
                due_by_account[accounts.account_of(name, business)].append(pk)
                seen.add(pk)
        begin = partial(_ask, now=now, claimed=set())
        by_account = {
            account: [Batch(LOOK_UP, part, begin) for part in parts(ids, BATCH)]
            for account, ids in due_by_account.items()
        }
        asked += sum(parallel_calls.run_batches(by_account, now=now))
        if not by_account or len(oldest) < AHEAD:
            return asked


def look_up_now(client: Client, *, now: datetime) -> None:
    """Look up at once what waits for the client's confirmation: they say that it is given."""
    waiting = Collection.objects.filter(
        invoice__client=client,
        state=CollectionState.WAIT,
        charges__state=ChargeState.REQUIRES_ACTION,
    )
    ids = list(waiting.values_list("pk", flat=True))
    # What was answered meanwhile has another state, and a day of its own.
    Collection.objects.filter(pk__in=ids, state=CollectionState.WAIT).update(next_at=now)
    nudge.ring("billing.tasks.resolve")


def _claim(ids: Sequence[UUID], now: datetime, claimed: set[UUID]) -> None:
    """Claim rows by moving each one's date, so that two workers do not look up the same row.

    What this run has claimed is added to `claimed`.
    """
    due = Collection.objects.filter(pk__in=ids, state__in=ASKED, next_at__lte=now)
    for pk, state, next_at in list(due.values_list("pk", "state", "next_at")):
        free = Collection.objects.filter(pk=pk, state=state, next_at=next_at)
        with transaction.atomic():
            is_mine = free.update(next_at=now + look_up_after(0))
        if is_mine:
            claimed.add(pk)


def _ask_later(rows: Sequence[Collection], now: datetime) -> None:
    """Set the next look-up of rows that still wait; the intervals get longer.

    A run that died before this point does not count as a look-up.
    """
    for lookups in {row.lookups for row in rows}:
        mine = [row.pk for row in rows if row.lookups == lookups]
        still = Collection.objects.filter(
            pk__in=mine, state__in=ASKED, next_at=now + look_up_after(0)
        )
        still.update(next_at=now + look_up_after(lookups + 1), lookups=lookups + 1)


def _ask(ids: Sequence[UUID], now: datetime, claimed: set[UUID]) -> Steps[int]:
    """Claim and look up collections of one account; return how many."""
    _claim(ids, now, claimed)
    mine = Collection.objects.filter(pk__in=claimed.intersection(ids), state__in=ASKED)
    rows = list(mine.order_by("next_at", "pk"))
    with_handle = [row for row in rows if row.handle]
    if with_handle and (gateway := _gateway(with_handle[0], now)):
        yield from _ask_gateway(gateway, with_handle, now)
    _ask_later(rows, now)
    _warn(rows, now)
    return len(rows)


def _gateway(row: Collection, now: datetime) -> Gateway | None:
    """Return the gateway of a collection; without one it is looked up later, and the owner told."""
    try:
        return accounts.gateway(row.gateway, row.business_id)
    except NotConnected as error:
        set_aside.put(accounts.USE, row.business_id, error, now=now)
        return None


def _ask_gateway(gateway: Gateway, rows: Sequence[Collection], now: datetime) -> Steps[None]:
    to_cancel = _to_cancel(rows, now)
    sent = sent_under_handle([row for row in rows if row.pk in to_cancel])
    forgotten = bool(to_cancel) and forgotten_requests(gateway, now)

    def ask(gateway: Gateway, row: Collection) -> GatewayObject:
        handle = row.handle or ""
        if row.pk not in to_cancel:
            return gateway.lookup(handle)
        was_sent = forgotten or row.pk in sent
        return cancel(gateway, handle, was_sent=was_sent, missing_since=row.missing_since)

    answers = yield [call(ask, gateway, row) for row in rows]
    pairs = [
        (row, answer)
        for row, answer in zip(rows, answers, strict=True)
        if isinstance(answer, GatewayObject)
    ]
    keep_missing_since(pairs)
    settle.settle_all(pairs, now=now)


def _to_cancel(rows: Sequence[Collection], now: datetime) -> set[UUID]:
    """Return what to cancel at the gateway: on a person's request, or if no confirmation came."""
    given_up = Q(sent_at__lte=now - CONFIRM_WITHIN) | Q(method__removed_at__isnull=False)
    stale = Charge.objects.filter(given_up, collection__in=rows, state=ChargeState.REQUIRES_ACTION)
    voiding = {row.pk for row in rows if row.state == CollectionState.VOIDING}
    return voiding | set(stale.values_list("collection", flat=True))


def _warn(rows: Sequence[Collection], now: datetime) -> None:
    """Tell the owner, once per charge, that there has been no outcome for a day."""
    unknown = Charge.objects.filter(
        collection__in=rows,
        state__in=(ChargeState.SENT, ChargeState.UNKNOWN),
        sent_at__lte=now - ALERT_AFTER,
    )
    for charge in unknown.select_related("collection__invoice", "collection__business__owner"):
        with transaction.atomic():
            charge_notices.still_unknown(charge.collection, charge, now=now)
