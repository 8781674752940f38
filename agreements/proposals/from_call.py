"""What a call brings to a proposal: its words, the reason, the goals, and the tier whose hours fit (rule 33)."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from agreements.proposals import opening_message
from clients.call_notes import Answers
from core.documents.glyphs import printable


def opening(said: Answers) -> str:
    """The usual words, with what the client said in the middle; to be read and changed, in the active language."""
    told = [words for text in (said.needs, said.goals) if (words := printable(text).strip())]
    if not told:
        return opening_message.usual()
    first, rest = opening_message.usual().split("\n\n", 1)
    return "\n\n".join([first, _("What you told me:"), *told, rest])


def reason(said: Answers) -> str:
    """Why the recommended tier, in the client's own goal; empty where none was said."""
    lines = [
        line.strip().rstrip(".") for line in printable(said.goals).splitlines() if line.strip()
    ]
    return _("Your goal: %(goal)s.") % {"goal": lines[0]} if lines else ""


def goals(said: Answers, usual: Sequence[str]) -> list[str]:
    """The figures of the call as the agreement prints them, else the package's usual ones."""
    return [printable(line) for line in said.kpi_lines] or list(usual)


def recommend(
    tiers: Sequence[dict[str, Any]], drafts: Sequence[Any], minutes: int
) -> list[dict[str, Any]]:
    """A form's tiers with the smallest one recommended that holds the estimated load; as they were without one."""
    fits = next(
        (place for place, draft in enumerate(drafts) if draft.minutes >= minutes), len(drafts) - 1
    )
    if not minutes or not drafts:
        return list(tiers)
    return [tier | {"is_recommended": place == fits} for place, tier in enumerate(tiers)]
