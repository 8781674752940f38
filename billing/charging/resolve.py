"""Looks up charges and cancellations whose outcome is not known (docs/charging.md, R and V)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from billing.charging import notices, parallel_calls, settle
from billing.charging.prepare import keep_missing_since, sent_under_handle
from billing.gateways import registry
from billing.gateways.accounts import gateway
from billing.gateways.base import Gateway, GatewayObject
from billing.gateways.cancelling import cancel
from billing.models import Charge, Collection
from billing.rules.dunning import look_up_after
from billing.rules.errors import NotConnected
from billing.rules.states import ChargeState, CollectionState

BATCH = 300
ALERT_AFTER = timedelta(days=1)
CONFIRM_WITHIN = timedelta(days=3)  # then the client is asked for another card
ASKED = (CollectionState.WAIT, CollectionState.VOIDING)


def resolve_charges(*, now: datetime) -> int:
    """Look up every collection that waits for an outcome and is due; return how many.

    The first look-up comes two minutes after the charge was armed, so that a call still under way
    is not taken for one that was never made. Nothing is sent again here.
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
    """Claim rows by moving each one's date, so that two workers do not look up the same row."""
    mine = []
    for row in Collection.objects.filter(pk__in=ids, state__in=ASKED, next_at__lte=now).order_by(
        "next_at", "pk"
    ):
        free = Collection.objects.filter(pk=row.pk, state=row.state, next_at=row.next_at)
        if free.update(next_at=now + look_up_after(0)):
            mine.append(row)
    return mine


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


def _ask(rows: Sequence[Collection], now: datetime) -> int:
    by_gateway: dict[tuple[str, UUID | None], list[Collection]] = defaultdict(list)
    for row in rows:
        if row.handle:
            by_gateway[_account(row)].append(row)
    for group in by_gateway.values():
        try:
            its_gateway = gateway(group[0].gateway, group[0].business_id)
        except NotConnected:
            continue  # they are looked up later; the system status shows why
        _ask_one_gateway(its_gateway, group, now)
    _ask_later(rows, now)
    _warn(rows, now)
    return len(rows)


def _account(row: Collection) -> tuple[str, UUID | None]:
    """Return what identifies the account; its collections are looked up together."""
    kind = registry.kinds().get(row.gateway)
    return row.gateway, None if kind and kind.is_shared else row.business_id


def _ask_one_gateway(gateway: Gateway, rows: Sequence[Collection], now: datetime) -> None:
    to_cancel = _to_cancel(rows, now)
    sent = sent_under_handle([row for row in rows if row.pk in to_cancel])

    def ask(row: Collection) -> GatewayObject:
        handle = row.handle or ""
        if row.pk not in to_cancel:
            return gateway.lookup(handle)
        return cancel(gateway, handle, was_sent=row.pk in sent, missing_since=row.missing_since)

    answers = parallel_calls.run(gateway, ask, rows)
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
            notices.still_unknown(charge.collection, charge, now=now)
