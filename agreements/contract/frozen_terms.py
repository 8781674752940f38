"""Freezes the tier and the terms of an agreement as JSON, and hashes them (rule 28).

The same frozen data is what the client signs and what every invoice charges.
"""

from collections.abc import Sequence
from typing import Any

from agreements.contract import wording
from agreements.models import Proposal, Tier
from agreements.models.field_lists import TERMS_COPIED
from agreements.rules import cumulative_tiers
from agreements.rules.extras import Extra, in_every_fee
from clients.models import Client, Contact
from clients.models.client import STANDARD
from core.dates import whole_months
from core.digest import digest
from core.models import Business, TaxRate
from core.models.tax_rate import TaxMode


def freeze_with_text(
    proposal: Proposal, tier: Tier, contact: Contact, extras: Sequence[Extra] = ()
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The frozen tier and the frozen terms, with the text that is signed in `terms["clauses"]`.

    `extras` are those that the client added. Raises BadWording where the text cannot be sent.
    """
    frozen_tier, terms = freeze_tier(proposal, tier, extras), freeze_terms(proposal, contact)
    text = wording.clause_source(proposal)
    written = wording.write_clauses(text["pairs"], frozen_tier, terms)
    terms |= {"text_from": text["from"], "clauses": written}
    return frozen_tier, terms


def faults(proposal: Proposal, pairs: list[wording.ClausePair]) -> list[str]:
    """Why the proposal's text cannot be sent, as sentences; empty where it can.

    Each sentence is given once. It starts with the names of the tiers it is about, unless it is
    about all of them.
    """
    terms = freeze_terms(proposal, proposal.contact)
    tiers = list(proposal.tiers.order_by("position"))
    tiers_by_fault: dict[str, list[str]] = {}
    for tier in tiers:
        for fault in wording.faults(pairs, freeze_tier(proposal, tier), terms):
            tiers_by_fault.setdefault(fault.said, []).append(tier.name)
    return [
        sentence if len(names) == len(tiers) else f"{', '.join(names)}: {sentence}"
        for sentence, names in tiers_by_fault.items()
    ]


def freeze_tier(proposal: Proposal, tier: Tier, extras: Sequence[Extra] = ()) -> dict[str, Any]:
    """The tier as JSON, with the services and deliverables of the tiers below it.

    Its amount is the whole fee of a period: with what the client added to every fee.
    """
    tiers = list(proposal.tiers.order_by("position"))
    index = [row.pk for row in tiers].index(tier.pk)
    return {
        "id": str(tier.id),
        "position": tier.position,
        "name": tier.name,
        "tagline": tier.tagline,
        "amount": tier.amount + in_every_fee(extras),
        "minutes": tier.minutes,
        "response_hours": tier.response_hours,
        "lines": cumulative_tiers.included_services(tiers, index),
        "deliverables": cumulative_tiers.included_deliverables(tiers, index),
        **({"extras": [dict(row) for row in extras]} if extras else {}),
    }


def freeze_terms(proposal: Proposal, contact: Contact) -> dict[str, Any]:
    """Everything that the agreement's text is written from, as JSON.

    Days are ISO dates, `overage_amount` is minor units of `currency`. The minutes and the reasons
    of value-adds are left out, because the client must not see them (rule 37).
    """
    business, client = proposal.business, proposal.client
    return {
        "seller": seller(business),
        "buyer": {
            "legal_name": client.trading_as,
            "address": client.address,
            "tax_id": client.tax_id,
            "signer": contact.name,
            "email": contact.email,
        },
        "starts_on": proposal.starts_on.isoformat(),
        "ends_on": proposal.ends_on.isoformat() if proposal.ends_on else None,
        "tax": tax_of(proposal),
        "time_zone": client.time_zone,
        "kind": proposal.text_kind.value,
        "next_tier": proposal.next_tier if proposal.is_trial else {},
        "credits_trial": proposal.is_trial and proposal.credits_trial,
        "term_months": whole_months(proposal.starts_on, proposal.ends_on)
        if proposal.ends_on
        else 0,
        **{name: getattr(proposal, name) for name in TERMS_COPIED},
        "value_adds": [
            {"title": value_add["title"], "ends_on": value_add["ends_on"]}
            for value_add in proposal.value_adds
        ],
        **holidays_of(proposal),
        "offered_at": proposal.sent_at.isoformat() if proposal.sent_at else None,
    }


def holidays_of(proposal: Proposal) -> dict[str, Any]:
    """Whose public holidays are no working days: as it was sent, or as the business chooses now.

    {} where they are working days, or the text does not say which days are (rule 73).
    """
    if proposal.snapshot:
        sent = proposal.snapshot["terms"].get("holidays")
        return {"holidays": sent} if sent else {}
    business, text = proposal.business, str(wording.clause_source(proposal)["pairs"])
    if not business.holiday_country or "{{working_days}}" not in text.replace(" ", ""):
        return {}
    return {"holidays": {"country": business.holiday_country, "part": business.holiday_part}}


def tax_of(proposal: Proposal) -> dict[str, Any]:
    """How a proposal is taxed: as it was sent, or for a draft as the business charges now.

    What was sent stays, also if the business or the client is taxed otherwise later (rule 49).
    """
    if proposal.snapshot:
        sent: dict[str, Any] = proposal.snapshot["terms"]["tax"]
        return sent
    return freeze_tax(proposal.business, proposal.client)


def freeze_tax(business: Business, client: Client) -> dict[str, Any]:
    """How this client is taxed: mode, rates in percent, note, and what the client may withhold.

    The rates are those that the business has in use. A client that is exempt, or that accounts for
    the tax itself (reverse charge), has none.
    """
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


def seller(business: Business) -> dict[str, Any]:
    """The business as the terms name it; `signer` is its owner."""
    return {
        "name": business.name,
        "legal_name": business.trading_as,
        "address": business.address,
        "tax_id": business.tax_id,
        "signer": business.owner.get_full_name(),
        "email": business.owner.email,
    }


def terms_hash(tier: dict[str, Any], terms: dict[str, Any]) -> str:
    """The hash of an agreement: of its frozen tier and terms together."""
    return digest({"tier": tier, "terms": terms})
