"""What the tiers of a proposal cost with every combination of the extras that a client may tick."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from itertools import compress, product
from typing import Any
from uuid import UUID

from agreements.contract import frozen_terms
from agreements.models import Proposal, Tier
from agreements.proposals import lifecycle
from agreements.proposals.page import proposal_pdf
from agreements.rules.extras import chosen
from billing.emails.upcoming_charges import Offered, offers_of
from core import formats


def page_context(
    proposal: Proposal,
    tiers: Sequence[Tier],
    tax: Mapping[str, Any],
    *,
    today: date,
    ticked: Collection[str],
) -> dict[str, Any]:
    """What the proposal's page says about sums; `ticked` are the keys of the extras already chosen.

    `offers` are the sums of each tier with these. `sums` are those of every combination, as JSON
    for the page's script: by the ticked keys in the order of the offer, each amount as text. They
    are empty for a proposal without extras.
    """
    kept = chosen(proposal.extras, {row["key"] for row in proposal.extras} & set(ticked))
    sums: dict[UUID, dict[str, dict[str, str]]] = {tier.pk: {} for tier in tiers}
    for choice in product([False, True], repeat=len(proposal.extras)):
        extras = list(compress(proposal.extras, choice))
        key = " ".join(row["key"] for row in extras)
        for pk, offer in offers_of(proposal, tiers, tax, today, extras).items():
            sums[pk][key] = _texts(offer, proposal.currency)
    return {
        "offers": offers_of(proposal, tiers, tax, today, kept),
        "sums": {pk: json.dumps(rows) for pk, rows in sums.items()} if proposal.extras else {},
    }


def _texts(offer: Offered, currency: str) -> dict[str, str]:
    """The amounts of an offer as they are written on the page; those that are 0 are left out."""
    names = ("net", "tax", "gross", "withheld", "to_pay", "later")
    amounts = {name: getattr(offer, name) for name in names}
    return {name: formats.money(value, currency) for name, value in amounts.items() if value}


def proposal_file(proposal: Proposal, *, today: date) -> bytes:
    """The proposal as a PDF with the sums of its tiers without extras. Raises MissingGlyphs."""
    tiers, tax = lifecycle.tiers_of(proposal), frozen_terms.tax_of(proposal)
    offers = offers_of(proposal, tiers, tax, today)
    return proposal_pdf.proposal_pdf(proposal, offers=offers, today=today)
