"""The built-in agreement texts: which clauses each kind of agreement has, in every language.

A text is frozen into a proposal when it is sent, so a change here does not affect sent proposals.
"""

from typing import Any

from agreements.contract.library.texts import TEXTS
from agreements.models.reusable import ClauseUse, Service, TextKind

VERSION = "2026-12"
#: The variable that a clause depends on: an agreement leaves the clause out where it is empty.
WHEN = {
    "kpis": "kpis",
    "expectations": "expectations",
    "value_adds": "value_adds",
    "after_trial": "after_trial",
    "time": "hours",
    "time_once": "hours",
    "overage": "overage",
    "reports": "report",
    "exclusivity": "competitors",
    "law": "governing_law",
    "venue": "governing_law",
    "language": "prevailing_language",
    **{service: f"service_{service}" for service in Service.values},
}

_OPENING = (
    *("parties", "services", *Service.values, "kpis", "expectations", "value_adds"),
    *("fee", "late"),
)
_WORK = ("response", "reports", "scope", "ownership", "confidentiality", "data", "exclusivity")
_CLOSING = (
    *("force_majeure", "breach", "notices", "assignment", "entire"),
    *("law", "venue", "language", "signature"),
)
_ONGOING = ("term", "time", "overage", *_WORK, "liability", *_CLOSING)
_ONCE = (*_WORK, "liability_once", *_CLOSING)
BUILT_IN: dict[TextKind, tuple[str, ...]] = {
    TextKind.MONTHLY: (*_OPENING, *_ONGOING),
    TextKind.YEARLY: (*_OPENING, "year", *_ONGOING),
    TextKind.TRIAL: (*_OPENING, "trial", "after_trial", "time_once", "overage", *_ONCE),
    TextKind.ONCE: (*_OPENING, "once", "time_once", "overage", "acceptance", *_ONCE),
}


def built_in(kind: TextKind) -> list[dict[str, Any]]:
    """The clause pairs of a built-in text, in the form in which templates store them."""
    return [_pair(key) for key in BUILT_IN[kind]]


def _pair(key: str) -> dict[str, Any]:
    """A clause of the library with its title and text by language, confirmed in all of them."""
    sides = {
        code: dict(zip(("title", "text"), texts[key], strict=True)) for code, texts in TEXTS.items()
    }
    return {
        "key": key,
        "use": (ClauseUse.FITS if key in WHEN else ClauseUse.ALWAYS).value,
        "waits": "",
        **sides,
    }


def when(key: str) -> str:
    """The variable that a clause depends on; "" where it depends on none or is not built in."""
    return WHEN.get(key, "")
