"""Drafts a report for every period that is over and has none: in batches, once each (rules 38 and 40)."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet

from agreements.models import Period
from agreements.models.proposal import Unreviewed
from agreements.rules.states import PeriodState
from core.dates import local_day, local_instant
from core.models import Business
from core.outbox import emails
from delivery.models import Report

BATCH = 500
HOUR = 9  # on the client's wall: when a report goes out
DAYS = 5  # after a period's end, where the agreement says nothing
AT_LEAST = timedelta(hours=24)  # that the freelancer has for a look, however late the job comes
DRAFTED = "reports_drafted"


def waiting(now: datetime) -> QuerySet[Period]:
    """Periods that may be over somewhere and have no report. What was skipped or paused has none."""
    latest = (now + timedelta(days=1)).date()
    over = Q(ends_on__lte=latest) | Q(
        agreement__ends_on__lte=latest, agreement__ends_on__lt=F("ends_on")
    )
    found = Period.objects.filter(over, report__isnull=True, business__is_suspended=False)
    return found.exclude(state=PeriodState.SKIPPED)


def draft_due(*, now: datetime, on_batch: Callable[[int], None] = lambda made: None) -> int:
    """Draft what is due; how many. Twice, late, or two workers at once: each period has one report."""
    made = 0
    for ids in _batches(now):
        some = _draft(ids, now)
        made += some
        on_batch(some)
    return made


def last_day_after(period: Period) -> date:
    """The first day that is not served any more: the period's end, or the agreement's where that came before."""
    ends_on = period.agreement.ends_on
    return (
        min(period.ends_on, ends_on) if ends_on and ends_on > period.starts_on else period.ends_on
    )


def _batches(now: datetime) -> Iterator[list[UUID]]:
    """Ids of periods that are over on their own wall, oldest first."""
    mark: tuple[date, UUID] | None = None
    while True:
        found = waiting(now).order_by("ends_on", "pk").select_related("agreement")
        found = found.defer("agreement__terms", "agreement__tier")
        if mark:
            found = found.filter(Q(ends_on__gt=mark[0]) | Q(ends_on=mark[0], pk__gt=mark[1]))
        rows = list(found[:BATCH])
        if over := [
            row.pk for row in rows if last_day_after(row) <= local_day(now, row.agreement.time_zone)
        ]:
            yield over
        if len(rows) < BATCH:
            return
        mark = rows[-1].ends_on, rows[-1].pk


def _draft(ids: list[UUID], now: datetime) -> int:
    with transaction.atomic():
        periods = Period.objects.filter(pk__in=ids).select_related("agreement", "business")
        rows = [_row(period, now) for period in periods]
        Report.objects.bulk_create(rows, ignore_conflicts=True)
        new = set(
            Report.objects.filter(pk__in=[row.pk for row in rows]).values_list("period", flat=True)
        )
        told = {period.business for period in periods if period.pk in new}
        emails.post(DRAFTED, [(_ref(business, now), business) for business in told], now=now)
    return len(new)


def _row(period: Period, now: datetime) -> Report:
    agreement = period.agreement
    return Report(
        business_id=period.business_id,
        period=period,
        client_id=agreement.client_id,
        language=agreement.language,
        send_at=goes_out(period, now),
        created_at=now,
    )


def goes_out(period: Period, now: datetime) -> datetime | None:
    """When it goes out unless somebody reviews it before; None where the agreement lets it wait (rule 40).

    An amendment changes nothing of that: its terms only say what it changes.
    """
    terms = period.agreement.terms
    if terms.get("report_unreviewed", Unreviewed.SEND) == Unreviewed.WAIT:
        return None
    zone = period.agreement.time_zone
    agreed = last_day_after(period) + timedelta(days=(terms.get("report_days") or DAYS) - 1)
    later = local_day(now + AT_LEAST, zone)
    first = (
        later if local_instant(later, HOUR, zone) >= now + AT_LEAST else later + timedelta(days=1)
    )
    return local_instant(max(agreed, first), HOUR, zone)


def _ref(business: Business, now: datetime) -> str:
    """One letter for a business a day, however many were drafted."""
    return f"{business.pk}:{local_day(now, business.time_zone)}"
