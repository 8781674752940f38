"""How a promised thing stands on a day: done, under way, behind its line, late, carried or waived. Pure.

20 posts, 1 to 30 November     5 Nov, 2 done   behind      16 Nov, 10 done   under way      1 Dec, 19 done   late
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from delivery.rules.states import DeliverableState


class Standing(StrEnum):
    """What both sides read."""

    DONE = "done"
    OPEN = "open"
    BEHIND = "behind"
    LATE = "late"
    CARRIED = "carried"
    WAIVED = "waived"


@dataclass(frozen=True)
class Promise:
    """So many pieces from `starts_on` to the end of `last`, both days included."""

    promised: int
    done: int
    starts_on: date
    last: date

    @property
    def missing(self) -> int:
        """How many are still owed: more than was promised leaves none."""
        return max(0, self.promised - self.done)


def promise(
    promised: int, done: int, starts_on: date, ends_on: date, due_on: date | None
) -> Promise:
    """Of a period up to, not including, `ends_on`; with a day of its own until that day."""
    return Promise(promised, done, starts_on, max(starts_on, due_on or ends_on - timedelta(days=1)))


def expected(one: Promise, today: date) -> int:
    """Whole pieces that are done by the morning of `today` where the work is spread evenly: nobody delivers half."""
    length, passed = (one.last - one.starts_on).days + 1, (today - one.starts_on).days
    return one.promised * min(max(passed, 0), length) // length


def is_late(one: Promise, today: date) -> bool:
    """Its last day is over, and something is missing."""
    return one.missing > 0 and today > one.last


def is_behind(one: Promise, today: date) -> bool:
    """The share that is done is below the share of the time that has passed."""
    return one.done < expected(one, today)


def standing(one: Promise, state: DeliverableState, today: date) -> Standing:
    """One word for it."""
    if state != DeliverableState.OPEN:
        return Standing(state.value)
    if not one.missing:
        return Standing.DONE
    if is_late(one, today):
        return Standing.LATE
    return Standing.BEHIND if is_behind(one, today) else Standing.OPEN
