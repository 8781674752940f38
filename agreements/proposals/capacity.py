"""Which hours are spoken for in the months ahead, and how many openings are left: computed, never typed (rule 36)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from django.db.models import Q

from agreements.models import Agreement, Pause, Proposal, Tier, TimeOff
from agreements.models.proposal import Renews
from agreements.rules import workload
from agreements.rules.schedule import Interval, PeriodSpan, index_before, periods
from agreements.rules.states import RUNS, AgreementState, ProposalState
from agreements.rules.workload import Promise
from agreements.running import effective_terms
from agreements.running.periods import spans
from clients.rules.pipeline import ODDS, Stage
from core.dates import Span, add_months, local_day, month_of
from core.models import Business

MONTHS = 6
OPEN = (ProposalState.DRAFT, ProposalState.SENT)


@dataclass(frozen=True)
class Load:
    """A stretch of days in minutes. `capacity` is None where the business has not said it.

    `signed` is what running agreements include, `added` what their value-adds cost, `likely` the open proposals by
    the chance of their stage: a guess, which takes no opening away.
    """

    span: Span
    capacity: int | None
    off: int
    signed: int
    added: int
    likely: int

    @property
    def free(self) -> int | None:
        """What is left to sell; under zero where more is promised than there is."""
        return (
            None if self.capacity is None else self.capacity - self.off - self.signed - self.added
        )


def months(business: Business, today: date, count: int = MONTHS) -> list[Load]:
    """The load of this month and the next ones, in a number of questions that does not grow."""
    first = month_of(today)
    found = [Span(add_months(first, n), add_months(first, n + 1)) for n in range(count)]
    whole = Span(first, found[-1].end)
    return _loads(business, found, whole, list(_weighted(business, whole, today)))


def openings(business: Business, tier_minutes: int, day: date) -> int | None:
    """How many more clients of a tier fit into the month that begins on `day`; None where nobody can say.

    That is so where the business has no capacity set, or the tier includes no time.
    """
    return openings_of(business, [tier_minutes], day)[0]


def openings_of(business: Business, tiers: Sequence[int], day: date) -> list[int | None]:
    """The same for several tiers, each on its own, with the questions of one."""
    if not business.capacity_minutes:
        return [None for _minutes in tiers]
    left = free(business, day) or 0
    return [workload.openings(left, minutes) if minutes else None for minutes in tiers]


def is_full(proposal: Proposal, tier: Tier, now: datetime) -> bool:
    """Whether nobody can pick this tier now for want of time; without a capacity there is always room."""
    day = max(proposal.starts_on, local_day(now, proposal.client.time_zone))
    return openings(proposal.business, tier.minutes, day) == 0


def free(business: Business, day: date) -> int | None:
    """The minutes of the month that begins on `day` that nobody has signed for; under zero where it is overbooked."""
    month = Span(day, add_months(day, 1))
    return _loads(business, [month], month, [])[0].free


def lacks(agreement: Agreement) -> int:
    """By how many minutes its first month would be overbooked once it is signed; 0 where there is room."""
    left = free(agreement.business, agreement.starts_on)
    return max(0, agreement.minutes - left) if left is not None else 0


def _loads(
    business: Business, found: Sequence[Span], whole: Span, likely: Sequence[Promise]
) -> list[Load]:
    signed = list(_signed(business, whole))
    away = [row.span for row in TimeOff.objects.filter(business=business, ends_on__gt=whole.start)]
    capacity = business.capacity_minutes
    return [
        Load(
            span=span,
            capacity=capacity or None,
            off=workload.off(capacity, span, away),
            signed=workload.within([promise for promise, _extra in signed], span),
            added=workload.within([extra for _promise, extra in signed], span),
            likely=workload.within(likely, span),
        )
        for span in found
    ]


def _signed(business: Business, whole: Span) -> Iterator[tuple[Promise, Promise]]:
    """Of every period of a running agreement: its minutes by the terms of its first day, and those of value-adds."""
    rows = Agreement.objects.filter(business=business, state__in=RUNS, starts_on__lt=whole.end)
    running = effective_terms.load(
        rows.select_related("proposal").defer("terms", "tier", "proposal__text")
    )
    pauses = Pause.objects.by_agreement(row.pk for row in running)
    for row in running:
        if row.renews == Renews.ALONE:
            row.ends_on = (
                None  # it goes on unless somebody says no, and then it does not renew any more
            )
        first = index_before(row.starts_on, Interval(row.interval), whole.start)
        for span in spans(row, until=whole.end - timedelta(days=1), first=first):
            if not any(pause.covers(span.start) for pause in pauses.get(row.pk, [])):
                included = effective_terms.on(row, span.start).minutes * span.fraction
                yield Promise(span, included), Promise(span, Fraction(_added(row.proposal, span)))


def _added(proposal: Proposal, span: PeriodSpan) -> int:
    """What the value-adds that have not ended when the period begins cost in it."""
    adds: Iterable[dict[str, Any]] = proposal.value_adds
    return sum(one["minutes"] for one in adds if date.fromisoformat(one["ends_on"]) >= span.start)


def _weighted(business: Business, whole: Span, today: date) -> Iterator[Promise]:
    """The recommended tier of each client's latest open proposal, or the one that was picked, by its chance."""
    unsigned = Q(agreement__isnull=True) | Q(agreement__state=AgreementState.SENT)
    rows = Proposal.objects.filter(
        unsigned, business=business, state__in=OPEN, starts_on__lt=whole.end
    )
    rows = (
        rows.exclude(client__state=Stage.LOST).defer("text").select_related("client", "agreement")
    )
    latest: dict[Any, Proposal] = {}
    for row in rows.order_by("created_at", "pk").prefetch_related("tiers"):
        if row.sent_at or row.client_id not in latest or not latest[row.client_id].sent_at:
            latest[row.client_id] = row
    for row in latest.values():
        yield from _likely(row, whole, today)


def _likely(proposal: Proposal, whole: Span, today: date) -> Iterator[Promise]:
    starts = max(proposal.starts_on, today)
    if proposal.ends_on and proposal.ends_on <= starts:
        return
    minutes, chance = _asked(proposal), _chance(proposal)
    until, interval = whole.end - timedelta(days=1), Interval(proposal.interval)
    for span in periods(starts, starts.day, interval, end=proposal.ends_on, until=until):
        yield Promise(span, (minutes + _added(proposal, span)) * span.fraction * chance)


def _asked(proposal: Proposal) -> int:
    picked = getattr(proposal, "agreement", None)
    if picked is not None:
        return int(picked.minutes)
    rungs = list(proposal.tiers.all())
    return next(
        (rung.minutes for rung in rungs if rung.is_recommended), rungs[0].minutes if rungs else 0
    )


def _chance(proposal: Proposal) -> Fraction:
    """By the client's stage; one who has signed before stands where the new proposal stands."""
    usual = Stage.PROPOSAL_SENT if proposal.sent_at else Stage.CALL_BOOKED
    return Fraction(ODDS.get(Stage(proposal.client.state), ODDS[usual]), 100)
