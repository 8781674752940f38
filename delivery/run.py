"""One walk of the report job: a draft for every period that is over and has no report (rules 38 and 40)."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from agreements.models import Period
from agreements.states import PeriodState
from core import outbox
from core.dates import local_day
from delivery.deliver import open_checklists
from delivery.models import Report, ReportRun
from delivery.states import ReportState

REMIND_AFTER = timedelta(days=3)


def report(*, now: datetime, door: str) -> ReportRun:
    """Draft what is due and remind of what waits. Twice, late or half-way: each period has one report."""
    open_checklists(now=now)
    drafted = sum(_draft(period, now) for period in _over(now))
    reminded = sum(_remind(row, now) for row in _waiting(now))
    result = {"drafted": drafted, "reminded": reminded}
    return ReportRun.objects.create(door=door, started_at=now, finished_at=now, result=result)


def _over(now: datetime) -> list[Period]:
    """Billed periods without a report whose last local day is over."""
    latest = (now + timedelta(days=1)).date()
    found = Period.objects.filter(report__isnull=True, ends_on__lte=latest, state=PeriodState.INVOICED)
    found = found.select_related("agreement__client", "business__owner").order_by("ends_on", "id")
    return [row for row in found[:1000] if row.ends_on <= local_day(now, row.agreement.time_zone)]


def _draft(period: Period, now: datetime) -> int:
    agreement = period.agreement
    made, is_new = Report.objects.get_or_create(
        period=period,
        defaults={
            "business_id": period.business_id,
            "client": agreement.client,
            "language": agreement.language,
            "created_at": now,
        },
    )
    _tell(made, "report_drafted", str(made.id), now)
    return int(is_new)


def _waiting(now: datetime) -> QuerySet[Report]:
    late = Report.objects.filter(state=ReportState.DRAFT, created_at__lte=now - REMIND_AFTER)
    return late.select_related("business__owner", "client", "period")[:1000]


def _remind(row: Report, now: datetime) -> int:
    _tell(row, "report_waiting", f"{row.id}:reminder", now)
    return 1


def _tell(row: Report, template: str, ref: str, now: datetime) -> None:
    business = row.business
    outbox.write(
        kind=template,
        ref=ref,
        to=business.owner.email,
        template=template,
        context={"report": row, "client": row.client, "period": row.period},
        language=business.language,
        business=business,
        now=now,
    )
