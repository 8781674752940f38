"""Writes the text of an agreement from clause pairs (rules 28 and 32).

pairs     the clauses of a template or a built-in text, each with a title and a text for every
          language of the product, with {{variables}}; stored in `Proposal.text` at sending
written   the same clauses with every variable replaced by its value, in each language of the
          agreement; stored in the agreement's terms
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from agreements.contract import library, variables
from agreements.models import Proposal
from agreements.models.reusable import ClauseUse, TextKind
from agreements.rules.errors import BadWording
from agreements.rules.intervals import Interval
from core import languages as all_languages
from core.documents.glyphs import MissingGlyphs, check
from core.texts import placeholders
from core.texts.placeholders import Value

LONGEST_CLAUSE = 5_000  # characters of one side
LONGEST_TEXT = 40_000  # characters of one language, some fifteen pages
ClausePair = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """A reason why a text cannot be sent.

    `said` is a sentence for the reader; `place` is the index of its clause in the template, from 0,
    or None where it is about the whole text.
    """

    said: str
    place: int | None = None


def clause_source(proposal: Proposal) -> dict[str, Any]:
    """The clause pairs for a proposal's agreement, and where they are from: {"from", "pairs"}.

    For a sent proposal these are the pairs that were frozen then (rule 28); for a draft, those of
    its template or built-in text as they are now.
    """
    if proposal.text:
        text: dict[str, Any] = proposal.text
        return text
    template = proposal.template
    return {
        "from": (
            f"{template.id} v{template.version}"
            if template
            else f"{proposal.text_kind} {library.VERSION}"
        ),
        "pairs": template.clauses if template else library.built_in(proposal.text_kind),
    }


def languages(terms: dict[str, Any]) -> list[str]:
    """The languages of an agreement's text; the prevailing one is first."""
    code = terms["language"]
    return all_languages.side_by_side(code) if terms["is_bilingual"] else [code]


def side(pair: ClausePair, language: str) -> dict[str, str]:
    """The title and the text of a clause in one language.

    Both are empty where the clause was stored before the product had that language.
    """
    found: dict[str, str] = pair.get(language) or {"title": "", "text": ""}
    return found


def write_clauses(
    pairs: list[ClausePair], tier: dict[str, Any], terms: dict[str, Any]
) -> list[ClausePair]:
    """The clauses of the agreement with their values, in every language of the terms.

    Raises BadWording with the first five faults where the text cannot be sent.
    """
    found = faults(pairs, tier, terms)
    if found:
        raise BadWording(" ".join(fault.said for fault in found[:5]))
    values_by_language = {language: _values(tier, terms, language) for language in languages(terms)}
    return [
        {
            "key": pair["key"],
            **{
                language: _filled(side(pair, language), values)
                for language, values in values_by_language.items()
            },
        }
        for _place, pair in _used(pairs, values_by_language[terms["language"]])
    ]


def faults(pairs: list[ClausePair], tier: dict[str, Any], terms: dict[str, Any]) -> list[Fault]:
    """Every reason why this text cannot be sent; empty where it can.

    Checks for empty and unknown variables, missing and unconfirmed languages, characters that
    cannot be printed, promises that no clause prints, and the length.
    """
    found: list[Fault] = []
    for language in languages(terms):
        values = _values(tier, terms, language)
        used = list(_used(pairs, values))
        found += [
            fault for place, pair in used for fault in _pair_faults(pair, place, language, values)
        ]
        found += _unprinted_promises([pair for _place, pair in used], language, values)
        if sum(len(side(pair, language)["text"]) for _place, pair in used) > LONGEST_TEXT:
            found.append(Fault(str(too_long())))
    return list(dict.fromkeys(found))


def preview_clauses(
    pairs: list[ClausePair], tier: dict[str, Any], terms: dict[str, Any]
) -> list[ClausePair]:
    """The clauses for a preview: like `written`, but a variable without a value stays in braces."""
    clauses: list[ClausePair] = [
        {} for _place, _pair in _used(pairs, _values(tier, terms, terms["language"]))
    ]
    for language in languages(terms):
        values = _values(tier, terms, language)
        for clause, (_place, pair) in zip(clauses, _used(pairs, values), strict=True):
            text = side(pair, language)
            gaps: dict[str, Value] = {
                name: f"{{{{{name}}}}}" for name in _names(text) if not values.get(name)
            }
            clause[language] = _filled(text, values | gaps)
    return clauses


