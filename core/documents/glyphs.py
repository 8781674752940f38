"""Finds characters that the bundled fonts cannot print (rule 31).

A document that contains one is refused, instead of being printed with an empty box in its place.
"""

import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from fontTools import agl
from fontTools.ttLib import TTFont

from core.errors import RuleError

FONTS = Path(__file__).resolve().parent / "fonts"
FILES = ("Sarabun-Regular.ttf", "Sarabun-Bold.ttf")
BREAKS = frozenset("\n\r\t\u200b\u00ad")  # not drawn: they only tell where a line may break


class MissingGlyphs(RuleError):
    """The text contains characters that the bundled fonts cannot print (rule 31)."""


def missing_glyphs(text: str) -> list[str]:
    """The characters of `text` that cannot be printed, each once, in the order of the text.

    They would print as an empty box, or change the direction of the text around them.
    """
    known = _printable()
    return list(
        dict.fromkeys(
            character
            for character in text
            if ord(character) not in known and character not in BREAKS
        )
    )


def check(text: str, *, field: str | None = None) -> None:
    """Raise MissingGlyphs if `text` cannot be printed; the message lists the characters."""
    missing = missing_glyphs(text)
    if missing:
        shown = ", ".join(_described(character) for character in missing[:10])
        raise MissingGlyphs(
            _("These characters cannot be printed: %(list)s") % {"list": shown}, field=field
        )


def escaped(text: str) -> str:
    """`text` with its unprintable characters written as codes, such as \\u{1F916}.

    For evidence, which must be shown in full.
    """
    known = _printable()
    return "".join(
        character if ord(character) in known else f"\\u{{{ord(character):X}}}" for character in text
    )


def printable(text: str) -> str:
    """`text` without its unprintable characters, for drafts that a person reads before use."""
    known = _printable()
    return "".join(
        character for character in text if ord(character) in known or character in BREAKS
    )


def printable_within(value: Any) -> Any:
    """A JSON value in which every text is `printable`.

    For text typed by somebody else, which must not stop a whole document from being printed.
    """
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, list):
        return [printable_within(item) for item in value]
    if isinstance(value, dict):
        return {name: printable_within(item) for name, item in value.items()}
    return value


def _described(character: str) -> str:
    """A character with its code point; the code point alone if it cannot be shown."""
    code = f"U+{ord(character):04X}"
    return f"{character} ({code})" if character.isprintable() else code


@cache
def _printable() -> frozenset[int]:
    """The code points that both weights of the font have.

    Control and format characters are excluded, even if the font claims to have glyphs for them.
    """
    both = _code_points(FILES[0]) & _code_points(FILES[1])
    return frozenset(code for code in both if unicodedata.category(chr(code)) not in ("Cc", "Cf"))


def _code_points(name: str) -> frozenset[int]:
    with TTFont(FONTS / name, lazy=True) as font:
        return frozenset(font.getBestCmap())


@cache
def thai_text_by_glyph() -> dict[int, str]:
    """The text of each Thai glyph of the bundled fonts by glyph number, the same in both weights.

    Shaping splits "ำ" into two glyphs, one of which is also the glyph of "า". WeasyPrint assigns
    one text to each glyph that it used, so that without this table "กาแฟ" is copied as "กำแฟ".
    """
    with TTFont(FONTS / FILES[0], lazy=True) as font:
        texts = {number: agl.toUnicode(name) for number, name in enumerate(font.getGlyphOrder())}
    return {number: text for number, text in texts.items() if "\u0e01" <= text[:1] <= "\u0e5b"}
