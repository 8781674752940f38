"""How a deliverable stands on a day: done, in progress, behind, late, carried or waived. Pure.

20 posts, 1 to 30 November: on 5 November with 2 done it is behind, on 16 November with 10 done in
progress, on 1 December with 19 done late.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from delivery.rules.states import DeliverableState


class Standing(StrEnum):
    """How a deliverable stands, as both sides read it."""

    DONE = "done"
    OPEN = "open"
    BEHIND = "behind"
    LATE = "late"
    CARRIED = "carried"
    WAIVED = "waived"


@dataclass(frozen=True)
class Promise:
    """`promised` pieces, owed from `starts_on` to the end of `last`, both days included."""

    promised: int
    done: int
    starts_on: date
    last: date

    @property
    def missing(self) -> int:
        """How many are still owed; 0 when more was delivered than promised."""
        return max(0, self.promised - self.done)


def promise(
    promised: int, done: int, starts_on: date, ends_on: date, due_on: date | None
) -> Promise:
    """Return the promise of a deliverable.

    Its period runs from `starts_on` up to, not including, `ends_on`. With a `due_on` the last day
    is that day.
    """
    return Promise(promised, done, starts_on, max(starts_on, due_on or ends_on - timedelta(days=1)))


def expected(item: Promise, today: date) -> int:
    """Return how many whole pieces should be done by the morning of `today`.

    The work is assumed to be spread evenly over the days. Pieces are rounded down, because nobody
    delivers half a piece.
    """
    length, days_passed = (item.last - item.starts_on).days + 1, (today - item.starts_on).days
    return item.promised * min(max(days_passed, 0), length) // length


def is_late(item: Promise, today: date) -> bool:
    """Whether the last day is over and pieces are missing."""
    return item.missing > 0 and today > item.last


def is_behind(item: Promise, today: date) -> bool:
    """Whether fewer pieces are done than expected by today."""
    return item.done < expected(item, today)


def standing(item: Promise, state: DeliverableState, today: date) -> Standing:
    """Return the standing of a deliverable on `today`; `state` is where its row stands."""
    if state != DeliverableState.OPEN:
        return Standing(state.value)
    if not item.missing:
        return Standing.DONE
    if is_late(item, today):
        return Standing.LATE
    return Standing.BEHIND if is_behind(item, today) else Standing.OPEN
