"""Guesses which of our agreements the clients and projects of another tracker are, by their names. Pure."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

ALIKE = 0.84  # of 1, from which two names are taken for the same
LONGEST = 60
FORMS = {
    "co",
    "company",
    "corp",
    "corporation",
    "gmbh",
    "inc",
    "kg",
    "limited",
    "llc",
    "ltd",
    "ltda",
    "oy",
    "plc",
    "pte",
    "pty",
    "sa",
    "sarl",
    "sas",
    "srl",
    "the",
}


@dataclass(frozen=True)
class Known:
    """An agreement of ours."""

    pk: str
    client: str
    title: str
    is_running: bool


def guess(client: str, project: str, known: Sequence[Known]) -> str:
    """The id of the one agreement that is meant; "" where it could be none, or more than one."""
    if client:
        return _only(_nearest(client, known, lambda row: row.client), project)
    found = _nearest(project, known, lambda row: row.client) or _nearest(
        project, known, lambda row: row.title
    )
    return _only(found, project)


def _nearest(name: str, known: Sequence[Known], of: Callable[[Known], str]) -> list[Known]:
    """Those with the name that is most like it, if any is like it at all."""
    rated = [(_likeness(_plain(name), _plain(of(row))), row) for row in known]
    best = max((rate for rate, _row in rated), default=0)
    return [row for rate, row in rated if rate == best and best >= ALIKE]


def _only(found: Sequence[Known], project: str) -> str:
    """One of a client's agreements: the only one, the one that is called like the project, the only one that runs."""
    for some in (
        found,
        _nearest(project, found, lambda row: row.title),
        [row for row in found if row.is_running],
    ):
        if len(some) == 1:
            return some[0].pk
    return ""


def _likeness(one: str, other: str) -> float:
    if not one or not other:
        return 0
    if one == other:
        return 1
    pair = SequenceMatcher(None, one, other)
    return pair.ratio() if pair.real_quick_ratio() >= ALIKE and pair.quick_ratio() >= ALIKE else 0


def _plain(name: str) -> str:
    """Small letters without signs, and without what kind of company it is."""
    words = re.split(r"[\W_]+", unicodedata.normalize("NFKC", name[:LONGEST]).casefold())
    return " ".join(word for word in words if word and word not in FORMS)
