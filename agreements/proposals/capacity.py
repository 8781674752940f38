"""Computes the committed hours of the months ahead and the openings that are left (rule 36).

All figures are minutes. Openings are always computed from signed agreements, value-adds and time
off; nobody enters them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from statistics import median
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Sum

from agreements.models import (
    Agreement,
    Amendment,
    GivenValueAdd,
    Pause,
    Proposal,
    Tier,
    TimeOff,
)
from agreements.rules import workload
from agreements.rules.intervals import Interval, minutes_per_month
from agreements.rules.schedule import PeriodSpan
from agreements.rules.states import RUNNING_STATES, ProposalState
from agreements.rules.terms import Renews
from agreements.rules.workload import Promise, Promises
from agreements.running import added_for_a_time, effective_terms, working_days
from clients.rules.pipeline import ODDS, Stage
from core.dates import Span, add_months, local_day, month_of
from core.models import Business

MONTHS = 6
OPEN_STATES = (ProposalState.DRAFT, ProposalState.SENT)


@dataclass(frozen=True)
class Workload:
    """The workload of a span of days, in minutes. `capacity` is None where the business set none.

    `off` is the capacity that time off takes, `signed` the included time of running agreements and
    `added` the time of their value-adds. `likely` is that of open proposals, weighted by the chance
    of their stage: an estimate that does not reduce the openings.
    """

    span: Span
    capacity: int | None
    off: int
    signed: int
    added: int
    likely: int

    @property
    def free(self) -> int | None:
        """The minutes that are left to sell; negative where the span is overbooked."""
        return (
            None if self.capacity is None else self.capacity - self.off - self.signed - self.added
        )


def workload_by_month(business: Business, today: date, count: int = MONTHS) -> list[Workload]:
    """The workload of this month and the next ones, `count` in all.

    The number of queries does not grow with the number of agreements or months.
    """
    first = month_of(today)
    spans_of_months = [Span(add_months(first, n), add_months(first, n + 1)) for n in range(count)]
    whole = Span(first, spans_of_months[-1].end)
    return _loads(business, spans_of_months, whole, list(_weighted(business, whole, today)))


def openings(business: Business, tier_minutes: int, day: date) -> int | None:
    """How many more clients of a tier fit into the month that begins on `day`.

    None where that cannot be computed: the business has set no capacity, or the tier includes no
    time.
    """
    return openings_of(business, [tier_minutes], day)[0]


def openings_of(business: Business, tiers: Sequence[int], day: date) -> list[int | None]:
    """The openings of several tiers, each counted as if all free time went to that tier.

    `tiers` are the included minutes of each for one month. The queries are those of a single tier.
    """
    if not business.capacity_minutes:
        return [None for _minutes in tiers]
    free = minutes_free(business, day) or 0
    return [workload.openings(free, minutes) if minutes else None for minutes in tiers]


def places_free(business: Business, today: date) -> int | None:
    """How many more clients of the usual size fit into the coming month.

    The usual size is the median of what running agreements include in a month. None where that
    cannot be computed: no capacity is set, or no agreement with included time runs.
    """
    rows = Agreement.objects.filter(business=business, state__in=RUNNING_STATES, minutes__gt=0)
    sizes = [
        minutes_per_month(minutes, interval)
        for minutes, interval in rows.values_list("minutes", "interval")
    ]
    sizes = [size for size in sizes if size]
    return openings(business, int(median(sizes)), today) if sizes else None


def is_full(proposal: Proposal, tier: Tier, now: datetime) -> bool:
    """Whether this tier cannot be picked now because there is no opening.

    Never where the business has set no capacity.
    """
    day = max(proposal.starts_on, local_day(now, proposal.client.time_zone))
    minutes = minutes_per_month(tier.minutes, proposal.interval)
    return openings(proposal.business, minutes, day) == 0


def minutes_free(business: Business, day: date) -> int | None:
    """The free minutes of the month that begins on `day`; negative where it is overbooked.

    None where the business has set no capacity.
    """
    month = Span(day, add_months(day, 1))
    return _loads(business, [month], month, [])[0].free


def minutes_free_from(business: Business, days: Iterable[date]) -> dict[date, int]:
    """The free minutes of the month that begins on each of `days`; empty without a capacity.

    The number of queries does not grow with the number of days.
    """
    distinct = sorted(set(days))
    if not distinct or not business.capacity_minutes:
        return {}
    months = [Span(day, add_months(day, 1)) for day in distinct]
    loads = _loads(business, months, Span(distinct[0], months[-1].end), [])
    return {day: load.free or 0 for day, load in zip(distinct, loads, strict=True)}


def overbooked_minutes(agreement: Agreement) -> int:
    """By how many minutes this agreement would overbook its first month; 0 where it fits."""
    free = minutes_free(agreement.business, agreement.starts_on)
    wanted = minutes_per_month(agreement.minutes, agreement.interval)
    return max(0, wanted - free) if free is not None else 0


def _loads(
    business: Business, stretches: Sequence[Span], whole: Span, likely: Sequence[Promise]
) -> list[Workload]:
    """The load of each of `stretches`, all of which lie in `whole`."""
    included, added = _signed(business, whole)
    away = [row.span for row in TimeOff.objects.filter(business=business, ends_on__gt=whole.start)]
    away += working_days.holidays_within(business, whole)
    return [
        Workload(
            span=span,
            capacity=_capacity(business, span) or None,
            off=_off(business, span, away),
            signed=workload.minutes_within(included, span),
            added=workload.minutes_within(added, span),
            likely=workload.minutes_within(likely, span),
        )
        for span in stretches
    ]


def _capacity(business: Business, span: Span) -> int:
    """The minutes that the business can sell in a month: by weekday, or the same each month."""
    if business.week_minutes:
        return workload.minutes_of_week(business.week_minutes, span)
    return business.capacity_minutes


def _off(business: Business, span: Span, away: Sequence[Span]) -> int:
    """The minutes of the capacity that time off takes."""
    if business.week_minutes:
        return workload.minutes_off_in_week(business.week_minutes, span, away)
    return workload.minutes_off(business.capacity_minutes, span, away)


def _signed(business: Business, whole: Span) -> tuple[list[Promise], list[Promise]]:
    """The included time of the periods of all running agreements, and the time of value-adds.

    The terms of the period's first day apply. Periods that start during a pause are left out.
    """
    included = Promises(whole)
    rows = Agreement.objects.filter(
        business=business, state__in=RUNNING_STATES, starts_on__lt=whole.end
    ).order_by()
    changed = (Amendment, Pause, GivenValueAdd)
    is_plain = Q(proposal__value_adds=[])
    for model in changed:
        has_one = Exists(model._default_manager.filter(agreement=OuterRef("pk")))
        is_plain &= Q(~has_one)
    schedule = ("starts_on", "anchor_day", "interval", "renews", "ends_on")
    plain = rows.filter(is_plain).values_list(*schedule).annotate(total=Sum("minutes"))
    for start, anchor_day, interval, renews, end, minutes in plain:
        ends_on = _end(renews, end)
        for place, _span in included.periods(start, anchor_day, Interval(interval), ends_on):
            included.add(place, minutes)
    added = list(_changed(rows.exclude(is_plain), included))
    return list(included), added


def _changed(rows: QuerySet[Agreement], included: Promises) -> Iterator[Promise]:
    """Add the agreements whose time differs by period; yield the time of their value-adds."""
    needed = ("starts_on", "anchor_day", "interval", "renews", "ends_on", "minutes")
    loaded = rows.select_related("proposal").only(*needed, "proposal__value_adds")
    running = effective_terms.load_amendments(loaded)
    pauses = Pause.objects.by_agreement(row.pk for row in running)
    given = added_for_a_time.given_by_agreement(row.pk for row in running)
    for row in running:
        schedule = row.starts_on, row.anchor_day, Interval(row.interval)
        ends_on = _end(row.renews, row.ends_on)
        for place, span in included.periods(*schedule, ends_on):
            if not any(pause.covers(span.start) for pause in pauses.get(row.pk, [])):
                included.add(place, effective_terms.terms_on(row, span.start).minutes)
                minutes = _added(row.proposal, span) + _given(given.get(row.pk, []), span)
                if minutes:
                    yield Promise(span, Fraction(minutes))


def _end(renews: str, ends_on: date | None) -> date | None:
    """The end of an agreement as far as is known.

    One that renews alone goes on unless someone gives notice, and notice sets `renews` to NO.
    """
    return None if renews == Renews.ALONE else ends_on


def _added(proposal: Proposal, span: PeriodSpan) -> int:
    """The minutes of the value-adds that have not ended when the period begins."""
    value_adds: Iterable[dict[str, Any]] = proposal.value_adds
    return sum(
        value_add["minutes"]
        for value_add in value_adds
        if date.fromisoformat(value_add["ends_on"]) >= span.start
    )


def _given(rows: Iterable[GivenValueAdd], span: PeriodSpan) -> int:
    """The minutes of what was given later and applies in the period."""
    last = span.end - timedelta(days=1)
    return sum(row.minutes for row in rows if row.starts_on <= last and row.ends_on >= span.start)


def _weighted(business: Business, whole: Span, today: date) -> Promises:
    """The weighted time of each client's latest open proposal that is not signed yet."""
    rows = Proposal.objects.filter(
        business=business, state__in=OPEN_STATES, starts_on__lt=whole.end
    )
    rows = rows.exclude(client__state=Stage.LOST).exclude(client__is_sample=True)
    needed = ("starts_on", "ends_on", "interval", "sent_at", "value_adds", "client__state")
    loaded = rows.select_related("client").only(*needed).prefetch_related(*_offered())
    latest: dict[Any, Proposal] = {}
    for row in loaded.order_by("created_at", "pk"):
        # The newest counts, but a draft never takes the place of a proposal that was sent.
        if row.sent_at or row.client_id not in latest or not latest[row.client_id].sent_at:
            latest[row.client_id] = row
    likely = Promises(whole)
    for row in latest.values():
        _add_likely(likely, row, today)
    return likely


