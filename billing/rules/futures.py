"""Futures of the sums that the billing job will ask: which arrive, and when (rule 63). Pure.

The sums are the job's own, to the cent; only whether and when they arrive is drawn. The same seed
draws the same futures. Money is integers; only chances are not.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from random import Random

from billing.rules.experience import (
    WHOLE,
    Chances,
    Experience,
    Habit,
    days_until_notice,
    draw,
    happens,
    until,
)
from core.dates import add_months, month_of
from core.money import nearest

FUTURES = 500
MONTHS = 12  # full months that are looked ahead, after the rest of this one
LOW, MIDDLE, HIGH = 49, 250, 450  # places among 500: between the outer two lie 80 %
OVERDUE = 10  # days in which a payment that is overdue already is expected, where none took longer


@dataclass(frozen=True, slots=True)
class Asked:
    """A sum that is asked on the day `on`, before tax, in minor units.

    `term` is the number of renewals that it needs. A `retry` was declined before.
    """

    on: date
    amount: int
    term: int = 0
    retry: bool = False


@dataclass
class Stream:
    """What one agreement will be asked, and what is asked of it already.

    `notice_days` is None where no notice can be given, as in a fixed term, and notice ends nothing
    before the day `bound_until`. `waiting` are open invoices that nobody asks for again by itself:
    the day of the invoice, and what is open. `is_lost`: the last invoice is given up.
    """

    currency: str
    by_card: bool
    asked: list[Asked]
    notice_days: int | None = None
    bound_until: date = date.min
    waiting: list[tuple[date, int]] = field(default_factory=list)
    is_lost: bool = False


@dataclass(frozen=True)
class Band:
    """A month of a forecast in minor units.

    `asked` comes if everybody stays and pays; 80 % of the futures lie between `low` and `high`.
    """

    month: date
    asked: int
    low: int
    middle: int
    high: int


def months_ahead(today: date) -> list[date]:
    """The first days of the months of a forecast: this one, and the twelve after it."""
    return [add_months(month_of(today), n) for n in range(MONTHS + 1)]


def end_of_forecast(today: date) -> date:
    """The first day after the months of a forecast."""
    return add_months(month_of(today), MONTHS + 1)


def asked_by_month(streams: Sequence[Stream], today: date) -> dict[str, list[int]]:
    """What will be asked in each month if all goes on, by currency; renewals are part of it."""
    calendar = _Calendar(today)
    sums: dict[str, list[int]] = {}
    for stream in streams:
        row = sums.setdefault(stream.currency, [0] * (MONTHS + 1))
        for one in stream.asked:
            calendar.add(row, one.on.toordinal(), one.amount)
    return sums


def futures(
    streams: Sequence[Stream], seen: Experience, today: date, *, seed: str, count: int = FUTURES
) -> dict[str, list[list[int]]]:
    """What arrives in each month, by currency: one list of months for each future."""
    rng, calendar = Random(seed), _Calendar(today)  # noqa: S311 - no secret
    base = asked_by_month(streams, today)
    prepared = [_prepare(stream, calendar) for stream in streams]
    found: dict[str, list[list[int]]] = {currency: [] for currency in base}
    for _ in range(count):
        chances = draw(seen, rng)
        totals = {currency: row.copy() for currency, row in base.items()}
        for one in prepared:
            one.live(totals[one.currency], chances, rng, calendar)
        for currency, row in totals.items():
            found[currency].append(row)
    return found


def bands(totals: Sequence[Sequence[int]], asked: Sequence[int], today: date) -> list[Band]:
    """The 80 % band of each month."""
    columns = [sorted(column) for column in zip(*totals, strict=True)]
    return [
        Band(month, asked[n], *(_place(columns[n], place) for place in (LOW, MIDDLE, HIGH)))
        for n, month in enumerate(months_ahead(today))
    ]


def of_the_year(totals: Sequence[Sequence[int]]) -> tuple[int, int, int]:
    """The 80 % band of the twelve full months together: low, middle, high."""
    sums = sorted(sum(row[1:]) for row in totals)
    low, middle, high = (_place(sums, place) for place in (LOW, MIDDLE, HIGH))
    return low, middle, high


def together(
    found: Mapping[str, Sequence[Sequence[int]]], rates: Mapping[str, Fraction]
) -> list[list[int]]:
    """The futures of several currencies in one: `rates` are minor units of it for one of each."""
    converted = [
        [
            [nearest(amount * rate.numerator, rate.denominator) for amount in future]
            for future in found[currency]
        ]
        for currency, rate in rates.items()
    ]
    return [
        [sum(month) for month in zip(*future, strict=True)]
        for future in zip(*converted, strict=True)
    ]


def _place(ordered: Sequence[int], place: int) -> int:
    return ordered[place * len(ordered) // FUTURES]


class _Calendar:
    """The month of each day, and what falls beyond the last one."""

    def __init__(self, today: date) -> None:
        self.today = today.toordinal()
        firsts = [day.toordinal() for day in [*months_ahead(today), end_of_forecast(today)]]
        self.end = firsts[-1]
        self.first = firsts[0]
        self.months = [bisect_left(firsts, day + 1) - 1 for day in range(self.first, self.end)]

    def add(self, row: list[int], day: int, amount: int) -> None:
        """Add a sum to its month; what was due before today counts as today."""
        day = max(day, self.today)
        if day < self.end:
            row[self.months[day - self.first]] += amount


def _prepare(stream: Stream, calendar: _Calendar) -> "_Prepared":
    ordered = sorted(stream.asked, key=lambda one: one.on)
    return _Prepared(
        currency=stream.currency,
        by_card=stream.by_card,
        days=[one.on.toordinal() for one in ordered],
        amounts=[one.amount for one in ordered],
        terms=[one.term for one in ordered],
        retries=bool(ordered and ordered[0].retry),
        notice_days=stream.notice_days,
        bound_until=stream.bound_until.toordinal(),
        waiting=[(day.toordinal(), amount) for day, amount in stream.waiting],
        is_lost=stream.is_lost,
        renews=any(one.term for one in ordered),
    )


@dataclass(slots=True)
class _Prepared:
    """A stream with its days as numbers, the soonest first."""

    currency: str
    by_card: bool
    days: list[int]
    amounts: list[int]
    terms: list[int]
    retries: bool
    notice_days: int | None
    bound_until: int
    waiting: list[tuple[int, int]]
    is_lost: bool
    renews: bool

    def live(self, row: list[int], chances: Chances, rng: Random, calendar: _Calendar) -> None:
        """Change `row`, in which every sum is paid on its day, into one future."""
        habit = chances.card if self.by_card else chances.transfer
        kept = self._kept(chances, rng, calendar)
        for n in range(kept, len(self.days)):
            self._take(row, n, calendar)
        owed = self._wait(row, habit, rng, calendar) if self.waiting else 0
        at, is_lost = 0, self.is_lost
        if self.retries and not is_lost:
            is_lost = kept > 0 and happens(habit.lost, rng)
            if is_lost:
                owed += self._take(row, 0, calendar)
            at = 1
        while at < kept:
            if is_lost:
                at = self._come_back(row, at, kept, owed, habit, rng, calendar)
                owed, is_lost = 0, False
                continue
            at += until(habit.late, rng)
            if at >= kept:
                return
            amount = self._take(row, at, calendar)
            is_lost = happens(habit.lost, rng)
            if is_lost:
                owed = amount
            else:
                calendar.add(row, self.days[at] + rng.choice(habit.delays), amount)
            at += 1

    def _kept(self, chances: Chances, rng: Random, calendar: _Calendar) -> int:
        """How many sums are asked at all: those before an end by notice or a term not renewed."""
        if self.renews:
            renewals = until(WHOLE - chances.renewal, rng)
            return sum(1 for term in self.terms if term <= renewals)
        if self.notice_days is None:
            return len(self.days)
        given = calendar.today + days_until_notice(chances, rng)
        ends = max(given + self.notice_days, self.bound_until)
        return bisect_left(self.days, ends)

    def _take(self, row: list[int], at: int, calendar: _Calendar) -> int:
        """Take a sum out of its month, and return it."""
        calendar.add(row, self.days[at], -self.amounts[at])
        return self.amounts[at]

    def _come_back(
        self,
        row: list[int],
        at: int,
        kept: int,
        owed: int,
        habit: Habit,
        rng: Random,
        calendar: _Calendar,
    ) -> int:
        """Nothing is paid until, with one sum, everything is; return the place after that one."""
        back = min(at + until(habit.mended, rng), kept)
        owed += sum(self._take(row, n, calendar) for n in range(at, back))
        if back < kept:
            calendar.add(row, self.days[back], owed)
        return back + 1

    def _wait(self, row: list[int], habit: Habit, rng: Random, calendar: _Calendar) -> int:
        """Add the open invoices that arrive, and return what does not."""
        owed = 0
        for day, amount in self.waiting:
            age = calendar.today - day
            later = [delay for delay in habit.delays if delay > age]
            comes = (WHOLE - habit.lost) * (len(later) or 1) // len(habit.delays)
            lost = habit.lost * WHOLE // max(comes + habit.lost, 1)
            if self.is_lost or happens(lost, rng):
                owed += amount
            else:
                delay = rng.choice(later) if later else age + rng.randrange(1, OVERDUE)
                calendar.add(row, day + delay, amount)
        return owed