def too_long() -> BadWording:
    """The error for a text that is longer than LONGEST_TEXT."""
    return BadWording(_("This text is too long for an agreement: 40,000 characters at most."))


def numbered(clauses: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Clauses of one language with their number, title, body, and the body split into blocks."""
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
    """The values of all variables, in this language."""
    with translation.override(language):
        return variables.values(tier, terms)


def _used(pairs: list[ClausePair], values: dict[str, Value]) -> Iterator[tuple[int, ClausePair]]:
    """The clauses that this agreement prints, each with its index in the template."""
    for place, pair in enumerate(pairs):
        required = library.when(pair["key"])
        if pair["use"] == ClauseUse.ALWAYS or (
            pair["use"] == ClauseUse.FITS and (not required or values.get(required))
        ):
            yield place, pair


def _names(text: dict[str, str]) -> list[str]:
    """The variables that the title and the text of one language use."""
    return placeholders.names(f"{text['title']}\n{text['text']}")


def _filled(text: dict[str, str], values: dict[str, Value]) -> dict[str, str]:
    return {name: placeholders.fill(text[name], values) for name in ("title", "text")}


def _pair_faults(
    pair: ClausePair, place: int, language: str, values: dict[str, Value]
) -> Iterator[Fault]:
    """What is wrong with one clause in one language."""
    title = title_of(pair, language) or _("without a title")
    for fault in side_faults(side(pair, language), values):
        yield Fault(_("Clause “%(clause)s”: %(fault)s") % {"clause": title, "fault": fault}, place)
    if language in pair["waits"].split():
        fault = _("the other language was changed. Confirm that this one says the same.")
        yield Fault(_("Clause “%(clause)s”: %(fault)s") % {"clause": title, "fault": fault}, place)


def title_of(pair: ClausePair, language: str) -> str:
    """The title of a clause in this language, or else in the first one that has a title."""
    codes = (language, *all_languages.others(language))
    return next(filter(None, (side(pair, code)["title"] for code in codes)), "")


def side_faults(text: dict[str, str], values: dict[str, Value] | None = None) -> list[str]:
    """What is wrong with the title and the text of a clause in one language, as sentences.

    Without `values` only what is wrong in any proposal is checked.
    """
    sentences = []
    if not text["title"].strip() or not text["text"].strip():
        sentences.append(_("the title or the text is missing in one of its languages."))
    known = variables.meanings()
    for name in _names(text):
        if name not in known:
            sentences.append(_("there is no variable {{%(name)s}}.") % {"name": name})
        elif values is not None and not values[name]:
            sentences.append(
                _("{{%(name)s}} is empty: %(meaning)s.") % {"name": name, "meaning": known[name]}
            )
    if placeholders.has_stray_braces(text["title"]) or placeholders.has_stray_braces(text["text"]):
        sentences.append(_("a pair of braces is not closed."))
    if len(text["text"]) > LONGEST_CLAUSE:
        sentences.append(_("the text is longer than 5,000 characters."))
    return [*sentences, *_unprintable(text, values or {})]


def _unprintable(text: dict[str, str], values: dict[str, Value]) -> list[str]:
    try:
        check(f"{text['title']}\n{text['text']}")
        for name in _names(text):
            value = values.get(name, "")
            check(value if isinstance(value, str) else "\n".join(value))
    except MissingGlyphs as error:
        return [str(error)]
    return []


def _unprinted_promises(
    used: list[ClausePair], language: str, values: dict[str, Value]
) -> Iterator[Fault]:
    """What the proposal promises without a clause that prints it."""
    printed = {name for pair in used for name in _names(side(pair, language))}
    known = variables.meanings()
    for name in variables.PROMISED:
        if values[name] and name not in printed:
            sentence = _("No clause of the text says {{%(name)s}}: %(meaning)s.")
            yield Fault(sentence % {"name": name, "meaning": known[name]})


def require_fitting_interval(kind: TextKind, interval: str) -> None:
    """Raise BadWording where a text for a retainer is used for one-time work, or the reverse."""
    if (kind in (TextKind.TRIAL, TextKind.ONCE)) != (interval == Interval.ONCE):
        raise BadWording(_("This text does not fit how the fee is charged."), field="wording")