def _offered() -> tuple[Any, Any]:
    """The tiers of proposals and what was picked of them, with what capacity needs alone."""
    tiers = Tier.objects.only("proposal", "position", "minutes", "is_recommended")
    agreements = Agreement.objects.only("proposal", "state", "minutes")
    return Prefetch("tiers", tiers), Prefetch("agreements", agreements)


def _add_likely(likely: Promises, proposal: Proposal, today: date) -> None:
    """Add the time of a proposal in its periods, multiplied by the chance that it is signed."""
    starts = max(proposal.starts_on, today)
    if proposal.ends_on and proposal.ends_on <= starts:
        return
    minutes, chance = _expected_minutes(proposal), _chance(proposal)
    interval = Interval(proposal.interval)
    for place, span in likely.periods(starts, starts.day, interval, proposal.ends_on):
        likely.add(place, (minutes + _added(proposal, span)) * chance)


def _expected_minutes(proposal: Proposal) -> int:
    """The included time of the tier that was picked, or of the recommended one."""
    if agreement := proposal.agreement:
        return agreement.minutes
    tiers = list(proposal.tiers.all())
    return next(
        (tier.minutes for tier in tiers if tier.is_recommended), tiers[0].minutes if tiers else 0
    )


def _chance(proposal: Proposal) -> Fraction:
    """The chance that a proposal is signed, by the client's stage in the pipeline.

    The stage of an existing client says nothing about a new proposal; there the proposal counts as
    sent or as not sent yet.
    """
    usual = Stage.PROPOSAL_SENT if proposal.sent_at else Stage.CALL_BOOKED
    return Fraction(ODDS.get(Stage(proposal.client.state), ODDS[usual]), 100)
