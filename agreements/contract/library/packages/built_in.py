"""The fields of a built-in package, and functions that build its tiers."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from agreements.rules import price_ladders
from agreements.rules.cumulative_tiers import TierDraft

CURRENCY = "USD"  # in which the fees of the built-in packages are written down


class BuiltIn(NamedTuple):
    """A built-in package in the active language.

    `key` is a value of agreements.models.reusable.Service. `kpis` are the usual goals and measures.
    """

    key: str
    name: str
    drafts: list[TierDraft]
    kpis: list[str]
    currency: str = CURRENCY

    @property
    def service(self) -> str:
        """The kind of work, which also selects the clause of the agreement."""
        return self.key

    def priced_in(self, currency: str) -> "BuiltIn":
        """This package with the fees that are usual in another currency; nothing is converted."""
        dollars = [draft.amount // 100 for draft in self.drafts]
        amounts = price_ladders.prices(dollars, currency)
        priced = zip(self.drafts, amounts, strict=True)
        drafts = [replace(draft, amount=amount) for draft, amount in priced]
        return self._replace(drafts=drafts, currency=currency)


def three_tiers(*tiers: dict[str, Any]) -> list[TierDraft]:
    """Three tiers with response times of 48, 24 and 8 working hours; the middle is recommended."""
    return [
        TierDraft(response_hours=hours, is_recommended=index == 1, **fields)
        for index, (fields, hours) in enumerate(zip(tiers, (48, 24, 8), strict=True))
    ]


def tier(
    name: str,
    tagline: str,
    dollars: int,
    hours: int,
    adds: Sequence[str],
    promised: Sequence[tuple[int, str]],
) -> dict[str, Any]:
    """The fields of one tier: its fee in dollars and its hours for each month.

    `adds` are the services that it adds to the tier below; `promised` are all deliverables of a
    month, as pairs of a count and a title.
    """
    return {
        "name": name,
        "tagline": tagline,
        "amount": dollars * 100,
        "minutes": hours * 60,
        "adds": list(adds),
        "deliverables": [{"title": title, "promised": count} for count, title in promised],
    }
