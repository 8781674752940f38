"""Which grammar writes the sentences of a report in which language."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Protocol

from django.utils import translation

from core import formats
from delivery.reports.sentences import english, thai, translated
from delivery.reports.sentences.changes import Change, changes
from delivery.reports.sentences.subjects import Subjects, is_month, subjects_of


class Grammar(Protocol):
    """What a language's module has to write."""

    def opening(self, about: Subjects, turn: int) -> str:
        """Return how the period went, in a sentence or two."""

    def first_words(self, about: Subjects, turn: int) -> str:
        """Return what was delivered and how the KPIs moved; empty when nothing can be said."""

    def next_steps(self, about: Subjects, turn: int) -> str:
        """Return what the next period brings, and which requests are open."""

    def hours(self, about: Subjects) -> str:
        """Return how many hours were used, of how many, and what becomes of the rest."""

    def changed(self, since: str, changes: Sequence[Change]) -> str:
        """Return in one line what changed since the report before."""


#: Languages with a grammar of their own; the others are translated.
WRITERS: dict[str, Grammar] = {"en": english, "th": thai}


def first_words(shot: dict[str, Any], language: str, turn: int) -> str:
    """Return the first draft of the freelancer's words, from the numbers of a snapshot."""
    with translation.override(language):
        return _writer(language).first_words(subjects_of(shot), turn)


def next_steps(shot: dict[str, Any], language: str, turn: int, *, is_guess: bool = False) -> str:
    """Return the first draft of what is next; with `is_guess` also where it is not agreed yet."""
    with translation.override(language):
        return _writer(language).next_steps(subjects_of(shot, is_guess=is_guess), turn)


def sentences(
    shot: dict[str, Any], language: str, turn: int, before: dict[str, Any] | None = None
) -> dict[str, str]:
    """Return the sentences that are frozen with a report: its opening and hours, and what is next
    and changed.

    `before` is the snapshot of the report before, None for the first one.
    """
    with translation.override(language):
        writer, about = _writer(language), subjects_of(shot)
        return {
            "opening": writer.opening(about, turn),
            "hours": writer.hours(about),
            "next": writer.next_steps(replace(about, open_requests=()), turn),
            "changed": writer.changed(_name(before), changes(shot, before)) if before else "",
        }


def _writer(language: str) -> Grammar:
    return WRITERS.get(language, translated)


def _name(before: dict[str, Any]) -> str:
    """Return the name of the period before: October, or the days or months of another span."""
    first = date.fromisoformat(before["period"]["starts_on"])
    end = date.fromisoformat(before["period"]["ends_on"])
    return formats.month_name(first) if is_month(first, end) else formats.months(first, end)
