"""What a built-in package is."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from agreements.rules.cumulative_tiers import TierDraft

CURRENCY = "USD"  # what the figures are in


class BuiltIn(NamedTuple):
    """A package in the language of the moment; its `key` is also the clause of its trade (template.Service)."""

    key: str
    name: str
    drafts: list[TierDraft]
    kpis: list[str]
    currency: str = CURRENCY

    @property
    def service(self) -> str:
        """The kind of work whose clause goes with it."""
        return self.key


def ladder_of(*rungs: dict[str, Any]) -> list[TierDraft]:
    """Three rungs with the response times that are usual; the middle one is recommended."""
    return [
        TierDraft(response_hours=hours, is_recommended=place == 1, **rung)
        for place, (rung, hours) in enumerate(zip(rungs, (48, 24, 8), strict=True))
    ]


def rung(
    name: str,
    tagline: str,
    dollars: int,
    hours: int,
    adds: Sequence[str],
    promised: Sequence[tuple[int, str]],
) -> dict[str, Any]:
    """One rung; `adds` is what it adds to the one below, `promised` everything that is delivered each month."""
    return {
        "name": name,
        "tagline": tagline,
        "amount": dollars * 100,
        "minutes": hours * 60,
        "adds": list(adds),
        "deliverables": [{"title": title, "promised": count} for count, title in promised],
    }
