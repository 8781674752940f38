"""Turns the agreement's list of deliverables into each period's checklist, and ticks it off."""

from datetime import datetime

from django.db.models import Q

from agreements.models import Period
from delivery.models import Deliverable


def open_checklists(*, now: datetime) -> int:
    """Make the rows of every period that has none yet; the number of rows made."""
    bare = Period.objects.filter(deliverables__isnull=True).exclude(
        Q(amendment__isnull=True, agreement__tier__deliverables=[]) | Q(amendment__tier__deliverables=[])
    )
    rows = [
        Deliverable(
            business_id=period.business_id,
            period=period,
            position=position,
            title=str(item["title"])[:160],
            promised=item["promised"],
            created_at=now,
        )
        for period in bare.select_related("agreement", "amendment")[:1000]
        for position, item in enumerate(period.tier["deliverables"], start=1)
    ]
    Deliverable.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def set_done(*, deliverable: Deliverable, done: int) -> Deliverable:
    """How many of it the client has."""
    Deliverable.objects.filter(pk=deliverable.pk).update(done=done)
    deliverable.refresh_from_db()
    return deliverable
