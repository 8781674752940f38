"""Pricing figures of the tiers of a form or a proposal: for the freelancer only (rule 37)."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict

from agreements.models import Proposal, Tier
from agreements.rules import pricing
from agreements.rules.intervals import Interval, per_year, restated
from core import money
from core.models import Business
from core.team.roles import Area
from dashboard.form_fields import parse_amount
from dashboard.page import DashboardView
from dashboard.partial_input import readable_tiers, value_add_minutes
from dashboard.proposals.forms import folds
from dashboard.proposals.forms.extras import ExtraForm, ExtraForms
from dashboard.proposals.forms.proposal import TIERS, TierForms
from dashboard.proposals.forms.terms import TierForm


def pricing_figures(
    business: Business,
    rungs: Sequence[pricing.TierFigures],
    *,
    currency: str,
    interval: str,
    added: int,
) -> dict[str, Any]:
    """The context of components/pricing.html: hourly rates, steps, clients needed (rule 34).

    Amounts are in minor units of `currency`, and `added` is the minutes that value-adds cost per
    period. Floor and goal count only in the business's own currency (rule 13).
    """
    is_own = currency == business.currency
    periods = per_year(interval) if interval in set(Interval) else 0  # of a form: anything typed
    floor, goal = (business.floor_rate, business.yearly_goal) if is_own else (0, 0)
    rows = pricing.pricing_table(rungs, pricing.Aims(floor, goal, periods), added)
    aims = {
        "currency": currency,
        "floor": floor,
        "goal": goal if periods else 0,
        "is_own": is_own,
        "added": added,
    }
    return {"priced": rows, "aims": aims}


def proposal_figures(proposal: Proposal, tiers: Sequence[Tier]) -> dict[str, Any]:
    """The same figures for a stored proposal."""
    rungs = [pricing.TierFigures(tier.name, tier.amount, tier.minutes) for tier in tiers]
    added = sum(value_add["minutes"] for value_add in proposal.value_adds)
    terms = {"currency": proposal.currency, "interval": proposal.interval}
    return pricing_figures(proposal.business, rungs, added=added, **terms)


class Pricing(DashboardView):
    """The figures of what is in the form at the moment, without saving it."""

    needs = Area.SALES
    template = "components/pricing.html"

    def post(self, request: HttpRequest) -> HttpResponse:
        code, interval = (
            request.POST.get("currency", ""),
            request.POST.get("interval", Interval.MONTHLY.value),
        )
        currency = code if code in money.CURRENCIES else self.business.currency
        rungs, added = readable_tiers(request.POST, currency), value_add_minutes(request.POST)
        return self.show(
            request,
            **pricing_figures(
                self.business, rungs, currency=currency, interval=interval, added=added
            ),
        )


class RestatedTiers(DashboardView):
    """Tiers and extras of the form for another interval: what is saved is what stands.

    3,000 and 20 hours every month become 9,000 and 60 hours every quarter, and an extra of 500
    with every fee becomes one of 1,500 (rule 47). Fields that cannot be read yet stay as they were
    typed.
    """

    needs = Area.SALES
    template = "dashboard/proposals/restated.html"

    def post(self, request: HttpRequest) -> HttpResponse:
        data = request.POST.copy()
        old, new = data.get("stated_for", ""), data.get("interval", "")
        code = data.get("currency", "")
        currency = code if code in money.CURRENCIES else self.business.currency
        extras = ExtraForms(data, None)
        if {old, new} <= set(Interval):
            for place in range(TIERS):
                restate_tier(data, f"tier-{place}", old, new, currency)
            for form in extras.rows:
                self._restate_extra(data, form, old, new, currency)
        tiers = TierForms(data, prefix="tier")
        return self.show(
            request,
            tiers=tiers,
            rungs=folds.tier_folds(tiers),
            interval=new,
            extras=ExtraForms(data, None),
        )

    @staticmethod
    def _restate_extra(data: QueryDict, form: ExtraForm, old: str, new: str, currency: str) -> None:
        """What is paid with every fee follows it; what is paid once stays."""
        form.is_valid()
        if form.cleaned_data.get("once"):
            return
        with suppress(forms.ValidationError):
            price = parse_amount(form.cleaned_data.get("price") or "", currency)
            data[form["price"].html_name] = money.format(restated(price, old, new), currency)


def restate_tier(data: QueryDict, prefix: str, old: str, new: str, currency: str) -> None:
    """Restate fee, hours and deliverables of one tier of a form's data for another interval.

    What cannot be read stays as it was typed.
    """
    form = TierForm(data, prefix=prefix)
    form.is_valid()
    with suppress(forms.ValidationError):
        fee = parse_amount(form.cleaned_data.get("fee") or "", currency)
        data[f"{prefix}-fee"] = money.format(restated(fee, old, new), currency)
    if promised := form.cleaned_data.get("deliverables"):
        counts = [(restated(row["promised"], old, new), row["title"]) for row in promised]
        data[f"{prefix}-deliverables"] = "\n".join(
            f"{count} {title}" for count, title in counts if count
        )
    if minutes := form.cleaned_data.get("hours"):
        hours, rest = divmod(restated(minutes, old, new), 60)
        data[f"{prefix}-hours"] = f"{hours}:{rest:02d}"
