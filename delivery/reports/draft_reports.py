"""Drafts a report for every period that is over and has none, in batches (rules 38 and 40)."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy

from agreements.models import Period
from agreements.rules.states import PeriodState
from agreements.rules.terms import Unreviewed
from core.dates import local_day, local_instant
from core.jobs import batches
from core.jobs.set_aside import Step, without_waiting
from core.models import Business
from core.outbox import emails
from delivery.models import Report

BATCH = 500
DRAFT = Step(
    "draft_reports",
    "delivery.tasks.send_reports",
    gettext_lazy("Draft the report"),
    Period,
)
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
    for ids in _pages(now):
        new = batches.run(DRAFT, ids, lambda batch: _draft(batch, now), now=now, size=BATCH)
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


def _pages(now: datetime) -> Iterator[list[UUID]]:
    """Yield the ids of periods that may be over, oldest first."""
    waiting = without_waiting(periods_without_report(now), DRAFT, now)
    in_order = waiting.order_by("ends_on", "pk").values_list("ends_on", "pk")
    page = list(in_order[:BATCH])
    while page:
        yield [pk for _ends_on, pk in page]
        ends_on, pk = page[-1]
        later = Q(ends_on__gt=ends_on) | Q(ends_on=ends_on, pk__gt=pk)
        page = list(in_order.filter(later)[:BATCH]) if len(page) == BATCH else []


def _draft(ids: Sequence[UUID], now: datetime) -> int:
    """Draft the reports of the periods that are over in their own time zone; return how many.

    One email for each business is queued. A report that another worker drafted in the meantime is
    left as it is.
    """
    with transaction.atomic():
        rows = Period.objects.filter(pk__in=ids).select_related("agreement", "business")
        periods = [
            period
            for period in rows
            if service_ends_on(period) <= local_day(now, period.agreement.time_zone)
        ]
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
