"""How likely a client is not to renew, and why: a few facts, each with openly stated points. Pure.

| fact | points |
| --- | --- |
| at least half of the last period's targets were missed | 1, or 2 if also in the period before |
| less than half of the included time was used | 1, or 2 if also in the period before |
| the client has not opened the last two reports or more | 2 |
| a charge failed and the invoice is still open | 2 |
| requests were answered later than promised | 1, or 2 from the third on |
| the agreement ends soon and does not renew automatically | 3 |

No points: low risk. One or two points: medium. Three or more: high.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

UNREAD = timedelta(hours=72)  # after this time a report that was not opened counts as unread
UNREAD_IN_A_ROW = 2  # reports
MANY_LATE = 3  # requests answered late, for two points
SOON = timedelta(days=60)  # before the end of the agreement


class Level(StrEnum):
    """How high the risk is."""

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
    """What is known about an agreement.

    `targets` are (missed, judged) KPIs and `hours` (used, available) minutes of periods that are
    over, the newest first; two of them are used. `unread` is how many of the newest reports the
    client did not open. `late` counts recent requests that were answered after the promised time,
    or that still wait beyond it. `ends_in` is the time until the agreement ends for good, None when
    it does not.
    """

    targets: Sequence[tuple[int, int]] = field(default=())
    hours: Sequence[tuple[int, int]] = field(default=())
    unread: int = 0
    charge_failed: bool = False
    late: int = 0
    ends_in: timedelta | None = None


@dataclass(frozen=True)
class Reason:
    """A fact that counts towards the risk; `count` and `of` are its figures."""

    why: Why
    points: int
    count: int = 0
    of: int = 0


def reasons(facts: Facts) -> list[Reason]:
    """Return what speaks against a renewal, the most points first."""
    risks = []
    if facts.ends_in is not None and facts.ends_in <= SOON:
        risks.append(Reason(Why.ENDS, 3, facts.ends_in.days))
    if facts.charge_failed:
        risks.append(Reason(Why.CHARGE, 2))
    if facts.unread >= UNREAD_IN_A_ROW:
        risks.append(Reason(Why.UNREAD, 2, facts.unread))
    if points := _points_in_a_row(
        [judged > 0 and missed * 2 >= judged for missed, judged in facts.targets]
    ):
        risks.append(Reason(Why.TARGETS, points, *facts.targets[0]))
    if points := _points_in_a_row(
        [available > 0 and used * 2 < available for used, available in facts.hours]
    ):
        risks.append(Reason(Why.UNUSED, points, *facts.hours[0]))
    if facts.late:
        risks.append(Reason(Why.SLOW, 2 if facts.late >= MANY_LATE else 1, facts.late))
    return sorted(risks, key=lambda reason: -reason.points)


def level(risks: Sequence[Reason]) -> Level:
    """Return the level for the points of all reasons."""
    points = sum(risk.points for risk in risks)
    return Level.LOW if not points else Level.MEDIUM if points < 3 else Level.HIGH


def _points_in_a_row(periods: Sequence[bool]) -> int:
    """Return 1 if it was so in the newest period, 2 if in the period before as well, otherwise 0.

    `periods` says for each period whether it was so, the newest first.
    """
    newest, before = [*periods, False, False][:2]
    return newest + (newest and before)
