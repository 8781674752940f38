"""What a business has seen of its clients (notices, renewals, payments), as chances. Pure.

A chance is never the plain share of what was seen: the benchmarks of rule 63 count beside it, as
if they had been seen as well, so that three months of luck promise nothing. How far the true chance
may be from what was seen is part of the forecast: `draw` answers differently for each future.
Chances are parts of `WHOLE`, integers as money is.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

WHOLE = 10**9
#: Days of a running agreement in which the benchmarks expect one notice: 3 % a month.
DAYS_OF_ONE_NOTICE = 1000
#: Of three terms that could renew, two do: a year of 3 % a month is 69 %.
RENEWED, LAPSED = 2, 1
LARGEST_POOL = 200  # delays that one future draws from


@dataclass(frozen=True)
class Benchmark:
    """What is known of payments in general: counts that are added to those that were seen.

    Of `on_time` + `late` invoices so many are not paid on their day, of `comes` + `lost` late ones
    so many never are, and of `mended` + `stuck` invoices after a lost one so many are paid again.
    `delays` are days.
    """

    on_time: int
    late: int
    comes: int
    lost: int
    mended: int
    stuck: int
    delays: Sequence[int]


CARD = Benchmark(19, 1, 3, 2, 1, 2, (1, 1, 3, 3, 7, 14))
TRANSFER = Benchmark(1, 3, 29, 1, 1, 2, (2, 4, 6, 7, 8, 10, 14, 20, 30))


@dataclass
class Payments:
    """How invoices of one way to pay were paid, whose outcome is known.

    `delays` are the days of those that were paid late, after their day but within `KNOWN` days.
    `mended` and `stuck` count the invoices right after a lost one of the same agreement.
    """

    on_time: int = 0
    delays: list[int] = field(default_factory=list)
    lost: int = 0
    mended: int = 0
    stuck: int = 0

    @property
    def invoices(self) -> int:
        """How many invoices these are."""
        return self.on_time + len(self.delays) + self.lost + self.mended + self.stuck

    def add(self, delay: int | None, *, was_lost: bool) -> None:
        """Count an invoice: paid after `delay` days, or lost (None). `was_lost`: that before it."""
        if was_lost:
            self.stuck += delay is None
            self.mended += delay is not None
        elif delay is None:
            self.lost += 1
        elif delay > 0:
            self.delays.append(delay)
        else:
            self.on_time += 1


@dataclass
class Experience:
    """What was seen so far. `days` are those on which notice could be given, of all agreements."""

    days: int = 0
    notices: int = 0
    renewed: int = 0
    lapsed: int = 0
    card: Payments = field(default_factory=Payments)
    transfer: Payments = field(default_factory=Payments)

    @property
    def invoices(self) -> int:
        """How many invoices it has seen the end of."""
        return self.card.invoices + self.transfer.invoices


@dataclass(frozen=True)
class Habit:
    """The chances of payments in one future, and the delays to draw from."""

    late: int
    lost: int
    mended: int
    delays: Sequence[int]


@dataclass(frozen=True)
class Chances:
    """The chances in one future: of notice a day, of a renewal, and of payments."""

    notice: int
    renewal: int
    card: Habit
    transfer: Habit


def draw(seen: Experience, rng: Random) -> Chances:
    """Draw the chances of one future: likely ones often, unlikely ones seldom."""
    days = DAYS_OF_ONE_NOTICE + seen.days
    return Chances(
        notice=max(1, int(rng.gammavariate(1 + seen.notices, 1) * WHOLE / days)),
        renewal=_share(RENEWED + seen.renewed, LAPSED + seen.lapsed, rng),
        card=_habit(seen.card, CARD, rng),
        transfer=_habit(seen.transfer, TRANSFER, rng),
    )


def days_until_notice(chances: Chances, rng: Random) -> int:
    """On which day, counted from today, notice is given."""
    return int(rng.expovariate(chances.notice / WHOLE))


def happens(chance: int, rng: Random) -> bool:
    """Whether something of this chance happens."""
    return rng.random() * WHOLE < chance


def until(chance: int, rng: Random) -> int:
    """How many times something of this chance does not happen before it does."""
    chance = min(max(chance, 1), WHOLE - 1)
    return int(math.log1p(-rng.random()) / math.log1p(-chance / WHOLE))


def _share(yes: int, no: int, rng: Random) -> int:
    return int(rng.betavariate(yes, no) * WHOLE)


def _habit(seen: Payments, known: Benchmark, rng: Random) -> Habit:
    came = len(seen.delays)
    pool = [*seen.delays, *known.delays]
    return Habit(
        late=_share(known.late + came + seen.lost, known.on_time + seen.on_time, rng),
        lost=_share(known.lost + seen.lost, known.comes + came, rng),
        mended=_share(known.mended + seen.mended, known.stuck + seen.stuck, rng),
        delays=rng.choices(pool, k=min(len(pool), LARGEST_POOL)),
    )
