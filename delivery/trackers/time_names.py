"""Guesses which agreement a tracker's client and project stand for, by their names. Pure."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

LEAST_SIMILARITY = 0.84  # similarity, of at most 1, from which two names are taken for the same
LONGEST = 60  # characters of a name that are compared
# Words that say what kind of company a client is.
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
class KnownAgreement:
    """An agreement of the business that time can be imported for."""

    pk: str
    client: str
    title: str
    is_running: bool


def guess_agreement(client: str, project: str, known: Sequence[KnownAgreement]) -> str:
    """Return the id of the one agreement that is meant.

    An empty string means that none, or more than one, fits the names.
    """
    if client:
        return _single(_nearest(client, known, lambda agreement: agreement.client), project)
    matches = _nearest(project, known, lambda agreement: agreement.client) or _nearest(
        project, known, lambda agreement: agreement.title
    )
    return _single(matches, project)


def _nearest(
    name: str, known: Sequence[KnownAgreement], name_of: Callable[[KnownAgreement], str]
) -> list[KnownAgreement]:
    """Return the agreements whose name is most similar, if any is similar enough."""
    ratings = [
        (_similarity(_plain(name), _plain(name_of(agreement))), agreement) for agreement in known
    ]
    best = max((rating for rating, _agreement in ratings), default=0)
    return [
        agreement for rating, agreement in ratings if rating == best and best >= LEAST_SIMILARITY
    ]


def _single(matches: Sequence[KnownAgreement], project: str) -> str:
    """Return the id of the one agreement of a client that is meant, empty if that is not clear.

    This is the only one, or the only one named like the project, or the only one that runs.
    """
    for candidates in (
        matches,
        _nearest(project, matches, lambda agreement: agreement.title),
        [agreement for agreement in matches if agreement.is_running],
    ):
        if len(candidates) == 1:
            return candidates[0].pk
    return ""


def _similarity(first: str, second: str) -> float:
    """Return how similar two names are, 0 to 1; 0 below ALIKE."""
    if not first or not second:
        return 0
    if first == second:
        return 1
    matcher = SequenceMatcher(None, first, second)
    return (
        matcher.ratio()
        if matcher.real_quick_ratio() >= LEAST_SIMILARITY
        and matcher.quick_ratio() >= LEAST_SIMILARITY
        else 0
    )


def _plain(name: str) -> str:
    """Return a name in lower case, without punctuation and without the kind of company."""
    words = re.split(r"[\W_]+", unicodedata.normalize("NFKC", name[:LONGEST]).casefold())
    return " ".join(word for word in words if word and word not in FORMS)
