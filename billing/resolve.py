"""Finds out what became of charges without an outcome, by asking the gateway (CHARGES.md R)."""

from datetime import datetime
from uuid import UUID

from django.db.models import F

from billing import settle
from billing.dunning import look_up_after
from billing.gateways import gateway
from billing.gateways.base import GatewayUnknown
from billing.models import Collection
from billing.states import CollectionState


def resolve(*, now: datetime, limit: int = 500) -> int:
    """Look up every collection that waits and is due to be asked about; the number asked.

    The first question comes two minutes after the charge was armed, so that a call still under way is not
    taken for one that was never made.
    """
    waiting = Collection.objects.filter(state=CollectionState.WAIT, next_at__lte=now)
    return sum(_ask(pk, now) for pk in list(waiting.values_list("pk", flat=True)[:limit]))


def _ask(pk: UUID, now: datetime) -> int:
    """Claimed by moving its date on, so that two sweeps do not ask at once."""
    row = Collection.objects.get(pk=pk)
    mine = Collection.objects.filter(pk=pk, state=CollectionState.WAIT, next_at=row.next_at)
    later = now + look_up_after(row.lookups + 1)
    if not row.handle or not mine.update(next_at=later, lookups=F("lookups") + 1):
        return 0
    try:
        found = gateway(row.gateway).lookup(row.handle)
    except GatewayUnknown:
        return 1
    settle.apply(row, found, now=now)
    return 1
