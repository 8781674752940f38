"""Worlds to measure the forecast on: two years of a business, with chances that it never learns.

A world is not drawn as the forecast draws its futures. Each client has a temper of its own (how
soon it leaves, how late it pays), declines are retried on the days of the job, and a business's
chances are spread far wider than the benchmarks of rule 63. The first year is what the business has
seen; the months after it are compared with the bands.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from random import Random

from agreements.rules.intervals import Interval
from agreements.rules.schedule import periods
from billing.rules import futures
from billing.rules.experience import Experience
from billing.rules.futures import Asked, Stream
from core.dates import add_months

KNOWN = 45  # days after which the outcome of an invoice is known
RETRIES = (1, 3, 7, 14)
DAYS_A_MONTH = 30.4


@dataclass
class Temper:
    """The true chances of one world: of notice a month, a renewal, and of payments."""

    notice: float
    renewal: float
    decline: float
    recovers: float
    slow: float
    never: float
    mends: float


@dataclass
class Paid:
    """An invoice of a world: its day, its sum, and the day on which it was paid; None: never."""

    on: date
    amount: int
    paid_on: date | None = None


@dataclass
class Life:
    """One agreement of a world, from its start to its end."""

    by_card: bool
    start: date
    anchor: int
    interval: Interval
    fee: int
    notice_days: int
    minimum_months: int
    term: int
    noticed_on: date | None = None
    ends: list[date] = field(default_factory=list)  # of its terms, the last of which was final
    invoices: list[Paid] = field(default_factory=list)


@dataclass
class World:
    """A business on the day `today`: what it has seen, what it will ask, and what then came."""

    today: date
    seen: Experience
    streams: list[Stream]
    came: list[int]


def world(seed: int) -> World:
    """Draw one world."""
    rng = Random(f"world {seed}")
    temper = Temper(
        notice=min(0.08, rng.lognormvariate(-3.7, 0.6)),
        renewal=rng.uniform(0.45, 0.95),
        decline=rng.uniform(0.01, 0.15),
        recovers=rng.uniform(0.3, 0.9),
        slow=rng.uniform(2, 25),
        never=rng.uniform(0.002, 0.04),
        mends=rng.uniform(0.1, 0.6),
    )
    today = date(2027, 1, 1) + timedelta(days=rng.randrange(365))
    end = futures.end_of_forecast(today)
    lives = [_life(temper, today, end, rng) for _ in range(rng.randrange(8, 60))]
    lives = [life for life in lives if life.start <= today]
    return World(
        today,
        _seen(lives, today),
        [stream for life in lives if (stream := _stream(life, today, end))],
        _came(lives, today),
    )


def covered(one: World, seed: str) -> list[bool]:
    """Of each month in which something is asked, whether its band held."""
    found = futures.futures(one.streams, one.seen, one.today, seed=seed)
    if not found:
        return []
    asked = futures.asked_by_month(one.streams, one.today)["X"]
    rows = futures.bands(found["X"], asked, one.today)
    return [
        band.low <= came <= band.high
        for band, came in zip(rows, one.came, strict=True)
        if band.asked
    ]


def coverage(seeds: Iterable[int]) -> tuple[Fraction, int]:
    """The share of months of these worlds that their bands held, and how many months there were."""
    held = [hit for seed in seeds for hit in covered(world(seed), str(seed))]
    return Fraction(sum(held), len(held)), len(held)


def _life(temper: Temper, today: date, end: date, rng: Random) -> Life:
    start = today - timedelta(days=rng.randrange(365))
    one = Life(
        by_card=rng.random() < 0.6,
        start=start,
        anchor=rng.choice([1, start.day, 15]),
        interval=rng.choices([Interval.MONTHLY, Interval.QUARTERLY, Interval.WEEKLY], [85, 8, 7])[
            0
        ],
        fee=int(rng.lognormvariate(7.4, 0.7)) * 100,
        notice_days=rng.choice([0, 14, 30, 30, 30, 60, 90]),
        minimum_months=rng.choice([0, 0, 3, 6]),
        term=rng.choice([0, 0, 0, 6, 12]),
    )
    until = _end(one, temper, end, rng)
    spans = periods(one.start, one.anchor, one.interval, end=until, until=end)
    one.invoices = [
        Paid(span.start, one.fee * span.fraction.numerator // span.fraction.denominator)
        for span in spans
    ]
    _pay(one, temper, rng)
    return one


def _end(one: Life, temper: Temper, end: date, rng: Random) -> date | None:
    """When the agreement ends, if it does before the world does."""
    if one.term:
        at = 1
        while (last := add_months(one.start, one.term * at)) < end:
            one.ends.append(last)
            if rng.random() > temper.renewal:
                return last
            at += 1
        return None
    leaves = rng.gammavariate(3, temper.notice / 3)  # some clients leave sooner than others
    given = one.start + timedelta(days=min(4000, int(rng.expovariate(leaves) * DAYS_A_MONTH)))
    if given >= end:
        return None
    one.noticed_on = given
    first = max(given + timedelta(days=one.notice_days), add_months(one.start, one.minimum_months))
    spans = periods(one.start, one.anchor, one.interval, until=first + timedelta(days=400))
    return next(span.end for span in spans if span.end >= first)


def _pay(one: Life, temper: Temper, rng: Random) -> None:
    usual = rng.gammavariate(2, temper.slow / 2)  # days that this client takes
    lost: list[Paid] = []
    for row in one.invoices:
        if lost:
            if rng.random() < temper.mends:
                for each in [*lost, row]:
                    each.paid_on = row.on
                lost = []
            else:
                lost.append(row)
        elif one.by_card:
            row.paid_on = row.on
            if rng.random() < temper.decline:
                late = rng.random() < temper.recovers
                row.paid_on = row.on + timedelta(days=rng.choice(RETRIES)) if late else None
        elif rng.random() < temper.never:
            row.paid_on = None
        else:
            days = int(rng.gammavariate(4, max(usual, 1) / 4))
            row.paid_on = row.on + timedelta(days=min(days, KNOWN))
        if row.paid_on is None and row not in lost:
            lost.append(row)


def _seen(lives: list[Life], today: date) -> Experience:
    seen = Experience()
    for one in lives:
        if one.term:
            over = [day for day in one.ends if day <= today]
            is_out = bool(over) and (not one.invoices or one.invoices[-1].on < over[-1])
            seen.renewed += len(over) - is_out
            seen.lapsed += is_out
        else:
            until = min(one.noticed_on or today, today)
            seen.days += (until - one.start).days
            seen.notices += one.noticed_on is not None and one.noticed_on <= today
        payments = seen.card if one.by_card else seen.transfer
        was_lost = False
        for row in one.invoices:
            if row.on > today - timedelta(days=KNOWN):
                break
            delay = (row.paid_on - row.on).days if row.paid_on else None
            delay = None if delay is not None and delay > KNOWN else delay
            payments.add(delay, was_lost=was_lost)
            was_lost = delay is None
    return seen


def _stream(one: Life, today: date, end: date) -> Stream | None:
    """What the business knows of an agreement today; None where it is over."""
    known_end = one.noticed_on is not None and one.noticed_on < today
    ended = bool(one.ends) and one.invoices[-1].on < one.ends[-1] <= today
    stream = Stream("X", one.by_card, [], notice_days=None if known_end else one.notice_days)
    stream.bound_until = add_months(one.start, one.minimum_months)
    if known_end or ended:
        rows = [row for row in one.invoices if row.on >= today]
        stream.asked = [] if ended else [Asked(row.on, row.amount) for row in rows]
        stream.notice_days = None
    else:
        stream.asked = list(_all(one, today, end))
        stream.notice_days = None if one.term else one.notice_days
    for row in one.invoices:
        if row.on < today and (row.paid_on is None or row.paid_on >= today):
            _open(stream, row, today)
    return stream if stream.asked or stream.waiting else None


def _all(one: Life, today: date, end: date) -> Iterator[Asked]:
    """What is asked if all goes on."""
    for span in periods(one.start, one.anchor, one.interval, until=end - timedelta(days=1)):
        if span.start >= today:
            amount = one.fee * span.fraction.numerator // span.fraction.denominator
            term = 0
            if one.term:
                over = [
                    n
                    for n in range(1, 60)
                    if today < add_months(one.start, one.term * n) <= span.start
                ]
                term = len(over)
            yield Asked(span.start, amount, term)


def _open(stream: Stream, row: Paid, today: date) -> None:
    """An invoice that is not paid yet: tried again on its day, waited for, or given up."""
    if not stream.by_card:
        stream.waiting.append((row.on, row.amount))
        stream.is_lost = stream.is_lost or (today - row.on).days > KNOWN
        return
    retry = next((day for n in RETRIES if (day := row.on + timedelta(days=n)) >= today), None)
    if retry and not stream.is_lost:
        stream.asked.append(Asked(retry, row.amount, retry=True))
    else:
        stream.waiting.append((row.on, row.amount))
        stream.is_lost = True


def _came(lives: list[Life], today: date) -> list[int]:
    months = futures.months_ahead(today)
    sums = dict.fromkeys(months, 0)
    for one in lives:
        for row in one.invoices:
            if row.paid_on and row.paid_on >= today:
                month = row.paid_on.replace(day=1)
                if month in sums:
                    sums[month] += row.amount
    return list(sums.values())
