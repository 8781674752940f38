"""Finds out what became of what was asked of a gateway, by asking it (docs/charging.md, R and V)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from billing.charging import notices, parallel_calls, settle
from billing.gateways.base import Gateway, GatewayObject
from billing.gateways.registry import SANDBOX, gateway
from billing.models import Charge, Collection
from billing.rules.dunning import look_up_after
from billing.rules.errors import NotConnected
from billing.rules.states import ChargeState, CollectionState

BATCH = 300
ALERT_AFTER = timedelta(days=1)
CONFIRM_WITHIN = timedelta(days=3)  # then the client is asked for another card
ASKED = (CollectionState.WAIT, CollectionState.VOIDING)


def resolve(*, now: datetime) -> int:
    """Ask about everything that waits for an answer and is due to be asked about; the number asked.

    The first question comes two minutes after a charge was armed, so that a call still under way is not taken
    for one that was never made. Nothing is ever tried again from here: an answer is read, or it is asked later.
    """
    asked, seen = 0, set[UUID]()
    while True:
        due = Collection.objects.filter(state__in=ASKED, next_at__lte=now).order_by("next_at", "pk")
        oldest = list(due.values_list("pk", flat=True)[:BATCH])
        fresh = [pk for pk in oldest if pk not in seen]
        if fresh:
            seen.update(fresh)
            asked += _ask(_claim(fresh, now), now)
        if not fresh or len(oldest) < BATCH:
            return asked


def _claim(ids: Sequence[UUID], now: datetime) -> list[Collection]:
    """Claimed by moving each row's date on a little, so that two sweeps do not ask at once."""
    mine = []
    for row in Collection.objects.filter(pk__in=ids, state__in=ASKED, next_at__lte=now).order_by(
        "next_at", "pk"
    ):
        free = Collection.objects.filter(pk=row.pk, state=row.state, next_at=row.next_at)
        if free.update(next_at=now + look_up_after(0)):
            mine.append(row)
    return mine


def _ask_later(rows: Sequence[Collection], now: datetime) -> None:
    """The question was put: what still waits is asked later each time. A sweep that died before has not asked."""
    for lookups in {row.lookups for row in rows}:
        mine = [row.pk for row in rows if row.lookups == lookups]
        still = Collection.objects.filter(
            pk__in=mine, state__in=ASKED, next_at=now + look_up_after(0)
        )
        still.update(next_at=now + look_up_after(lookups + 1), lookups=lookups + 1)


def _ask(rows: Sequence[Collection], now: datetime) -> int:
    by_gateway: dict[tuple[str, UUID | None], list[Collection]] = defaultdict(list)
    for row in rows:
        if row.handle:
            by_gateway[row.gateway, None if row.gateway == SANDBOX else row.business_id].append(row)
    for some in by_gateway.values():
        try:
            bank = gateway(some[0].gateway, some[0].business_id)
        except NotConnected:
            continue  # it is asked later; health says why
        _ask_one_gateway(bank, some, now)
    _ask_later(rows, now)
    _warn(rows, now)
    return len(rows)


def _ask_one_gateway(bank: Gateway, rows: Sequence[Collection], now: datetime) -> None:
    cancel = _to_cancel(rows, now)

    def ask(row: Collection) -> GatewayObject:
        if row.pk in cancel:
            bank.cancel(row.handle or "")
        return bank.lookup(row.handle or "")

    found = parallel_calls.run(bank, ask, rows)
    pairs = [
        (row, said)
        for row, said in zip(rows, found, strict=True)
        if isinstance(said, GatewayObject)
    ]
    settle.apply_all(pairs, now=now)


def _to_cancel(rows: Sequence[Collection], now: datetime) -> set[UUID]:
    """What is to be cancelled at the gateway: a person's word, or a confirmation that never came."""
    old = Q(sent_at__lte=now - CONFIRM_WITHIN) | Q(method__removed_at__isnull=False)
    stale = Charge.objects.filter(old, collection__in=rows, state=ChargeState.REQUIRES_ACTION)
    voiding = {row.pk for row in rows if row.state == CollectionState.VOIDING}
    return voiding | set(stale.values_list("collection", flat=True))


def _warn(rows: Sequence[Collection], now: datetime) -> None:
    """After a day without an answer the owner is told, once per charge."""
    lost = Charge.objects.filter(
        collection__in=rows,
        state__in=(ChargeState.SENT, ChargeState.UNKNOWN),
        sent_at__lte=now - ALERT_AFTER,
    )
    for charge in lost.select_related("collection__invoice", "collection__business__owner"):
        with transaction.atomic():
            notices.still_unknown(charge.collection, charge, now=now)
