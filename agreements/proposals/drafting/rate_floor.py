"""Asks for a reason where value-adds bring a tier below the freelancer's rate floor (rule 34)."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from agreements.rules import pricing
from agreements.rules.cumulative_tiers import TierDraft
from agreements.rules.errors import BelowRateFloor
from core.models import Business


def require_reason(
    *,
    business: Business,
    currency: str,
    tiers: Sequence[TierDraft],
    value_adds: Sequence[dict[str, Any]],
) -> None:
    """Raise BelowRateFloor if value-adds bring a tier below the floor and one gives no reason.

    `value_adds` are {"title", "minutes", "ends_on", "reason"}. The floor is in the currency of the
    business, so it does not apply to a proposal in another currency (rule 13).
    """
    lacks_reason = any(row["minutes"] and not row.get("reason") for row in value_adds)
    added = sum(row["minutes"] for row in value_adds)
    if not lacks_reason or currency != business.currency:
        return
    below_floor = [
        tier.name
        for tier in tiers
        if tier.minutes
        and pricing.is_below_floor(tier.amount, tier.minutes + added, business.floor_rate)
    ]
    if below_floor:
        sentence = _(
            "With what is added, an hour of “%(tier)s” brings less than your lowest rate. "
            "Please give a reason."
        )
        raise BelowRateFloor(sentence % {"tier": below_floor[0]}, field="reason")
