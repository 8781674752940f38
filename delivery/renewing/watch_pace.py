"""Checks periods on day 10 and day 20, and warns the freelancer of what is off track (rule 39)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext_lazy

from agreements.models import Period
from agreements.rules.states import AgreementState, PeriodState
from core import links
from core.dates import local_day
from core.jobs import batches
from core.jobs.set_aside import Step, without_waiting
from core.models import Business, OutboxEmail
from core.outbox import emails
from delivery.hours import hours_left
from delivery.kpis import figures_by_period
from delivery.kpis.figures_by_period import Figure
from delivery.models import Deliverable, EarlyWarning
from delivery.renewing import warning_texts
from delivery.renewing.warning_texts import Finding
from delivery.rules import kpi_pace, pace_rules
from delivery.rules.allowance import PeriodStatement
from delivery.rules.kpi_pace import Pace
from delivery.rules.pace_rules import PeriodProgress
from delivery.rules.states import DeliverableState

WARN = Step(
    "warn_of_pace",
    "delivery.tasks.watch_pace",
    gettext_lazy("Warn of what is behind target"),
    Business,
    business="pk",
    title="name",
    page=("warnings", "pk"),
)
EMAIL_KIND = "early_warnings"
BATCH = 100  # businesses that are checked together
MOST_LISTED = 10  # warnings that are listed in an email; the others are counted


def warn_due(*, now: datetime, only: Business | None = None) -> int:
    """Create the warnings that are due and email them; return how many.

    Safe to repeat: a period is warned about once for each check day, and a freelancer gets one
    email a day.
    """
    periods = _running_periods(now)
    if only:
        periods = periods.filter(business=only)
    businesses = Business.objects.filter(pk__in=periods.order_by().values("business"))
    ids = list(without_waiting(businesses, WARN, now).order_by("pk").values_list("pk", flat=True))
    return batches.run(WARN, ids, lambda batch: _warn_businesses(batch, now), now=now, size=BATCH)


def _warn_businesses(ids: Sequence[UUID], now: datetime) -> int:
    """Create the warnings of these businesses and email them; return how many."""
    due = _due(ids, now)
    if not due:
        return 0
    findings = _findings(due)
    by_business: dict[UUID, list[Period]] = defaultdict(list)
    for period in due:
        if findings[period.pk]:
            by_business[period.business_id].append(period)
    for periods in by_business.values():
        _warn(periods, due, findings, now)
    return sum(map(len, by_business.values()))


def _running_periods(now: datetime) -> QuerySet[Period]:
    """Return the periods that may be due for a check in some time zone."""
    tomorrow = (now + timedelta(days=1)).date()
    latest_start = tomorrow - timedelta(days=min(pace_rules.CHECKPOINTS) - 1)
    periods = Period.objects.filter(
        starts_on__lte=latest_start, ends_on__gt=tomorrow - timedelta(days=2)
    )
    periods = periods.filter(agreement__state=AgreementState.ACTIVE, business__is_suspended=False)
    return periods.exclude(state=PeriodState.SKIPPED, minutes=0)  # periods that began in a pause


def _due(ids: Sequence[UUID], now: datetime) -> dict[Period, PeriodProgress]:
    """Return the running periods that are due for a check, of businesses without an email today."""
    periods = _running_periods(now).filter(business__in=ids)
    periods = periods.select_related("agreement__client", "agreement__contact", "business__owner")
    warned = (
        EarlyWarning.objects.filter(period__in=periods)
        .order_by("day")
        .values_list("period", "day", "created_at")
    )
    last_warnings: dict[UUID, tuple[int, datetime]] = {
        pk: (day, created_at) for pk, day, created_at in warned
    }
    recent_emails = OutboxEmail.objects.filter(
        kind=EMAIL_KIND, created_at__gt=now - timedelta(days=2)
    )
    sent_refs = set(recent_emails.values_list("ref", flat=True))
    due: dict[Period, PeriodProgress] = {}
    for period in periods.order_by("pk"):
        zone = period.agreement.time_zone
        stretch = PeriodProgress(period.starts_on, period.ends_on, local_day(now, zone))
        last = last_warnings.get(period.pk)
        is_due = pace_rules.is_due(
            stretch, *((last[0], local_day(last[1], zone)) if last else (0, None))
        )
        if is_due and _email_ref(period.business, now) not in sent_refs:
            due[period] = stretch
    return due


def _email_ref(business: Business, now: datetime) -> str:
    """Return the reference of the day's email, so that a business gets one email a day."""
    return f"{business.pk}:{local_day(now, business.time_zone)}"


