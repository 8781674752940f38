"""A proposal as the client sees it: the same for the portal's page and for the freelancer's preview of it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from agreements.contract import frozen_terms
from agreements.models import Proposal, Tier, WaitlistEntry
from agreements.proposals import capacity, opening_message
from agreements.proposals.propose import rungs
from agreements.rules import cumulative_tiers
from core import formats
from core.models.tax_rate import TaxMode


@dataclass(frozen=True)
class Row:
    """One line of the comparison: what it is about and what each tier says; True and False are a tick and a dash."""

    name: str
    said: list[str | bool]


def shown(proposal: Proposal, *, today: date) -> dict[str, Any]:
    """Everything the page says, but for its forms."""
    tiers = rungs(proposal)
    tax = frozen_terms.freeze_tax(proposal.business, proposal.client)
    return {
        "proposal": proposal,
        "intro": opening_message.filled(proposal),
        "cards": [(tier, cumulative_tiers.lines(tiers, place)) for place, tier in enumerate(tiers)],
        "comparison": comparison(tiers) if len(tiers) > 1 else [],
        "tax": tax,
        "is_tax_included": tax["mode"] == TaxMode.INCLUSIVE,
        "testimonials": _testimonials(proposal),
        "value_adds": proposal.value_adds,
        "places": _places(proposal, tiers, today),
        "wait": WaitlistEntry.objects.filter(proposal=proposal).first(),
    }


def _places(proposal: Proposal, tiers: list[Tier], today: date) -> dict[Any, int]:
    """How many more clients of each tier fit, where the proposal says so and it can be computed (rule 36)."""
    if not proposal.shows_openings:
        return {}
    starts = max(proposal.starts_on, today)
    found = capacity.openings_of(proposal.business, [tier.minutes for tier in tiers], starts)
    return {tier.pk: left for tier, left in zip(tiers, found, strict=True) if left is not None}


def comparison(tiers: list[Tier]) -> list[Row]:
    """The differences line by line: time, answers, what is contained, and how many of each deliverable."""
    rows = [
        Row(
            _("Reserved time"),
            [formats.hours(tier.minutes) if tier.minutes else "—" for tier in tiers],
        ),
        Row(_("Answers within working hours"), [str(tier.response_hours) for tier in tiers]),
    ]
    for at, rung in enumerate(tiers):
        rows += [Row(text, [place >= at for place in range(len(tiers))]) for text in rung.adds]
    counts = [
        {item["title"]: item["promised"] for item in cumulative_tiers.delivered(tiers, place)}
        for place in range(len(tiers))
    ]
    for title in dict.fromkeys(title for count in counts for title in count):
        said: list[str | bool] = [
            str(count[title]) if title in count else False for count in counts
        ]
        rows.append(Row(title[:1].upper() + title[1:], said))
    return rows


def _testimonials(proposal: Proposal) -> list[dict[str, Any]]:
    """As they were when it was sent; of a draft, as they are now."""
    if proposal.snapshot:
        found: list[dict[str, Any]] = proposal.snapshot.get("testimonials", [])
        return found
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
