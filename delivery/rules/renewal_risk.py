"""How likely a client does not renew, and why: a few facts, each with its points, in the open. Pure.

| fact | points |
| --- | --- |
| half of the last period's targets or more were missed | 1, and 2 where it was so in the period before too |
| less than half of the included time was used | 1, and 2 where it was so in the period before too |
| the last two reports or more were not looked at | 2 |
| a charge failed and is still open | 2 |
| a request was answered later than promised | 1, and 2 from the third on |
| it ends soon and does not renew by itself | 3 |

None: low. One or two points: medium. Three and more: high.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

UNREAD = timedelta(hours=72)  # so long a report may lie before it counts as not looked at
UNREAD_IN_A_ROW = 2
MANY_LATE = 3  # requests answered late
SOON = timedelta(days=60)  # before the end


class Level(StrEnum):
    """In one word."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Why(StrEnum):
    """What speaks against a renewal."""

    ENDS = "ends"
    CHARGE = "charge"
    UNREAD = "unread"
    TARGETS = "targets"
    UNUSED = "unused"
    SLOW = "slow"


@dataclass(frozen=True)
class Facts:
    """What is known about an agreement. Periods are those that are over, the newest first, at most two are looked at.

    `targets` are (missed, judged) KPIs, `hours` (used, available) minutes of each; `unread` how many of the newest
    reports nobody looked at; `late` how many requests of late were answered after the promised hour, or wait beyond
    it; `ends_in` how long until it ends for good, None where it does not.
    """

    targets: Sequence[tuple[int, int]] = field(default=())
    hours: Sequence[tuple[int, int]] = field(default=())
    unread: int = 0
    charge_failed: bool = False
    late: int = 0
    ends_in: timedelta | None = None


@dataclass(frozen=True)
class Reason:
    """A fact that counts; `count` and `of` are its figures."""

    why: Why
    points: int
    count: int = 0
    of: int = 0


def reasons(facts: Facts) -> list[Reason]:
    """What speaks against a renewal, the heaviest first."""
    found = []
    if facts.ends_in is not None and facts.ends_in <= SOON:
        found.append(Reason(Why.ENDS, 3, facts.ends_in.days))
    if facts.charge_failed:
        found.append(Reason(Why.CHARGE, 2))
    if facts.unread >= UNREAD_IN_A_ROW:
        found.append(Reason(Why.UNREAD, 2, facts.unread))
    if points := _again([judged > 0 and missed * 2 >= judged for missed, judged in facts.targets]):
        found.append(Reason(Why.TARGETS, points, *facts.targets[0]))
    if points := _again(
        [available > 0 and used * 2 < available for used, available in facts.hours]
    ):
        found.append(Reason(Why.UNUSED, points, *facts.hours[0]))
    if facts.late:
        found.append(Reason(Why.SLOW, 2 if facts.late >= MANY_LATE else 1, facts.late))
    return sorted(found, key=lambda one: -one.points)


def level(found: Sequence[Reason]) -> Level:
    """From the points of all reasons."""
    points = sum(one.points for one in found)
    return Level.LOW if not points else Level.MEDIUM if points < 3 else Level.HIGH


def _again(was_so: Sequence[bool]) -> int:
    """1 where the newest was, 2 where the one before was too."""
    newest, before = [*was_so, False, False][:2]
    return newest + (newest and before)
