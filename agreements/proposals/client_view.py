"""A proposal as the client sees it, for the portal's page and for the freelancer's preview."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.safestring import SafeString
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from agreements.contract import frozen_terms
from agreements.models import Proposal, Tier, WaitlistEntry, interval_words
from agreements.proposals import capacity, opening_message
from agreements.proposals.lifecycle import tiers_of
from agreements.proposals.page.next_steps import next_steps
from agreements.proposals.page.plain_terms import plain_terms
from agreements.proposals.page.promises import promises
from agreements.proposals.page.usual_questions import questions_and_answers
from agreements.rules import cumulative_tiers, ladder_lines
from agreements.rules.intervals import Interval, minutes_per_month
from core import formats
from core.dates import local_day
from core.web import markdown


@dataclass(frozen=True)
class ComparisonRow:
    """A row of the tier comparison: its name, and a value for each tier.

    True is shown as a tick and False as a dash.
    """

    name: str
    said: list[str | bool]


@dataclass(frozen=True)
class TierCard:
    """What a tier's card lists: everything that counts, and what it adds to the one `below`."""

    counts: list[str]
    below: str
    adds: list[str]


def page_context(proposal: Proposal, *, today: date) -> dict[str, Any]:
    """The template context of the proposal's page, without its forms. `today` is the client's day.

    `places` are the openings by tier, where the proposal shows them.
    """
    tiers = tiers_of(proposal)
    tax = frozen_terms.tax_of(proposal)
    starts_on = max(proposal.starts_on, today)
    return {
        "proposal": proposal,
        "prepared_by": _owner_name(proposal),
        "dated": local_day(proposal.sent_at, proposal.client.time_zone)
        if proposal.sent_at
        else today,
        "intro": opening_message.filled_message(proposal),
        "measures": [goal["title"] if isinstance(goal, dict) else goal for goal in proposal.kpis],
        "sections": own_sections(proposal),
        "promises": promises(proposal, tiers),
        "cards": [(tier, tier_card(tiers, index)) for index, tier in enumerate(tiers)],
        "comparison": comparison(tiers) if len(tiers) > 1 else [],
        "tax": tax,
        "testimonials": _testimonials(proposal),
        "value_adds": proposal.value_adds,
        "places": _places(proposal, tiers, today),
        "wait": WaitlistEntry.objects.filter(proposal=proposal).first(),
        "faq": questions_and_answers(proposal),
        "terms": plain_terms(proposal, tiers, tax, starts_on=starts_on),
        "next_steps": next_steps(proposal, tiers, starts_on=starts_on),
        "follows": _tier_after_trial(proposal),
    }


@dataclass(frozen=True)
class OwnSection:
    """A section of the freelancer's: its body as HTML, and its picture, if it has one, as stored.

    `place` counts from 0.
    """

    place: int
    title: str
    body: SafeString
    picture: dict[str, Any] | None

    @property
    def version(self) -> str:
        """Another text for another picture at the same address; "" without a picture."""
        return str(self.picture["picture"]).rpartition("/")[2][:12] if self.picture else ""


def own_sections(proposal: Proposal) -> list[OwnSection]:
    """The freelancer's own sections; headings of their bodies begin below an h3."""
    return [
        OwnSection(
            place,
            section["title"],
            markdown.rendered(section["body"], first_heading=4),
            section if section.get("picture") else None,
        )
        for place, section in enumerate(proposal.sections)
    ]


def tier_card(tiers: list[Tier], index: int) -> TierCard:
    """What the card of the tier at `index` (from 0) lists."""
    return TierCard(
        counts=[_counted(item) for item in cumulative_tiers.included_deliverables(tiers, index)],
        below=tiers[index - 1].name if index else "",
        adds=list(tiers[index].adds),
    )


def _counted(item: dict[str, Any]) -> str:
    """A deliverable with its number, such as "20 posts"."""
    # Translators: a number of deliverables: 20 posts.
    return _("%(promised)s %(title)s") % item


def _owner_name(proposal: Proposal) -> str:
    """Who prepared the proposal, as it was sent; "" where only an email address is known."""
    terms = proposal.snapshot.get("terms") or {"seller": frozen_terms.seller(proposal.business)}
    seller: dict[str, str] = terms["seller"]
    return "" if seller["signer"] == seller["email"] else seller["signer"]


def _tier_after_trial(proposal: Proposal) -> dict[str, Any]:
    """The tier that was agreed for after a trial, with its price per month; empty if none was."""
    if not proposal.is_trial or not proposal.next_tier:
        return {}
    return {**proposal.next_tier, "after_price": interval_words.after_price(Interval.MONTHLY)}


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


def comparison_hints(tiers: Sequence[Tier]) -> list[str]:
    """Why a client could not compare these tiers, as sentences for the freelancer."""
    sentences = {
        "other_deliverables": _(
            "“%(tier)s” counts %(own)s, and the tiers below it count %(below)s. Give both in each "
            "tier, so that your client sees one number grow."
        ),
        "no_hours": _("“%(tier)s” names no hours, and other tiers do."),
        "slower": _("“%(tier)s” answers later than the tier below it."),
    }
    return [
        sentences[hint.code]
        % {
            "tier": tiers[hint.position - 1].name,
            "own": get_text_list(list(hint.own), _("and")),
            "below": get_text_list(list(hint.below), _("and")),
        }
        for hint in ladder_lines.hints(tiers)
    ]


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


def photo_name(proposal: Proposal, testimonial: UUID) -> str:
    """The name of the photo that the proposal shows beside a testimonial; "" if it has none."""
    shown = {row["id"]: row for row in _testimonials(proposal)}
    return str(shown.get(str(testimonial), {}).get("photo", ""))


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
            "photo": row.photo,
        }
        for row in proposal.testimonials.order_by("author", "pk")
    ]
