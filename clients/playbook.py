"""The playbook: suggested replies to each kind of objection. None is a discount (rule 34)."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from clients.rules.objection_statistics import Kind


@dataclass(frozen=True)
class Play:
    """A suggested reply: what to do (`title`), and words for it."""

    key: str
    title: Any
    words: Any


ADD_VALUE = Play(
    "add_value",
    _("Add value, leave the fee"),
    _(
        "“I keep my fee, but I can add something that helps you start well: an hour of consulting "
        "a month, or an audit in the first month. Would that make it worth it?”"
    ),
)
SMALLER = Play(
    "smaller_tier",
    _("Offer the tier below, with less in it"),
    _(
        "“If the budget is fixed, let us take out work, not quality. "
        "Which part could wait until next quarter?”"
    ),
)
BENEFITS = Play(
    "benefits",
    _("Remind of the benefits"),
    _(
        "“My time is reserved for you every month. No quotes, no purchase orders, faster answers, "
        "and somebody who knows your business. What did the last search for a freelancer cost you?”"
    ),
)
GOALS = Play(
    "goals",
    _("Go back to their goals"),
    _(
        "“You said what should be different in half a year. "
        "What is it worth to you if we get there?”"
    ),
)
TRIAL = Play(
    "trial",
    _("Offer a paid trial"),
    _(
        "“Let us not guess. Two to four weeks, one fee, one number that we both watch, and a "
        "day on which you decide.”"
    ),
)
PROOF = Play(
    "proof",
    _("Show one client like them"),
    _("“Here is somebody who had the same doubt, and what they said after three months.”"),
)
ASK = Play(
    "ask",
    _("Ask, and wait for the answer"),
    _("“What would have to be true for this to be an easy yes?” Then say nothing."),
)
WALK = Play(
    "walk_away",
    _("Walk away politely"),
    _("“It sounds as if this is not the right moment. May I ask again in three months?”"),
)

PLAYS: dict[str, tuple[Play, ...]] = {
    Kind.MONEY: (ADD_VALUE, GOALS, SMALLER, WALK),
    Kind.VALUE: (BENEFITS, GOALS, ADD_VALUE, WALK),
    Kind.RESULTS: (TRIAL, PROOF, GOALS, WALK),
}
DEFAULT_PLAYS = (ASK, BENEFITS, ADD_VALUE, WALK)  # for the freelancer's own kinds
TITLES = {play.key: play.title for plays in (*PLAYS.values(), DEFAULT_PLAYS) for play in plays}


def plays(kind: str) -> tuple[Play, ...]:
    """The suggested replies to one kind of objection, the best first."""
    return PLAYS.get(kind, DEFAULT_PLAYS)
