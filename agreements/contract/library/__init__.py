"""The built-in texts of agreements: clause pairs in English and Thai, and which of them each kind of agreement has.

They are frozen into a proposal when it is sent, so a better wording here changes nothing that was sent before.
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
    """The pairs of a built-in text, as a template keeps them."""
    return [pair(CLAUSES[key]) for key in BUILT_IN[kind]]


def pair(clause: Clause) -> dict[str, Any]:
    """A clause of the library as a template keeps it, confirmed in both languages."""
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
    """Both languages with title and text."""
    return [("en", clause.en), ("th", clause.th)]


def when(key: str) -> str:
    """The variable that a clause depends on; empty for one of the business's own."""
    return CLAUSES[key].when if key in CLAUSES else ""
