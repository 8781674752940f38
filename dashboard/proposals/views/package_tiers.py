"""Puts the tiers of a package into the form of a draft that began already."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import translation

from agreements.proposals import packages
from agreements.rules.intervals import Interval
from core import money
from core.languages import LANGUAGES
from core.models import Business
from core.team.roles import Area
from dashboard.page import DashboardView
from dashboard.proposals.forms import folds
from dashboard.proposals.forms.proposal import TIERS, TierForms
from dashboard.proposals.views.pricing import restate_tier


class PackageTiers(DashboardView):
    """The tiers of the chosen package, for the form that was posted. Nothing is saved by it."""

    needs = Area.SALES
    template = "dashboard/proposals/package_tiers.html"

    def post(self, request: HttpRequest) -> HttpResponse:
        data = request.POST.copy()
        said = put_tiers(data, self.business, data.get("package", ""))
        tiers = TierForms(data, prefix="tier")
        return self.show(
            request,
            tiers=tiers,
            rungs=folds.tier_folds(tiers),
            interval=data.get("interval", ""),
            fees_elsewhere=said,
        )


def put_tiers(data: QueryDict, business: Business, key: str) -> str:
    """Replace the tiers in the form's data by those of a package, for the interval of the form.

    Returns the sentence about fees in another currency, which are left empty; or "".
    """
    code, language = data.get("currency", ""), data.get("language", "")
    currency = code if code in money.CURRENCIES else business.currency
    with translation.override(language if language in LANGUAGES else business.language):
        package = packages.find_package(business, key)
        rungs = packages.form_values(package, currency)["tiers"]
    blank: dict[str, Any] = dict.fromkeys(rungs[0], "")
    interval = data.get("interval", "")
    for place in range(TIERS):
        prefix = f"tier-{place}"
        for name, value in (rungs[place] if place < len(rungs) else blank).items():
            data.pop(f"{prefix}-{name}", None)
            if value not in (None, False, ""):
                data[f"{prefix}-{name}"] = "on" if value is True else str(value)
        if interval in set(Interval):
            restate_tier(data, prefix, Interval.MONTHLY, interval, currency)
    return packages.foreign_fees_sentence(package, currency)
