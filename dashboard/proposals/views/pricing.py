"""What the tiers of a form or of a proposal bring, for the freelancer's eyes (rules 34 and 37)."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse

from agreements.models import Proposal, Tier
from agreements.rules import pricing
from agreements.rules.schedule import MONTHS, Interval
from core import money
from core.models import Business
from dashboard.page import DashboardView
from dashboard.partial_input import added_minutes, rungs_of


def figures(
    business: Business, rungs: Sequence[pricing.Rung], *, currency: str, interval: str, added: int
) -> dict[str, Any]:
    """What components/pricing.html shows; floor and goal count only in their own currency (rule 13)."""
    is_own = currency == business.currency
    periods = 12 // MONTHS[Interval(interval)] if interval in MONTHS else 0
    floor, goal = (business.floor_rate, business.yearly_goal) if is_own else (0, 0)
    rows = pricing.table(rungs, pricing.Aims(floor, goal, periods), added)
    facts = {
        "currency": currency,
        "floor": floor,
        "goal": goal if periods else 0,
        "is_own": is_own,
        "added": added,
    }
    return {"priced": rows, "aims": facts}


def offer_figures(proposal: Proposal, tiers: Sequence[Tier]) -> dict[str, Any]:
    """The same for a stored proposal."""
    rungs = [pricing.Rung(tier.name, tier.amount, tier.minutes) for tier in tiers]
    added = sum(one["minutes"] for one in proposal.value_adds)
    terms = {"currency": proposal.currency, "interval": proposal.interval}
    return figures(proposal.business, rungs, added=added, **terms)


class Pricing(DashboardView):
    """The figures of what stands in the form now, not saved."""

    template = "components/pricing.html"

    def post(self, request: HttpRequest) -> HttpResponse:
        asked, interval = (
            request.POST.get("currency", ""),
            request.POST.get("interval", Interval.MONTHLY.value),
        )
        currency = asked if asked in money.CURRENCIES else self.business.currency
        found, added = rungs_of(request.POST, currency), added_minutes(request.POST)
        return self.show(
            request,
            **figures(self.business, found, currency=currency, interval=interval, added=added),
        )
