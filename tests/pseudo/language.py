"""A language of the tests alone: every translation is its original between « and ».

What stands outside the marks is what a person reads and no translator can reach. The language has
only what docs/languages.md asks for, which proves that a further language needs no more.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings
from django.utils.translation import trans_real

from agreements.contract.library.texts import TEXTS
from agreements.rules import in_words
from core import formats
from core.languages import DEFAULT, LANGUAGES, Language
from tests.golden.words import WORDS, Words

CODE = "eo"  # Django and CLDR know Esperanto, the product does not
OPEN, CLOSE = "«", "»"  # the font of documents has both


def marked(text: str) -> str:
    """A text between the marks, line by line: a page shows each paragraph for itself."""
    return "\n".join(f"{OPEN}{line}{CLOSE}" if line.strip() else line for line in text.split("\n"))


class Catalogue:
    """Translates every text into itself between the marks, in place of a language's files."""

    def gettext(self, message: str) -> str:
        return marked(message.rpartition(trans_real.CONTEXT_SEPARATOR)[2])

    def ngettext(self, one: str, several: str, number: int) -> str:
        return self.gettext(one if number == 1 else several)

    def to_language(self) -> str:
        return CODE

    language = to_language


def _marking(function: Callable[..., str]) -> Callable[..., str]:
    return lambda *args, **options: marked(str(function(*args, **options)))


def _marked_within(value: Any) -> Any:
    """A text, or the texts of a tuple, between the marks."""
    if isinstance(value, str):
        return marked(value)
    return tuple(map(_marked_within, value)) if isinstance(value, tuple) else value


def _words() -> Words:
    """What people type in this language: marked, because the words are not ours."""
    english = WORDS[DEFAULT]
    typed = {one.name: getattr(english, one.name) for one in fields(english)}
    return replace(
        english,
        **{name: _marked_within(value) for name, value in typed.items() if name != "currency"},
    )


@contextmanager
def spoken() -> Iterator[None]:
    """The product has this language as long as the block lasts."""
    languages = [*settings.LANGUAGES, (CODE, marked("Esperanto"))]
    with override_settings(LANGUAGES=languages), pytest.MonkeyPatch.context() as patch:
        patch.setitem(trans_real._translations, CODE, Catalogue())
        patch.setitem(
            LANGUAGES,
            CODE,
            Language(
                CODE,
                name="Esperanto",
                own_name=marked("Esperanto"),
                locale="en",
                date_locale="en_GB",
                beside=CODE,
            ),
        )
        clauses = {
            key: (marked(title), marked(text)) for key, (title, text) in TEXTS[DEFAULT].items()
        }
        patch.setitem(TEXTS, CODE, clauses)
        patch.setitem(in_words.WRITERS, CODE, _marking(in_words.WRITERS[DEFAULT]))
        patch.setitem(WORDS, CODE, _words())
        for name in ("_written", "format_datetime", "format_compact_decimal"):
            patch.setattr(formats, name, _marking(getattr(formats, name)))
        yield
