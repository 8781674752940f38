"""The terms that are frozen at acceptance, and their hash: what was picked is what is signed and charged."""

import hashlib
import json
from typing import Any

from agreements.contract import wording
from agreements.models import Agreement, Proposal, Tier
from agreements.rules import cumulative_tiers
from clients.models import Client, Contact
from clients.models.client import STANDARD
from core.dates import whole_months
from core.models import Business, TaxRate
from core.models.tax_rate import TaxMode

#: Columns of a proposal that go into the terms as they are.
PLAIN = (
    "is_bilingual",
    "service",
    "governing_law",
    "kpis",
    "expectations",
    "competitors",
    "overage_amount",
    "overage_minutes",
    "rollover",
    "rollover_percent",
    "rollover_periods",
    "report_days",
    "report_unreviewed",
)


def agree(
    proposal: Proposal, tier: Tier, contact: Contact
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The tier and the terms with the text that is signed. Raises BadWording where it is not whole."""
    picked, agreed = freeze_tier(proposal, tier), freeze(proposal, contact)
    text = wording.source(proposal)
    agreed |= {"text_from": text["from"], "clauses": wording.written(text["pairs"], picked, agreed)}
    return picked, agreed


def faults(proposal: Proposal, pairs: list[wording.Pair]) -> list[str]:
    """Why the proposal's text cannot be sent, once each, with the tier where it is not so for all of them."""
    agreed, tiers = freeze(proposal, proposal.contact), list(proposal.tiers.order_by("position"))
    found: dict[str, list[str]] = {}
    for tier in tiers:
        for fault in wording.faults(pairs, freeze_tier(proposal, tier), agreed):
            found.setdefault(fault.said, []).append(tier.name)
    return [
        said if len(names) == len(tiers) else f"{', '.join(names)}: {said}"
        for said, names in found.items()
    ]


def freeze_tier(proposal: Proposal, tier: Tier) -> dict[str, Any]:
    """The tier as JSON, with everything the rungs below bring."""
    ladder_of = list(proposal.tiers.order_by("position"))
    place = [rung.pk for rung in ladder_of].index(tier.pk)
    return {
        "id": str(tier.id),
        "position": tier.position,
        "name": tier.name,
        "tagline": tier.tagline,
        "amount": tier.amount,
        "minutes": tier.minutes,
        "response_hours": tier.response_hours,
        "lines": cumulative_tiers.included(ladder_of, place),
        "deliverables": cumulative_tiers.delivered(ladder_of, place),
    }


def freeze(proposal: Proposal, contact: Contact) -> dict[str, Any]:
    """Everything the agreement's text is made from, as plain JSON."""
    business, client = proposal.business, proposal.client
    return {
        "seller": _seller(business),
        "buyer": {
            "legal_name": client.trading_as,
            "address": client.address,
            "tax_id": client.tax_id,
            "signer": contact.name,
            "email": contact.email,
        },
        "currency": proposal.currency,
        "interval": proposal.interval,
        "starts_on": proposal.starts_on.isoformat(),
        "ends_on": proposal.ends_on.isoformat() if proposal.ends_on else None,
        "notice_days": proposal.notice_days,
        "minimum_months": proposal.minimum_months,
        "trial_measure": proposal.trial_measure,
        "tax": freeze_tax(business, client),
        "collect_by": proposal.collect_by,
        "time_zone": client.time_zone,
        "kind": proposal.text_kind.value,
        "language": proposal.language,
        "next_tier": proposal.next_tier if proposal.is_trial else {},
        "credits_trial": proposal.is_trial and proposal.credits_trial,
        "renews": proposal.renews,
        "term_months": whole_months(proposal.starts_on, proposal.ends_on)
        if proposal.ends_on
        else 0,
        **{name: getattr(proposal, name) for name in PLAIN},
        "value_adds": [
            {"title": one["title"], "ends_on": one["ends_on"]} for one in proposal.value_adds
        ],
        "offered_at": proposal.sent_at.isoformat() if proposal.sent_at else None,
    }


def freeze_tax(business: Business, client: Client) -> dict[str, Any]:
    """How this client is taxed: the business's rates in use, unless the client is exempt or accounts for it."""
    rates = TaxRate.objects.filter(business=business, is_used=True)
    mode = TaxMode.INCLUSIVE if business.prices_include_tax else TaxMode.EXCLUSIVE
    if client.tax_treatment != STANDARD:
        mode, rates = TaxMode(client.tax_treatment), rates.none()
    return {
        "mode": mode.value,
        "rates": [
            {"name": rate.name, "percent": f"{rate.percent.normalize():f}"} for rate in rates
        ],
        "note": client.tax_note if client.tax_treatment != STANDARD else "",
        "withholding_percent": f"{client.withholding_percent.normalize():f}",
    }


def _seller(business: Business) -> dict[str, Any]:
    return {
        "name": business.name,
        "legal_name": business.trading_as,
        "address": business.address,
        "tax_id": business.tax_id,
        "signer": business.owner.get_full_name(),
        "email": business.owner.email,
    }


def digest(tier: dict[str, Any], terms: dict[str, Any]) -> str:
    """SHA-256 over both, canonical JSON (sorted keys, UTF-8, no spaces)."""
    text = json.dumps(
        {"tier": tier, "terms": terms}, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()


def still_fit(agreement: Agreement) -> bool:
    """Whether the stored terms are the ones that were hashed at acceptance."""
    return digest(agreement.tier, agreement.terms) == agreement.terms_hash
