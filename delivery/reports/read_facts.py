"""Reads what reports are made of: for any number of them a fixed number of questions, and no rule (rule 38)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from agreements.models import Agreement, Period
from agreements.rules.states import PeriodState
from delivery.hours import hours_left
from delivery.kpis import figures
from delivery.models import Deliverable, Handover, Report, Request, TimeEntry
from delivery.models.work import OWN
from delivery.reports.compose import Facts, Item, Wish, Work

RELATED = ("client", "business__owner", "period__agreement__contact", "document")


def facts(reports: Sequence[Report]) -> dict[UUID, Facts]:
    """Everything that `compose` needs, by report. They come with RELATED."""
    periods = [report.period for report in reports]
    ids = [period.pk for period in periods]
    agreements = {period.agreement_id: period.agreement for period in periods}
    stated, measured = hours_left.of_agreements(agreements.values()), figures.of_periods(periods)
    items, following = _items(ids), _following(periods, agreements)
    wishes, entries, silent = _wishes(ids), _entries(ids), _silent(agreements)
    return {
        report.pk: Facts(
            hours=stated[report.period_id],
            figures=measured.get(report.period_id, []),
            items=items[report.period_id],
            next_items=following.get(report.period_id, []),
            wishes=wishes[report.period_id],
            work=entries[report.period_id],
            silent=[
                row
                for row in silent[report.period.agreement_id]
                if row[1] <= report.period.starts_on
            ],
        )
        for report in reports
    }


def of_one(report: Report) -> Facts:
    """The same for one."""
    return facts([report])[report.pk]


def _items(periods: Iterable[UUID]) -> dict[UUID, list[Item]]:
    """The checklists, each thing with what was handed over."""
    given: dict[UUID, list[dict[str, str]]] = defaultdict(list)
    for one in Handover.objects.filter(deliverable__period__in=list(periods)):
        given[one.deliverable_id].append({"title": str(one), "url": one.url})
    found: dict[UUID, list[Item]] = defaultdict(list)
    rows = Deliverable.objects.filter(period__in=list(periods)).select_related(
        "carried_from__period"
    )
    for row in rows.order_by("position"):
        came = row.carried_from.period.starts_on if row.carried_from else None
        found[row.period_id].append(
            Item(
                row.title,
                row.promised,
                row.done,
                row.state,
                row.because,
                came,
                given.get(row.pk, []),
            )
        )
    return found


def _following(
    periods: Sequence[Period], agreements: dict[UUID, Agreement]
) -> dict[UUID, list[Item]]:
    """What is promised in the period after each, where that was opened."""
    ends = {(period.agreement_id, period.ends_on): period.pk for period in periods}
    found: dict[UUID, list[Item]] = {}
    after = Period.objects.filter(agreement__in=agreements, starts_on__in={end for _, end in ends})
    next_of = {
        row.pk: ends[row.agreement_id, row.starts_on]
        for row in after
        if (row.agreement_id, row.starts_on) in ends
    }
    done_already = Q(
        position__gt=OWN, done__gte=F("promised")
    )  # added to it and given: nothing of it is to come
    for row in (
        Deliverable.objects.filter(period__in=next_of).exclude(done_already).order_by("position")
    ):
        found.setdefault(next_of[row.period_id], []).append(
            Item(row.title, row.promised, row.done, row.state)
        )
    return found


def _wishes(periods: Iterable[UUID]) -> dict[UUID, list[Wish]]:
    """What the client asked for in each."""
    found: dict[UUID, list[Wish]] = defaultdict(list)
    for row in Request.objects.filter(period__in=list(periods)).order_by("created_at", "id"):
        found[row.period_id].append(  # type: ignore[index]  # the filter leaves none out of a period
            Wish(row.title, row.state, row.created_at, row.respond_by, row.responded_at)
        )
    return found


def _entries(periods: Iterable[UUID]) -> dict[UUID, list[Work]]:
    """The work that the client may see (rule 25: what is not billable is the freelancer's own)."""
    found: dict[UUID, list[Work]] = defaultdict(list)
    rows = TimeEntry.objects.filter(period__in=list(periods), billable=True).order_by(
        "on", "created_at", "id"
    )
    for period, on, note, minutes in rows.values_list("period", "on", "note", "minutes"):
        found[period].append(Work(on, note, minutes))
    return found


def _silent(agreements: dict[UUID, Agreement]) -> dict[UUID, list[tuple[date, date, str]]]:
    """The periods of each agreement that were skipped or paused and so have no report, with the reason."""
    found: dict[UUID, list[tuple[date, date, str]]] = defaultdict(list)
    rows: Any = Period.objects.filter(agreement__in=agreements, state=PeriodState.SKIPPED).order_by(
        "starts_on"
    )
    for agreement, starts_on, ends_on, why in rows.values_list(
        "agreement", "starts_on", "ends_on", "skipped_because"
    ):
        found[agreement].append((starts_on, ends_on, why))
    return found
