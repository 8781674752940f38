"""Reads the facts that reports are made of (rule 38).

The number of queries does not grow with the number of reports.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from agreements.models import Agreement, Period
from agreements.rules.states import PeriodState
from agreements.running import added_for_a_time
from delivery.hours import hours_left
from delivery.kpis import figures_by_period
from delivery.models import Deliverable, Report, Request, TimeEntry
from delivery.models.work import OWN
from delivery.reports.compose import Facts, Item, RequestFacts, Work
from delivery.reports.draft_reports import service_ends_on
from delivery.rules.states import ReportState
from delivery.work.pieces import RELATED as RELATED_OF_PIECES
from delivery.work.pieces import pieces_of

RELATED = ("client", "business__owner", "period__agreement__contact", "document")


def facts_of_reports(reports: Sequence[Report]) -> dict[UUID, Facts]:
    """Return the facts for `compose` by the report's id; load the reports with RELATED."""
    periods = [report.period for report in reports]
    ids = [period.pk for period in periods]
    agreements = {period.agreement_id: period.agreement for period in periods}
    statements = hours_left.statements_of(agreements.values())
    kpi_figures = figures_by_period.figures_of(periods)
    items, following = _items(ids), _following(periods, agreements)
    wishes, entries, silent = _wishes(ids), _entries(ids), _silent(agreements)
    added, before = added_for_a_time.by_agreement(agreements.values()), _before(periods)
    return {
        report.pk: Facts(
            hours=statements[report.period_id],
            figures=kpi_figures.get(report.period_id, []),
            items=items[report.period_id],
            next_items=following.get(report.period_id, []),
            wishes=wishes[report.period_id],
            work=entries[report.period_id],
            silent=[
                silent_period
                for silent_period in silent[report.period.agreement_id]
                if silent_period[1] <= report.period.starts_on
            ],
            value_adds=added_for_a_time.as_facts(
                one
                for one in added[report.period.agreement_id]
                if one.applies_within(
                    report.period.starts_on, service_ends_on(report.period) - timedelta(days=1)
                )
            ),
            before=before.get((report.period.agreement_id, report.period.starts_on)),
        )
        for report in reports
    }


def facts_of_report(report: Report) -> Facts:
    """Return the facts of one report."""
    return facts_of_reports([report])[report.pk]


def _before(periods: Sequence[Period]) -> dict[tuple[UUID, date], dict[str, Any]]:
    """Return what was sent about the period right before each, by its agreement and its end."""
    sent = Report.objects.filter(
        state=ReportState.SENT,
        period__agreement__in={period.agreement_id for period in periods},
        period__ends_on__in={period.starts_on for period in periods},
    )
    rows = sent.values_list("period__agreement", "period__ends_on", "snapshot")
    return {(agreement, ends_on): snapshot for agreement, ends_on, snapshot in rows}


def _items(periods: Iterable[UUID]) -> dict[UUID, list[Item]]:
    """Return the deliverables of each period with what was handed over and approved of them."""
    items: dict[UUID, list[Item]] = defaultdict(list)
    deliverables = Deliverable.objects.filter(period__in=list(periods)).select_related(
        "carried_from__period"
    )
    for deliverable in deliverables.prefetch_related(*RELATED_OF_PIECES).order_by("position"):
        delivered = pieces_of(deliverable)
        came_from = deliverable.carried_from.period.starts_on if deliverable.carried_from else None
        items[deliverable.period_id].append(
            Item(
                deliverable.title,
                deliverable.promised,
                deliverable.done,
                deliverable.state,
                deliverable.because,
                came_from,
                [
                    {"title": str(piece.handover), "url": piece.handover.url}
                    for piece in delivered
                    if piece.handover
                ],
                sum(piece.count for piece in delivered if piece.is_approved),
            )
        )
    return items


def _following(
    periods: Sequence[Period], agreements: dict[UUID, Agreement]
) -> dict[UUID, list[Item]]:
    """Return what is promised in the period after each of `periods`, where it exists."""
    period_by_end = {(period.agreement_id, period.ends_on): period.pk for period in periods}
    items: dict[UUID, list[Item]] = {}
    next_periods = Period.objects.filter(
        agreement__in=agreements, starts_on__in={ends_on for _, ends_on in period_by_end}
    )
    previous_period = {
        period.pk: period_by_end[period.agreement_id, period.starts_on]
        for period in next_periods
        if (period.agreement_id, period.starts_on) in period_by_end
    }
    # Something that was added to the next period and delivered already is not announced again.
    done_already = Q(position__gt=OWN, done__gte=F("promised"))
    for deliverable in (
        Deliverable.objects.filter(period__in=previous_period)
        .exclude(done_already)
        .order_by("position")
    ):
        items.setdefault(previous_period[deliverable.period_id], []).append(
            Item(deliverable.title, deliverable.promised, deliverable.done, deliverable.state)
        )
    return items


def _wishes(periods: Iterable[UUID]) -> dict[UUID, list[RequestFacts]]:
    """Return the client's requests of each period."""
    wishes: dict[UUID, list[RequestFacts]] = defaultdict(list)
    for request in Request.objects.filter(period__in=list(periods)).order_by("created_at", "id"):
        wishes[request.period_id].append(  # type: ignore[index]  # each has a period
            RequestFacts(
                request.title,
                request.state,
                request.created_at,
                request.respond_by,
                request.responded_at,
            )
        )
    return wishes


def _entries(periods: Iterable[UUID]) -> dict[UUID, list[Work]]:
    """Return the time that the client may see; other entries are not billable (rule 25)."""
    entries: dict[UUID, list[Work]] = defaultdict(list)
    rows = TimeEntry.objects.filter(period__in=list(periods), billable=True).order_by(
        "on", "created_at", "id"
    )
    for period, on, note, minutes in rows.values_list("period", "on", "note", "minutes"):
        entries[period].append(Work(on, note, minutes))
    return entries


def _silent(agreements: dict[UUID, Agreement]) -> dict[UUID, list[tuple[date, date, str]]]:
    """Return each agreement's skipped or paused periods, which have no report, with the reason."""
    silent: dict[UUID, list[tuple[date, date, str]]] = defaultdict(list)
    rows: Any = Period.objects.filter(agreement__in=agreements, state=PeriodState.SKIPPED).order_by(
        "starts_on"
    )
    for agreement, starts_on, ends_on, reason in rows.values_list(
        "agreement", "starts_on", "ends_on", "skipped_because"
    ):
        silent[agreement].append((starts_on, ends_on, reason))
    return silent
