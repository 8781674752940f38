"""Fills a new proposal from the notes of a sales call: message, reason, goals, tier (rule 33)."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from agreements.proposals import opening_message
from clients.calls.call_notes import Answers
from core.documents.glyphs import printable


def opening_text(said: Answers, *, has_call: bool = False) -> str:
    """The usual opening message with what the client said in the call, in the active language.

    `has_call` says that there was a call, for which it thanks. The freelancer reads and changes the
    message before it is sent.
    """
    quotes = [quote for text in (said.needs, said.goals) if (quote := printable(text).strip())]
    usual = opening_message.usual_message(
        has_call=has_call or bool(quotes), has_reason=bool(recommendation_reason(said))
    )
    if not quotes:
        return usual
    first, rest = usual.split("\n\n", 1)
    return "\n\n".join([first, _("What you told me:"), *quotes, rest])


def recommendation_reason(said: Answers) -> str:
    """Why a tier is recommended, as the client's first goal in the call; empty without a goal."""
    lines = [
        line.strip().rstrip(".") for line in printable(said.goals).splitlines() if line.strip()
    ]
    return _("Your goal is “%(goal)s”.") % {"goal": lines[0]} if lines else ""


def client_goals(said: Answers) -> list[str]:
    """The goals of the call in the client's words, one each, or their needs where none was named.

    The page has room for the first eight, and for 200 characters of each.
    """
    lines = [line.strip(" -•*\t") for line in (said.goals or said.needs).splitlines()]
    return [line[:200] for line in lines if line][:8]


def goals(said: Answers, usual: Sequence[str]) -> list[str]:
    """The KPIs that were named in the call as the agreement prints them, or else the usual ones."""
    return [printable(line) for line in said.kpi_lines] or list(usual)


def recommend_tier(
    tiers: Sequence[dict[str, Any]], drafts: Sequence[Any], minutes: int
) -> list[dict[str, Any]]:
    """A form's tiers with a recommendation: the smallest that includes the estimated `minutes`.

    The highest tier is recommended where none includes them. Unchanged without an estimate.
    """
    fitting = next(
        (index for index, draft in enumerate(drafts) if draft.minutes >= minutes), len(drafts) - 1
    )
    if not minutes or not drafts:
        return list(tiers)
    return [tier | {"is_recommended": index == fitting} for index, tier in enumerate(tiers)]
