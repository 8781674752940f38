"""A sample agreement that fills every clause, for the preview of a template."""

from datetime import date, timedelta
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from agreements.contract.library.packages import BUILT_IN, USUAL
from agreements.models import Agreement, Template
from agreements.models.reusable import TextKind
from agreements.rules.intervals import Interval
from agreements.rules.terms import CollectBy, Renews, Rollover, Unreviewed
from core import money
from core.models import Business
from core.models.tax_rate import TaxMode

INTERVALS = {
    TextKind.MONTHLY: Interval.MONTHLY,
    TextKind.YEARLY: Interval.YEARLY,
    TextKind.TRIAL: Interval.ONCE,
    TextKind.ONCE: Interval.ONCE,
}


def tier_and_terms(
    business: Business, kind: str, *, today: date, language: str, is_bilingual: bool
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The middle tier of the usual package, and terms in which every optional term is filled in."""
    with translation.override(language):
        draft = BUILT_IN[USUAL]().drafts[1]
        tier = {
            "name": draft.name,
            "tagline": draft.tagline,
            "amount": money.parse("5000", business.currency),
            "minutes": draft.minutes,
            "response_hours": draft.response_hours,
            "lines": draft.adds,
            "deliverables": draft.deliverables[:2],
        }
        return tier, _terms(business, kind, today) | {
            "language": language,
            "is_bilingual": is_bilingual,
        }


def _parties(business: Business) -> dict[str, Any]:
    return {
        "seller": {
            "name": business.name,
            "legal_name": business.trading_as,
            "address": business.address,
            "tax_id": business.tax_id,
            "signer": business.owner.get_full_name(),
            "email": business.owner.email,
        },
        "buyer": {
            "legal_name": _("Example Client Ltd"),
            "address": "",
            "tax_id": "",
            "signer": _("Alex Example"),
            "email": "alex@client.example",
        },
    }


def _terms(business: Business, kind: str, today: date) -> dict[str, Any]:
    ends_on = today + timedelta(days=28)
    is_once = kind in (TextKind.TRIAL, TextKind.ONCE)
    return _parties(business) | {
        "currency": business.currency,
        "interval": INTERVALS[TextKind(kind)].value,
        "kind": kind,
        "starts_on": today.isoformat(),
        "ends_on": ends_on.isoformat() if is_once else None,
        "renews": Renews.NO.value,
        "term_months": 0,
        "notice_days": 30,
        "minimum_months": 0 if is_once else 3,
        "rollover": Rollover.SURPLUS.value,
        "rollover_percent": 25,
        "rollover_periods": 1,
        "next_tier": _next_tier(business) if kind == TextKind.TRIAL else {},
        "credits_trial": True,
        "trial_measure": _("20 new enquiries in four weeks"),
        "tax": {"mode": TaxMode.EXCLUSIVE.value, "rates": [], "withholding_percent": "0"},
        "collect_by": CollectBy.CARD.value,
        "service": "social",
        "governing_law": "TH",
        "kpis": [_("Followers: from 1,000 to 5,000")],
        "expectations": [_("Pictures and product news, a week ahead")],
        "competitors": [_("Example Competitor Ltd")],
        "value_adds": [
            {"title": _("One hour of consulting each month"), "ends_on": ends_on.isoformat()}
        ],
        "overage_amount": money.parse("120", business.currency),
        "overage_minutes": 300,
        "report_days": 5,
        "report_unreviewed": Unreviewed.SEND.value,
    }


def _next_tier(business: Business) -> dict[str, Any]:
    return {
        "name": pgettext("tier", "Growth"),
        "amount": money.parse("5000", business.currency),
        "minutes": 32 * 60,
    }


def sample_agreement(template: Template, tier: dict[str, Any], terms: dict[str, Any]) -> Agreement:
    """An unsaved Agreement with this tier and these terms, to print a template as a PDF."""
    return Agreement(
        business=template.business,
        title=template.name,
        tier=tier,
        terms=terms,
        terms_hash=str(template.pk),
        language=terms["language"],
    )
