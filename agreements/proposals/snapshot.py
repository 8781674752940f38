"""Takes the snapshot of a proposal: everything that the client sees, as JSON, with its SHA-256.

The snapshot proves what was offered (rule 28).
"""

from typing import Any

from agreements.contract import frozen_terms
from agreements.models import Proposal
from agreements.proposals.page import usual_questions


def take(proposal: Proposal, *, text: dict[str, Any], intro: str) -> dict[str, Any]:
    """The proposal as it is sent: message, tiers, terms, agreement text and testimonials.

    `intro` is the opening message with its merge fields filled; `text` is what
    wording.clause_source returns.
    """
    tiers = list(proposal.tiers.order_by("position"))
    return {
        "version": proposal.version,
        "title": proposal.title,
        "intro": intro,
        "because": proposal.recommended_because,
        "goals": proposal.goals,
        "sections": proposal.sections,
        "faq": usual_questions.questions_and_answers(proposal),
        "tiers": [
            {**frozen_terms.freeze_tier(proposal, tier), "is_recommended": tier.is_recommended}
            for tier in tiers
        ],
        "extras": proposal.extras,
        "terms": frozen_terms.freeze_terms(proposal, proposal.contact),
        "text": text,
        "testimonials": [
            {
                "id": str(row.pk),
                "author": row.author,
                "role": row.role,
                "quote": row.quote,
                "video_url": row.video_url,
                "letter": row.letter.sha256 if row.letter else "",
                "photo": row.photo,
            }
            for row in proposal.testimonials.select_related("letter").order_by("author", "pk")
        ],
    }
