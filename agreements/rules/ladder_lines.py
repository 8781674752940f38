"""Finds where tiers do not vary along the same lines, so that a client cannot compare them. Pure.

posts 12 → 20 → 30            comparable: one line that grows
posts 12 → videos 4           not: the second tier counts something else
20 h → no hours → 60 h        not: one of them has no hours
answers in 24 h → 48 h        not: the dearer one is slower

These are hints for the freelancer and refuse nothing; faults are in cumulative_tiers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from agreements.rules.cumulative_tiers import TierContent, included_deliverables


class ComparedTier(TierContent, Protocol):
    """What is compared of a tier, which a stored Tier and a TierDraft both have."""

    @property
    def minutes(self) -> int:
        """The included time."""

    @property
    def response_hours(self) -> int:
        """The response time in working hours."""


@dataclass(frozen=True)
class Hint:
    """Where a tier leaves the lines of the others: a code, and its position, counted from 1.

    Codes: other_deliverables, no_hours, slower. `own` and `below` are deliverables by title, for
    other_deliverables only.
    """

    code: str
    position: int
    own: tuple[str, ...] = ()
    below: tuple[str, ...] = ()


def hints(tiers: Sequence[ComparedTier]) -> list[Hint]:
    """Every place where these tiers, from the lowest to the highest, cannot be compared."""
    found = [hint for index in range(1, len(tiers)) if (hint := _other_deliverables(tiers, index))]
    if any(tier.minutes for tier in tiers):
        found += [
            Hint("no_hours", position)
            for position, tier in enumerate(tiers, start=1)
            if not tier.minutes
        ]
    found += [
        Hint("slower", position)
        for position, (below, above) in enumerate(pairwise(tiers), start=2)
        if above.response_hours > below.response_hours
    ]
    return found


def _other_deliverables(tiers: Sequence[TierContent], index: int) -> Hint | None:
    """The hint that the tier at `index` (from 0) counts nothing that is counted below it."""
    own = {item["title"].casefold(): item["title"] for item in tiers[index].deliverables}
    below = {
        item["title"].casefold(): item["title"] for item in included_deliverables(tiers, index - 1)
    }
    if not own or not below or own.keys() & below.keys():
        return None
    return Hint("other_deliverables", index + 1, tuple(own.values()), tuple(below.values()))
