"""Going under the freelancer's lowest hourly rate asks for a reason (rule 34)."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from agreements.rules import pricing
from agreements.rules.cumulative_tiers import TierDraft
from agreements.rules.errors import UnderFloor
from core.models import Business


def check(
    *,
    business: Business,
    currency: str,
    tiers: Sequence[TierDraft],
    value_adds: Sequence[dict[str, Any]],
) -> None:
    """Raise UnderFloor where what is added brings a tier under the floor and does not say why.

    A floor in another currency than the proposal's says nothing about it (rule 13).
    """
    silent = any(one["minutes"] and not one.get("reason") for one in value_adds)
    added = sum(one["minutes"] for one in value_adds)
    if not silent or currency != business.currency:
        return
    under = [
        tier.name
        for tier in tiers
        if tier.minutes and pricing.is_under(tier.amount, tier.minutes + added, business.floor_rate)
    ]
    if under:
        words = _("With what is added, an hour of “%(tier)s” brings less than your floor. Say why.")
        raise UnderFloor(words % {"tier": under[0]}, field="reason")