def _findings(due: dict[Period, PeriodProgress]) -> dict[UUID, list[Finding]]:
    """Return what is off track in each period, the worst first.

    The number of queries depends only on how many different local days the periods are on.
    """
    by_day: dict[date, list[Period]] = defaultdict(list)
    for period, stretch in due.items():
        by_day[stretch.today].append(period)
    kpi_figures = {
        pk: period_figures
        for day, periods in by_day.items()
        for pk, period_figures in figures_by_period.figures_of(periods, day).items()
    }
    statements = hours_left.statements_of([period.agreement for period in due])
    deliverables: dict[UUID, list[Deliverable]] = defaultdict(list)
    for deliverable in Deliverable.objects.filter(
        period__in=due, state=DeliverableState.OPEN
    ).order_by("position"):
        deliverables[deliverable.period_id].append(deliverable)
    return {
        period.pk: sorted(
            [
                *_kpis(kpi_figures[period.pk]),
                *_work(deliverables[period.pk], stretch),
                *_hours(statements.get(period.pk), stretch),
            ],
            key=lambda finding: -int(finding["weight"]),
        )
        for period, stretch in due.items()
    }


def _kpis(kpi_figures: Iterable[Figure]) -> Iterable[Finding]:
    """Yield the KPIs that are behind by at least SLACK percent."""
    for figure in kpi_figures:
        if figure.pace == Pace.BEHIND and figure.kpi.retired_at is None and figure.on:
            assert figure.value is not None and figure.held_against is not None
            way = figure.held_against - figure.leaves or figure.held_against
            weight = pace_rules.weight(figure.held_against - figure.value, way)
            if weight >= pace_rules.SLACK:
                expected = kpi_pace.rounded(figure.held_against, figure.kpi.target)
                yield warning_texts.kpi_finding(
                    figure.kpi.name,
                    figure.kpi.unit,
                    figure.value,
                    figure.on,
                    expected,
                    figure.kpi.target,
                    weight,
                )


def _work(deliverables: Iterable[Deliverable], stretch: PeriodProgress) -> Iterable[Finding]:
    """Yield the deliverables with fewer pieces than expected."""
    for deliverable in deliverables:
        expected = pace_rules.expected_pieces(deliverable.promised, stretch, deliverable.due_on)
        if deliverable.done < expected:
            weight = pace_rules.weight(expected - deliverable.done, deliverable.promised)
            yield warning_texts.work_finding(
                deliverable.title, deliverable.done, deliverable.promised, expected, weight
            )


def _hours(statement: PeriodStatement | None, stretch: PeriodProgress) -> Iterable[Finding]:
    """Yield the finding about hours that run out or stay unused."""
    if (
        statement is None
        or (off_track := pace_rules.usage_pace(statement.used, statement.available, stretch))
        is None
    ):
        return
    planned = int(max(0, statement.available) * stretch.share)
    ends = (
        pace_rules.runs_out(statement.used, statement.available, stretch)
        if off_track == pace_rules.Off.OVER
        else None
    )
    weight = pace_rules.weight(planned - statement.used, max(1, statement.available))
    yield warning_texts.hours_finding(
        off_track, statement.used, statement.available, planned, ends, weight
    )


def _warn(
    periods: list[Period],
    due: dict[Period, PeriodProgress],
    findings: dict[UUID, list[Finding]],
    now: datetime,
) -> None:
    """Create the warnings of one business and the email about them."""
    warnings = [
        _new_warning(period, due[period].checkpoint, findings[period.pk], now) for period in periods
    ]
    warnings.sort(key=lambda warning: -sum(int(finding["weight"]) for finding in warning.findings))
    business = periods[0].business
    with transaction.atomic():
        Business.objects.select_for_update().get(pk=business.pk)
        if OutboxEmail.objects.filter(kind=EMAIL_KIND, ref=_email_ref(business, now)).exists():
            return  # another worker was faster
        EarlyWarning.objects.filter(
            period__in=periods, sent_at__isnull=True, dismissed_at__isnull=True
        ).update(dismissed_at=now)  # superseded by the new warnings
        EarlyWarning.objects.bulk_create(warnings, ignore_conflicts=True)
        _email_owner(business, warnings, now)


def _new_warning(period: Period, day: int, findings: list[Finding], now: datetime) -> EarlyWarning:
    """Return the unsaved warning about a period."""
    agreement, business = period.agreement, period.business
    with translation.override(agreement.language):
        note = warning_texts.client_note(findings, period.ends_on - timedelta(days=1))
    with translation.override(business.language):
        change = warning_texts.proposed_change(findings)
    return EarlyWarning(
        business=business,
        client=agreement.client,
        period=period,
        day=day,
        findings=findings,
        note=note[:1000],
        change=change[:300],
        created_at=now,
    )


def _email_owner(business: Business, warnings: list[EarlyWarning], now: datetime) -> None:
    """Email the warnings to the owner."""
    with translation.override(business.language):
        listed = [
            {
                "client": warning.client.name,
                "title": warning.period.agreement.title,
                "findings": [
                    warning_texts.finding_sentence(finding) for finding in warning.findings
                ],
                "change": warning.change,
                "link": links.absolute_url("dashboard:warning", warning.pk),
            }
            for warning in warnings[:MOST_LISTED]
        ]
    emails.write(
        kind=EMAIL_KIND,
        ref=_email_ref(business, now),
        to=business.owner.email,
        template="early_warnings",
        context={
            "warnings": listed,
            "count": len(warnings),
            "more": max(0, len(warnings) - MOST_LISTED),
            "client": warnings[0].client.name,
            "link": links.absolute_url("dashboard:warnings"),
        },
        language=business.language,
        business=business,
        now=now,
    )
