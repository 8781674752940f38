"""All that a client sees of a proposal, as plain JSON, and its SHA-256: what was offered can be proved (rule 28)."""

import hashlib
import json
from typing import Any

from agreements.contract import frozen_terms
from agreements.models import Proposal


def take(proposal: Proposal, *, text: dict[str, Any], intro: str) -> dict[str, Any]:
    """The proposal as it is sent: its words, tiers, terms, the agreement's text, and who speaks for the business."""
    rungs = list(proposal.tiers.order_by("position"))
    return {
        "version": proposal.version,
        "title": proposal.title,
        "intro": intro,
        "because": proposal.recommended_because,
        "tiers": [
            {**frozen_terms.freeze_tier(proposal, rung), "is_recommended": rung.is_recommended}
            for rung in rungs
        ],
        "terms": frozen_terms.freeze(proposal, proposal.contact),
        "text": text,
        "testimonials": [
            {
                "id": str(row.pk),
                "author": row.author,
                "role": row.role,
                "quote": row.quote,
                "video_url": row.video_url,
                "letter": row.letter.sha256 if row.letter else "",
            }
            for row in proposal.testimonials.select_related("letter").order_by("author", "pk")
        ],
    }


def digest(snapshot: dict[str, Any]) -> str:
    """SHA-256 over canonical JSON (sorted keys, UTF-8, no spaces)."""
    text = json.dumps(snapshot, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
