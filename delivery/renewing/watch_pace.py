"""Checks running periods for the digest of the 10th and the 20th of the month (rule 39)."""

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
from core.models import Business
from core.outbox import emails
from delivery.hours import hours_left
from delivery.kpis import figures_by_period
from delivery.kpis.figures_by_period import Figure
from delivery.models import Deliverable, EarlyWarning, WarningDigest
from delivery.renewing import warning_texts
from delivery.renewing.quiet_items import QuietItems
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

    Safe to repeat: an owner gets one digest for the 10th and one for the 20th of a month at most,
    and a period is warned about once in each.
    """
    periods = _running_periods(now)
    if only:
        periods = periods.filter(business=only)
    businesses = Business.objects.filter(pk__in=periods.order_by().values("business"))
    ids = list(without_waiting(businesses, WARN, now).order_by("pk").values_list("pk", flat=True))
    return batches.run(WARN, ids, lambda batch: _warn_businesses(batch, now), now=now, size=BATCH)


def _warn_businesses(ids: Sequence[UUID], now: datetime) -> int:
    """Create the warnings of these businesses and email them; return how many."""
    businesses = _without_digest(ids, now)
    if not businesses:
        return 0
    due = _due(businesses, now)
    quiet = QuietItems(due, now)
    warnings: dict[UUID, list[EarlyWarning]] = {pk: [] for pk in businesses}
    for period, found in _findings(due).items() if due else ():
        if told := [one for one in found if not quiet.is_quiet(period, one)]:
            row = _new_warning(period, due[period].checkpoint, told, now)
            warnings[period.business_id].append(row)
    _note_calm([businesses[pk] for pk, rows in warnings.items() if not rows], now)
    return sum(_warn(businesses[pk], rows, now) for pk, rows in warnings.items() if rows)


def _note_calm(businesses: Iterable[Business], now: datetime) -> None:
    """Note that there was nothing to tell these owners, so that they are not looked at again."""
    rows = [
        WarningDigest(business=one, day=day, created_at=now)
        for one in businesses
        for day in filter(None, [_digest_day(one, now)])
    ]
    WarningDigest.objects.bulk_create(rows, ignore_conflicts=True)


def _without_digest(ids: Sequence[UUID], now: datetime) -> dict[UUID, Business]:
    """Return those of the businesses whose digest is due and was not made yet."""
    businesses = Business.objects.filter(pk__in=ids).select_related("owner")
    digests = WarningDigest.objects.filter(business__in=ids, day__gt=(now - timedelta(days=9)))
    made = set(digests.values_list("business", "day"))
    return {
        business.pk: business
        for business in businesses.order_by("pk")
        if (day := _digest_day(business, now)) and (business.pk, day) not in made
    }


def _running_periods(now: datetime) -> QuerySet[Period]:
    """Return the periods that may be due for a check in some time zone."""
    tomorrow = (now + timedelta(days=1)).date()
    periods = Period.objects.filter(
        starts_on__lte=tomorrow - timedelta(days=pace_rules.EARLIEST - 1),
        ends_on__gt=tomorrow - timedelta(days=2),
    )
    periods = periods.filter(agreement__state=AgreementState.ACTIVE, business__is_suspended=False)
    return periods.exclude(state=PeriodState.SKIPPED, minutes=0)  # periods that began in a pause


def _due(businesses: Iterable[UUID], now: datetime) -> dict[Period, PeriodProgress]:
    """Return the running periods of these businesses that are due for a check."""
    periods = _running_periods(now).filter(business__in=list(businesses))
    periods = periods.select_related("agreement__client", "agreement__contact", "business__owner")
    warned = EarlyWarning.objects.filter(period__in=periods).order_by("day")
    last_day = dict(warned.values_list("period", "day"))
    due: dict[Period, PeriodProgress] = {}
    for period in periods.order_by("pk"):
        today = local_day(now, period.agreement.time_zone)
        stretch = PeriodProgress(period.starts_on, period.ends_on, today)
        if pace_rules.is_due(stretch, last_day.get(period.pk, 0)):
            due[period] = stretch
    return due


def _digest_day(business: Business, now: datetime) -> date | None:
    """Return the day whose digest is due for a business now; None where none is."""
    return pace_rules.digest_day(local_day(now, business.time_zone))


def _findings(due: dict[Period, PeriodProgress]) -> dict[Period, list[Finding]]:
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
        period: sorted(
            [
                *_kpis(kpi_figures[period.pk]),
                *_work(deliverables[period.pk], stretch),
                *_hours(statements.get(period.pk), stretch, period),
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
        if pace_rules.is_short(deliverable.done, expected, deliverable.promised):
            weight = pace_rules.weight(expected - deliverable.done, deliverable.promised)
            yield warning_texts.work_finding(
                deliverable.title, deliverable.done, deliverable.promised, expected, weight
            )


def _hours(
    statement: PeriodStatement | None, stretch: PeriodProgress, period: Period
) -> Iterable[Finding]:
    """Yield the finding about hours that run out or expire."""
    if statement is None:
        return
    kept = hours_left.kept_at_most(period.agreement, statement.granted)
    off_track = pace_rules.usage_pace(statement.used, statement.available, stretch, kept)
    if off_track is None:
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


def _warn(business: Business, warnings: list[EarlyWarning], now: datetime) -> int:
    """Create the warnings of a business and the email about them; return how many.

    0 when another worker was faster.
    """
    warnings.sort(key=lambda warning: -sum(int(finding["weight"]) for finding in warning.findings))
    day = _digest_day(business, now)
    assert day, "a digest is due"
    with transaction.atomic():
        digest, is_new = WarningDigest.objects.get_or_create(
            business=business, day=day, defaults={"count": len(warnings), "created_at": now}
        )
        if not is_new:
            return 0
        EarlyWarning.objects.filter(
            period__in=[warning.period_id for warning in warnings],
            sent_at__isnull=True,
            dismissed_at__isnull=True,
            replaced_at__isnull=True,
        ).update(replaced_at=now)
        EarlyWarning.objects.bulk_create(warnings, ignore_conflicts=True)
        _email_owner(business, warnings, digest, now)
    return len(warnings)


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


def _email_owner(
    business: Business, warnings: list[EarlyWarning], digest: WarningDigest, now: datetime
) -> None:
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
        ref=f"{business.pk}:{digest.day}",
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
