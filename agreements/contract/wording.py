"""The words of an agreement: from a template's clause pairs to the numbered text that is signed (rules 28 and 32).

pairs     a template's clauses, or a built-in text's: what stands in `Proposal.text` once it is sent
written   the same with every variable's value in it, in each language: what stands in the agreement's terms
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from agreements.contract import library, variables
from agreements.models import Proposal
from agreements.models.reusable import ClauseUse, TextKind
from agreements.rules import placeholders
from agreements.rules.errors import BadWording
from agreements.rules.placeholders import Value
from core.documents.glyphs import MissingGlyphs, check

LANGUAGES = ("en", "th")
LONGEST_CLAUSE = 5_000  # characters of one side
LONGEST_TEXT = 40_000  # characters of one language, some fifteen pages
Pair = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """Why a text cannot be sent: a sentence, and the clause it is about (its place in the template, from 0)."""

    said: str
    place: int | None = None


def source(proposal: Proposal) -> dict[str, Any]:
    """The pairs that a proposal's agreement is made from: frozen once it was sent (rule 28), else as they are now."""
    if proposal.text:
        found: dict[str, Any] = proposal.text
        return found
    own = proposal.template
    return {
        "from": f"{own.id} v{own.version}" if own else f"{proposal.text_kind} {library.VERSION}",
        "pairs": own.clauses if own else library.built_in(proposal.text_kind),
    }


def languages(terms: dict[str, Any]) -> list[str]:
    """The languages a text stands in; the one that prevails first where there are two."""
    first = terms["language"]
    return (
        [first, *(other for other in LANGUAGES if other != first)]
        if terms["is_bilingual"]
        else [first]
    )


def written(pairs: list[Pair], tier: dict[str, Any], terms: dict[str, Any]) -> list[Pair]:
    """The clauses with their values, in the languages of the terms. Raises BadWording with everything amiss."""
    found = faults(pairs, tier, terms)
    if found:
        raise BadWording(" ".join(fault.said for fault in found[:5]))
    asked = {language: _values(tier, terms, language) for language in languages(terms)}
    return [
        {
            "key": pair["key"],
            **{language: _filled(pair[language], known) for language, known in asked.items()},
        }
        for _place, pair in _used(pairs, asked[terms["language"]])
    ]


def faults(pairs: list[Pair], tier: dict[str, Any], terms: dict[str, Any]) -> list[Fault]:
    """Everything that keeps this text from being sent: empty or unknown variables, sides that wait, signs, length."""
    found: list[Fault] = []
    for language in languages(terms):
        values = _values(tier, terms, language)
        used = list(_used(pairs, values))
        found += [
            fault for place, pair in used for fault in _of_pair(pair, place, language, values)
        ]
        found += _left_out([pair for _place, pair in used], language, values)
        if sum(len(pair[language]["text"]) for _place, pair in used) > LONGEST_TEXT:
            found.append(Fault(str(too_long())))
    return list(dict.fromkeys(found))


def drafted(pairs: list[Pair], tier: dict[str, Any], terms: dict[str, Any]) -> list[Pair]:
    """The clauses as they read so far, for a preview: what is missing stands in its braces."""
    found: list[Pair] = [
        {} for _place, _pair in _used(pairs, _values(tier, terms, terms["language"]))
    ]
    for language in languages(terms):
        values = _values(tier, terms, language)
        for clause, (_place, pair) in zip(found, _used(pairs, values), strict=True):
            gaps: dict[str, Value] = {
                name: f"{{{{{name}}}}}" for name in _names(pair[language]) if not values.get(name)
            }
            clause[language] = _filled(pair[language], values | gaps)
    return found


def too_long() -> BadWording:
    """The refusal of a text that nobody would sign."""
    return BadWording(_("This text is too long for an agreement: 40,000 characters at most."))


def numbered(clauses: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Number, title, body, and the body's paragraphs and lists of every clause, in order."""
    return [
        {
            "number": number,
            **clause,
            "body": clause["text"],
            "blocks": placeholders.blocks(clause["text"]),
        }
        for number, clause in enumerate(clauses, start=1)
    ]


def _values(tier: dict[str, Any], terms: dict[str, Any], language: str) -> dict[str, Value]:
    with translation.override(language):
        return variables.values(tier, terms)


def _used(pairs: list[Pair], values: dict[str, Value]) -> Iterator[tuple[int, Pair]]:
    """The clauses that stand in the agreement, with their places in the template."""
    for place, pair in enumerate(pairs):
        needs = library.when(pair["key"])
        if pair["use"] == ClauseUse.ALWAYS or (
            pair["use"] == ClauseUse.FITS and (not needs or values.get(needs))
        ):
            yield place, pair


def _names(side: dict[str, str]) -> list[str]:
    return placeholders.names(f"{side['title']}\n{side['text']}")


def _filled(side: dict[str, str], values: dict[str, Value]) -> dict[str, str]:
    return {name: placeholders.fill(side[name], values) for name in ("title", "text")}


def _of_pair(pair: Pair, place: int, language: str, values: dict[str, Value]) -> Iterator[Fault]:
    """What is amiss with one side of one clause."""
    side, other = pair[language], next(one for one in LANGUAGES if one != language)
    title = side["title"] or pair[other]["title"] or _("without a title")
    for said in side_faults(side, values):
        yield Fault(_("Clause “%(clause)s”: %(fault)s") % {"clause": title, "fault": said}, place)
    if pair["waits"] == language:
        said = _("the other language was changed. Confirm that this one says the same.")
        yield Fault(_("Clause “%(clause)s”: %(fault)s") % {"clause": title, "fault": said}, place)


def side_faults(side: dict[str, str], values: dict[str, Value] | None = None) -> list[str]:
    """What is amiss with a title and a text; without values: only what does not depend on a proposal."""
    found = []
    if not side["title"].strip() or not side["text"].strip():
        found.append(_("the title or the text is missing in one of its languages."))
    known = variables.meanings()
    for name in _names(side):
        if name not in known:
            found.append(_("there is no variable {{%(name)s}}.") % {"name": name})
        elif values is not None and not values[name]:
            found.append(
                _("{{%(name)s}} is empty: %(meaning)s.") % {"name": name, "meaning": known[name]}
            )
    if placeholders.has_stray_braces(side["title"]) or placeholders.has_stray_braces(side["text"]):
        found.append(_("a pair of braces is not closed."))
    if len(side["text"]) > LONGEST_CLAUSE:
        found.append(_("the text is longer than 5,000 characters."))
    return [*found, *_unprintable(side, values or {})]


def _unprintable(side: dict[str, str], values: dict[str, Value]) -> list[str]:
    try:
        check(f"{side['title']}\n{side['text']}")
        for name in _names(side):
            value = values.get(name, "")
            check(value if isinstance(value, str) else "\n".join(value))
    except MissingGlyphs as no:
        return [str(no)]
    return []


def _left_out(used: list[Pair], language: str, values: dict[str, Value]) -> Iterator[Fault]:
    """What the proposal promises and no clause prints."""
    printed = {name for pair in used for name in _names(pair[language])}
    known = variables.meanings()
    for name in variables.PROMISED:
        if values[name] and name not in printed:
            said = _("No clause of the text says {{%(name)s}}: %(meaning)s.")
            yield Fault(said % {"name": name, "meaning": known[name]})


def must_fit(kind: TextKind, interval: str) -> None:
    """Raise BadWording where a text is for another rhythm: a retainer's for one-time work, or the other way."""
    if (kind in (TextKind.TRIAL, TextKind.ONCE)) != (interval == "once"):
        raise BadWording(_("This text does not fit how the fee is charged."), field="wording")
