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


def kept(picture: Picture) -> dict[str, Any]:
    """Keep a new picture: its name and its size, as a section stores them."""
    size = {"width": picture.width, "height": picture.height}
    return {"picture": pictures.keep(picture), **size}


def sizes(sections: Sequence[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """The size of each picture by its name."""
    return {
        row["picture"]: {"width": row["width"], "height": row["height"]}
        for row in sections
        if row.get("picture")
    }


def _kept(section: dict[str, Any]) -> dict[str, Any]:
    picture = section.get("picture")
    return {**section, **kept(picture)} if isinstance(picture, Picture) else section
