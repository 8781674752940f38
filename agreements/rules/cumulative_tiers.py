"""The ladder of tiers: each rung contains everything below it (rule 33). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Protocol


class Rung(Protocol):
    """What a tier and its draft have in common."""

    @property
    def adds(self) -> Any: ...
    @property
    def deliverables(self) -> Any: ...


@dataclass(frozen=True)
class TierDraft:
    """A rung as it is composed. `amount` is minor units, `deliverables` are {"title", "promised"}.

    What a rung below promises is promised here too; naming it again says that there is more of it.
    """

    name: str
    amount: int
    minutes: int = 0
    tagline: str = ""
    response_hours: int = 24
    adds: list[str] = field(default_factory=list)
    deliverables: list[dict[str, Any]] = field(default_factory=list)
    is_recommended: bool = False


@dataclass(frozen=True)
class Fault:
    """Why drafts are no ladder: a code, and the position (from 1) it is about."""

    code: str
    position: int


def faults(drafts: Sequence[TierDraft]) -> list[Fault]:
    """Everything that keeps these drafts from being a ladder; empty when they are one."""
    found = [] if drafts else [Fault("none", 1)]
    for position, (below, rung) in enumerate(pairwise(drafts), start=2):
        if rung.amount <= below.amount:
            found.append(Fault("fee_not_higher", position))
        if rung.minutes < below.minutes:
            found.append(Fault("less_time", position))
        if rung.name.strip().lower() == below.name.strip().lower():
            found.append(Fault("same_name", position))
    found += [
        Fault("less_work", place + 1)
        for place in range(1, len(drafts))
        if _promises_less(drafts, place)
    ]
    if len(drafts) > 1 and sum(draft.is_recommended for draft in drafts) != 1:
        found.append(Fault("recommend_one", 1))
    return found


def included(rungs: Sequence[Rung], position: int) -> list[str]:
    """Everything that the rung at `position` (from 0) contains: its own and all below, lowest first."""
    return [text for rung in rungs[: position + 1] for text in rung.adds]


def delivered(rungs: Sequence[Rung], position: int) -> list[dict[str, Any]]:
    """How many of each deliverable the rung at `position` (from 0) promises, with those of the rungs below."""
    found: dict[str, dict[str, Any]] = {}
    for rung in rungs[: position + 1]:
        for item in rung.deliverables:
            found[item["title"].casefold()] = {"title": item["title"], "promised": item["promised"]}
    return list(found.values())


def _promises_less(rungs: Sequence[Rung], position: int) -> bool:
    below = {item["title"].casefold(): item["promised"] for item in delivered(rungs, position - 1)}
    return any(
        item["promised"] < below.get(item["title"].casefold(), 0)
        for item in rungs[position].deliverables
    )


def lines(rungs: Sequence[Rung], position: int) -> list[dict[str, Any]]:
    """The whole ladder's lines as one rung shows them: what it includes and what a higher one would add."""
    return [
        {"text": text, "included": at <= position}
        for at, rung in enumerate(rungs)
        for text in rung.adds
    ]
