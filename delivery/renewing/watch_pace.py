"""Looks at every period that has reached day 10 or 20, and tells the freelancer what is off its line (rule 39)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import translation

from agreements.models import Period
from agreements.rules.states import AgreementState, PeriodState
from core.dates import local_day
from core.models import Business, OutboxEmail
from core.outbox import emails
from delivery.hours import hours_left
from delivery.kpis import figures
from delivery.kpis.figures import Figure
from delivery.models import Deliverable, EarlyWarning
from delivery.renewing import warning_words
from delivery.renewing.warning_words import Finding
from delivery.rules import kpi_pace, pace_rules
from delivery.rules.allowance import PeriodStatement
from delivery.rules.kpi_pace import Pace
from delivery.rules.pace_rules import Stretch
from delivery.rules.states import DeliverableState

LETTER = "early_warnings"
TOLD = 10  # warnings that stand in the letter; the others are counted


def watch(*, now: datetime, only: Business | None = None) -> int:
    """Write the warnings that are due and the letter about them; how many. Any number of times a day: a period is
    warned about once for each day it is looked at, and a freelancer gets one letter a day."""
    due = _due(now, only)
    if not due:
        return 0
    found = _findings(due)
    by_business: dict[UUID, list[Period]] = defaultdict(list)
    for period in due:
        if found[period.pk]:
            by_business[period.business_id].append(period)
    for periods in by_business.values():
        _warn(periods, due, found, now)
    return sum(map(len, by_business.values()))


def _due(now: datetime, only: Business | None) -> dict[Period, Stretch]:
    """The running periods whose day has come, of businesses that have had no letter today."""
    latest = (now + timedelta(days=1)).date()
    begun = latest - timedelta(days=min(pace_rules.CHECKPOINTS) - 1)
    rows = Period.objects.filter(starts_on__lte=begun, ends_on__gt=latest - timedelta(days=2))
    rows = rows.filter(agreement__state=AgreementState.ACTIVE, business__is_suspended=False)
    rows = rows.exclude(state=PeriodState.SKIPPED, minutes=0)  # it began in a pause
    if only:
        rows = rows.filter(business=only)
    rows = rows.select_related("agreement__client", "agreement__contact", "business__owner")
    warned = (
        EarlyWarning.objects.filter(period__in=rows)
        .order_by("day")
        .values_list("period", "day", "created_at")
    )
    newest: dict[UUID, tuple[int, datetime]] = {pk: (day, at) for pk, day, at in warned}
    letters = OutboxEmail.objects.filter(kind=LETTER, created_at__gt=now - timedelta(days=2))
    told = set(letters.values_list("ref", flat=True))
    found: dict[Period, Stretch] = {}
    for period in rows.order_by("pk"):
        zone = period.agreement.time_zone
        stretch = Stretch(period.starts_on, period.ends_on, local_day(now, zone))
        last = newest.get(period.pk)
        is_due = pace_rules.is_due(
            stretch, *((last[0], local_day(last[1], zone)) if last else (0, None))
        )
        if is_due and _ref(period.business, now) not in told:
            found[period] = stretch
    return found


def _ref(business: Business, now: datetime) -> str:
    return f"{business.pk}:{local_day(now, business.time_zone)}"


def _findings(due: dict[Period, Stretch]) -> dict[UUID, list[Finding]]:
    """What is off in each period, the worst first; a fixed number of queries for each of the days they are on."""
    by_day: dict[date, list[Period]] = defaultdict(list)
    for period, stretch in due.items():
        by_day[stretch.today].append(period)
    read = {
        pk: found
        for day, rows in by_day.items()
        for pk, found in figures.of_periods(rows, day).items()
    }
    stated = hours_left.of_agreements([period.agreement for period in due])
    promised: dict[UUID, list[Deliverable]] = defaultdict(list)
    for row in Deliverable.objects.filter(period__in=due, state=DeliverableState.OPEN).order_by(
        "position"
    ):
        promised[row.period_id].append(row)
    return {
        period.pk: sorted(
            [
                *_kpis(read[period.pk]),
                *_work(promised[period.pk], stretch),
                *_hours(stated.get(period.pk), stretch),
            ],
            key=lambda one: -int(one["weight"]),
        )
        for period, stretch in due.items()
    }


def _kpis(read: Iterable[Figure]) -> Iterable[Finding]:
    for one in read:
        if one.pace == Pace.BEHIND and one.kpi.retired_at is None and one.on:
            assert one.value is not None and one.held_against is not None
            way = one.held_against - one.leaves or one.held_against
            weight = pace_rules.weight(one.held_against - one.value, way)
            if weight >= pace_rules.SLACK:
                wanted = kpi_pace.whole(one.held_against, one.kpi.target)
                yield warning_words.of_kpi(
                    one.kpi.name, one.kpi.unit, one.value, one.on, wanted, one.kpi.target, weight
                )


def _work(rows: Iterable[Deliverable], stretch: Stretch) -> Iterable[Finding]:
    for row in rows:
        wanted = pace_rules.pieces(row.promised, stretch, row.due_on)
        if row.done < wanted:
            weight = pace_rules.weight(wanted - row.done, row.promised)
            yield warning_words.of_work(row.title, row.done, row.promised, wanted, weight)


def _hours(stated: PeriodStatement | None, stretch: Stretch) -> Iterable[Finding]:
    if stated is None or (off := pace_rules.hours(stated.used, stated.available, stretch)) is None:
        return
    planned = int(max(0, stated.available) * stretch.share)
    ends = (
        pace_rules.runs_out(stated.used, stated.available, stretch)
        if off == pace_rules.Off.OVER
        else None
    )
    weight = pace_rules.weight(planned - stated.used, max(1, stated.available))
    yield warning_words.of_hours(off, stated.used, stated.available, planned, ends, weight)


def _warn(
    periods: list[Period],
    due: dict[Period, Stretch],
    found: dict[UUID, list[Finding]],
    now: datetime,
) -> None:
    """One business's warnings, and its letter about them."""
    made = [_row(period, due[period].checkpoint, found[period.pk], now) for period in periods]
    made.sort(key=lambda row: -sum(int(one["weight"]) for one in row.findings))
    business = periods[0].business
    with transaction.atomic():
        Business.objects.select_for_update().get(pk=business.pk)
        if OutboxEmail.objects.filter(kind=LETTER, ref=_ref(business, now)).exists():
            return  # another worker was faster
        EarlyWarning.objects.filter(
            period__in=periods, sent_at__isnull=True, dismissed_at__isnull=True
        ).update(dismissed_at=now)  # what was said ten days ago is overtaken
        EarlyWarning.objects.bulk_create(made, ignore_conflicts=True)
        _tell(business, made, now)


def _row(period: Period, day: int, findings: list[Finding], now: datetime) -> EarlyWarning:
    agreement, business = period.agreement, period.business
    with translation.override(agreement.language):
        note = warning_words.note(findings, period.ends_on - timedelta(days=1))
    with translation.override(business.language):
        change = warning_words.change(findings)
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


def _tell(business: Business, made: list[EarlyWarning], now: datetime) -> None:
    with translation.override(business.language):
        shown = [
            {
                "client": row.client.name,
                "title": row.period.agreement.title,
                "findings": [warning_words.says(one) for one in row.findings],
                "change": row.change,
                "link": settings.SITE_URL + settings.WARNING_PATH.format(pk=row.pk),
            }
            for row in made[:TOLD]
        ]
    emails.write(
        kind=LETTER,
        ref=_ref(business, now),
        to=business.owner.email,
        template="early_warnings",
        context={
            "warnings": shown,
            "count": len(made),
            "more": max(0, len(made) - TOLD),
            "client": made[0].client.name,
            "link": settings.SITE_URL + settings.WARNINGS_PATH,
        },
        language=business.language,
        business=business,
        now=now,
    )
