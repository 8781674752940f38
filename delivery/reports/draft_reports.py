"""Drafts a report for every period that is over and has none, in batches (rules 38 and 40)."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet

from agreements.models import Period
from agreements.rules.states import PeriodState
from agreements.rules.terms import Unreviewed
from core.dates import local_day, local_instant
from core.models import Business
from core.outbox import emails
from delivery.models import Report

BATCH = 500
HOUR = 9  # o'clock in the client's time zone: when reports are sent
DAYS = 5  # after the end of a period, where the agreement says nothing else
LEAST_REVIEW_TIME = timedelta(
    hours=24
)  # that the freelancer has for a review, even when the job runs late
EMAIL_KIND = "reports_drafted"


def periods_without_report(now: datetime) -> QuerySet[Period]:
    """Return the periods that may be over in some time zone and have no report.

    Periods that were skipped or paused get no report.
    """
    tomorrow = (now + timedelta(days=1)).date()
    over = Q(ends_on__lte=tomorrow) | Q(
        agreement__ends_on__lte=tomorrow, agreement__ends_on__lt=F("ends_on")
    )
    periods = Period.objects.filter(over, report__isnull=True, business__is_suspended=False)
    return periods.exclude(state=PeriodState.SKIPPED)


def draft_due(*, now: datetime, on_batch: Callable[[int], None] = lambda drafted: None) -> int:
    """Draft the reports that are due; return how many.

    Safe to repeat, late, or by two workers at once: each period has one report.
    """
    drafted = 0
    for ids in _batches(now):
        new = _draft(ids, now)
        drafted += new
        on_batch(new)
    return drafted


def service_ends_on(period: Period) -> date:
    """Return the first day that is no longer served.

    This is the end of the period, or of the agreement where that came earlier.
    """
    ends_on = period.agreement.ends_on
    return (
        min(period.ends_on, ends_on) if ends_on and ends_on > period.starts_on else period.ends_on
    )


def _batches(now: datetime) -> Iterator[list[UUID]]:
    """Yield the ids of periods that are over in their own time zone, oldest first."""
    last_seen: tuple[date, UUID] | None = None
    while True:
        page = periods_without_report(now).order_by("ends_on", "pk").select_related("agreement")
        page = page.defer("agreement__terms", "agreement__tier")
        if last_seen:
            page = page.filter(
                Q(ends_on__gt=last_seen[0]) | Q(ends_on=last_seen[0], pk__gt=last_seen[1])
            )
        periods = list(page[:BATCH])
        if over := [
            period.pk
            for period in periods
            if service_ends_on(period) <= local_day(now, period.agreement.time_zone)
        ]:
            yield over
        if len(periods) < BATCH:
            return
        last_seen = periods[-1].ends_on, periods[-1].pk


def _draft(ids: list[UUID], now: datetime) -> int:
    """Draft the reports of these periods and queue one email for each business; return how many.

    A report that another worker drafted in the meantime is left as it is.
    """
    with transaction.atomic():
        periods = Period.objects.filter(pk__in=ids).select_related("agreement", "business")
        drafts = [_new_draft(period, now) for period in periods]
        Report.objects.bulk_create(drafts, ignore_conflicts=True)
        drafted = set(
            Report.objects.filter(pk__in=[report.pk for report in drafts]).values_list(
                "period", flat=True
            )
        )
        businesses = {period.business for period in periods if period.pk in drafted}
        emails.post(
            EMAIL_KIND, [(_email_ref(business, now), business) for business in businesses], now=now
        )
    return len(drafted)


def _new_draft(period: Period, now: datetime) -> Report:
    """Return the unsaved draft of a period's report."""
    agreement = period.agreement
    return Report(
        business_id=period.business_id,
        period=period,
        client_id=agreement.client_id,
        language=agreement.language,
        send_at=sent_unless_reviewed_at(period, now),
        created_at=now,
    )


def sent_unless_reviewed_at(period: Period, now: datetime) -> datetime | None:
    """Return when the report is sent unless it is reviewed before.

    None where the agreement lets it wait for the review (rule 40). The terms are those of the
    original agreement: an amendment's terms hold only what it changes.
    """
    terms = period.agreement.terms
    if terms.get("report_unreviewed", Unreviewed.SEND) == Unreviewed.WAIT:
        return None
    zone = period.agreement.time_zone
    agreed_day = service_ends_on(period) + timedelta(days=(terms.get("report_days") or DAYS) - 1)
    earliest = local_day(now + LEAST_REVIEW_TIME, zone)
    first_day = (
        earliest
        if local_instant(earliest, HOUR, zone) >= now + LEAST_REVIEW_TIME
        else earliest + timedelta(days=1)
    )
    return local_instant(max(agreed_day, first_day), HOUR, zone)


def _email_ref(business: Business, now: datetime) -> str:
    """Return the reference of the day's email, so that a business gets one email a day."""
    return f"{business.pk}:{local_day(now, business.time_zone)}"
