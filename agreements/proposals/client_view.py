"""A proposal as the client sees it, for the portal's page and for the freelancer's preview."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from agreements.contract import frozen_terms
from agreements.models import Proposal, Tier, WaitlistEntry
from agreements.proposals import capacity, opening_message
from agreements.proposals.lifecycle import tiers_of
from agreements.rules import cumulative_tiers
from agreements.rules.intervals import minutes_per_month
from core import formats
from core.models.tax_rate import TaxMode


@dataclass(frozen=True)
class ComparisonRow:
    """A row of the tier comparison: its name, and a value for each tier.

    True is shown as a tick and False as a dash.
    """

    name: str
    said: list[str | bool]


def page_context(proposal: Proposal, *, today: date) -> dict[str, Any]:
    """The template context of the proposal's page, without its forms. `today` is the client's day.

    `places` are the openings by tier, where the proposal shows them.
    """
    tiers = tiers_of(proposal)
    tax = frozen_terms.tax_of(proposal)
    return {
        "proposal": proposal,
        "intro": opening_message.filled_message(proposal),
        "cards": [
            (tier, cumulative_tiers.service_rows(tiers, index)) for index, tier in enumerate(tiers)
        ],
        "comparison": comparison(tiers) if len(tiers) > 1 else [],
        "tax": tax,
        "is_tax_included": tax["mode"] == TaxMode.INCLUSIVE,
        "testimonials": _testimonials(proposal),
        "value_adds": proposal.value_adds,
        "places": _places(proposal, tiers, today),
        "wait": WaitlistEntry.objects.filter(proposal=proposal).first(),
    }


def _places(proposal: Proposal, tiers: list[Tier], today: date) -> dict[Any, int]:
    """The openings of each tier by its id, where the proposal shows them (rule 36).

    Tiers whose openings cannot be computed are left out.
    """
    if not proposal.shows_openings:
        return {}
    starts = max(proposal.starts_on, today)
    minutes = [minutes_per_month(tier.minutes, proposal.interval) for tier in tiers]
    openings = capacity.openings_of(proposal.business, minutes, starts)
    return {
        tier.pk: count for tier, count in zip(tiers, openings, strict=True) if count is not None
    }


def comparison(tiers: list[Tier]) -> list[ComparisonRow]:
    """The rows that compare tiers: included time, response time, services and deliverables."""
    rows = [
        ComparisonRow(
            _("Reserved time"),
            [formats.hours(tier.minutes) if tier.minutes else "—" for tier in tiers],
        ),
        ComparisonRow(
            _("Answers within working hours"), [str(tier.response_hours) for tier in tiers]
        ),
    ]
    for lowest, tier in enumerate(tiers):
        rows += [
            ComparisonRow(text, [index >= lowest for index in range(len(tiers))])
            for text in tier.adds
        ]
    counts = [
        {
            item["title"]: item["promised"]
            for item in cumulative_tiers.included_deliverables(tiers, index)
        }
        for index in range(len(tiers))
    ]
    for title in dict.fromkeys(title for count in counts for title in count):
        cells: list[str | bool] = [
            str(count[title]) if title in count else False for count in counts
        ]
        rows.append(ComparisonRow(title[:1].upper() + title[1:], cells))
    return rows


def _testimonials(proposal: Proposal) -> list[dict[str, Any]]:
    """The testimonials as they were when the proposal was sent; for a draft, as they are now."""
    if proposal.snapshot:
        testimonials: list[dict[str, Any]] = proposal.snapshot.get("testimonials", [])
        return testimonials
    return [
        {
            "id": str(row.pk),
            "author": row.author,
            "role": row.role,
            "quote": row.quote,
            "video_url": row.video_url,
            "letter": "there" if row.letter_id else "",
        }
        for row in proposal.testimonials.order_by("author", "pk")
    ]
