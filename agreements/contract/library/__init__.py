"""The built-in agreement texts in English and Thai: which clauses each kind of agreement has.

A text is frozen into a proposal when it is sent, so a change here does not affect sent proposals.
"""

from typing import Any

from agreements.contract.library.clause import Clause
from agreements.contract.library.general import GENERAL
from agreements.contract.library.trades import TRADES
from agreements.models.reusable import ClauseUse, TextKind

VERSION = "2026-11"
CLAUSES: dict[str, Clause] = {clause.key: clause for clause in (*GENERAL, *TRADES)}

_OPENING = (
    "parties",
    "services",
    *(clause.key for clause in TRADES),
    "kpis",
    "expectations",
    "value_adds",
    "fee",
)
_WORK = ("response", "reports", "scope", "ownership", "confidentiality", "exclusivity")
_CLOSING = ("law", "language", "signature")
BUILT_IN: dict[TextKind, tuple[str, ...]] = {
    TextKind.MONTHLY: (*_OPENING, "late", "term", "time", "overage", *_WORK, *_CLOSING),
    TextKind.YEARLY: (*_OPENING, "late", "year", "term", "time", "overage", *_WORK, *_CLOSING),
    TextKind.TRIAL: (*_OPENING, "trial", "after_trial", "time_once", "overage", *_WORK, *_CLOSING),
    TextKind.ONCE: (*_OPENING, "once", "time_once", "overage", "acceptance", *_WORK, *_CLOSING),
}


def built_in(kind: TextKind) -> list[dict[str, Any]]:
    """The clause pairs of a built-in text, in the form in which templates store them."""
    return [pair(CLAUSES[key]) for key in BUILT_IN[kind]]


def pair(clause: Clause) -> dict[str, Any]:
    """A clause of the library as a clause pair, confirmed in both languages."""
    sides = {
        language: {"title": title, "text": text} for language, (title, text) in sides_of(clause)
    }
    return {
        "key": clause.key,
        "use": (ClauseUse.FITS if clause.when else ClauseUse.ALWAYS).value,
        "waits": "",
        **sides,
    }


def sides_of(clause: Clause) -> list[tuple[str, tuple[str, str]]]:
    """The languages of a clause, each with its title and text."""
    return [("en", clause.en), ("th", clause.th)]


def when(key: str) -> str:
    """The variable that a clause depends on; "" where it depends on none or is not built in."""
    return CLAUSES[key].when if key in CLAUSES else ""
