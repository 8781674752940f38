"""The pictures of a proposal's own sections: one each, kept by the hash of its bytes."""

from collections.abc import Sequence
from typing import Any

from agreements.models import Proposal
from core.documents import pictures
from core.documents.pictures import Picture


def with_pictures_kept(sections: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sections as a proposal stores them: a new `picture` is kept, and its name takes its place."""
    return [_kept(section) for section in sections]


def picture_name(proposal: Proposal, place: int) -> str:
    """The name of the picture of the section at `place` (from 0); "" if it has none."""
    if not 0 <= place < len(proposal.sections):
        return ""
    return str(proposal.sections[place].get("picture", ""))


def _kept(section: dict[str, Any]) -> dict[str, Any]:
    picture = section.get("picture")
    if not isinstance(picture, Picture):
        return section
    size = {"width": picture.width, "height": picture.height}
    return {**section, "picture": pictures.keep(picture), **size}
