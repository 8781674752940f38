"""Cumulative tiers: each tier contains everything in the tiers below it (rule 33). Pure.

Tiers are always given as a sequence from the lowest to the highest.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Protocol


class TierContent(Protocol):
    """The services and deliverables of a tier, which a stored Tier and a TierDraft both have."""

    @property
    def adds(self) -> Any:
        """The services that the tier adds to the tier below, as a list of texts."""

    @property
    def deliverables(self) -> Any:
        """The deliverables for each period, as a list of {"title": str, "promised": int}."""


@dataclass(frozen=True)
class TierDraft:
    """A tier while its proposal or package is being written.

    `amount` is the fee for each period in minor units, before tax. `minutes` is the included time
    and `response_hours` the response time in working hours. `adds` lists the services that this
    tier adds to the tier below. `deliverables` are {"title": str, "promised": int}, for each
    period.

    A deliverable of a lower tier is included without being repeated; a tier that repeats its title
    replaces the count with a higher one.
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
    """A reason why tiers are not cumulative: a code, and the position of the tier, counted from 1.

    Codes: none, fee_not_higher, less_time, same_name, less_work, recommend_one.
    """

    code: str
    position: int


def faults(drafts: Sequence[TierDraft]) -> list[Fault]:
    """Every reason why these drafts are not cumulative tiers; empty where they are valid."""
    reasons = [] if drafts else [Fault("none", 1)]
    for position, (below, above) in enumerate(pairwise(drafts), start=2):
        if above.amount <= below.amount:
            reasons.append(Fault("fee_not_higher", position))
        if above.minutes < below.minutes:
            reasons.append(Fault("less_time", position))
        if above.name.strip().lower() == below.name.strip().lower():
            reasons.append(Fault("same_name", position))
    reasons += [
        Fault("less_work", index + 1)
        for index in range(1, len(drafts))
        if _promises_less(drafts, index)
    ]
    if len(drafts) > 1 and sum(draft.is_recommended for draft in drafts) != 1:
        reasons.append(Fault("recommend_one", 1))
    return reasons


def included_services(tiers: Sequence[TierContent], index: int) -> list[str]:
    """The services of the tier at `index` (from 0) and of all tiers below it, lowest first."""
    return [text for tier in tiers[: index + 1] for text in tier.adds]


def included_deliverables(tiers: Sequence[TierContent], index: int) -> list[dict[str, Any]]:
    """The deliverables of the tier at `index` (from 0), including those of all tiers below it.

    Titles are compared without regard to case; the count of the highest tier applies.
    """
    by_title: dict[str, dict[str, Any]] = {}
    for tier in tiers[: index + 1]:
        for item in tier.deliverables:
            by_title[item["title"].casefold()] = {
                "title": item["title"],
                "promised": item["promised"],
            }
    return list(by_title.values())


def _promises_less(tiers: Sequence[TierContent], index: int) -> bool:
    below = {
        item["title"].casefold(): item["promised"]
        for item in included_deliverables(tiers, index - 1)
    }
    return any(
        item["promised"] < below.get(item["title"].casefold(), 0)
        for item in tiers[index].deliverables
    )


def service_rows(tiers: Sequence[TierContent], index: int) -> list[dict[str, Any]]:
    """The services of all tiers, each with whether the tier at `index` (from 0) includes it."""
    return [
        {"text": text, "included": lower <= index}
        for lower, tier in enumerate(tiers)
        for text in tier.adds
    ]
