"""Which characters the bundled fonts can print: a paper with an empty box in it is refused (rule 31)."""

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
BREAKS = frozenset("\n\r\t\u200b\u00ad")  # never drawn: they only say where a line may break


class MissingGlyphs(RuleError):
    """The text holds characters that none of the bundled fonts can print (rule 31)."""


def missing_glyphs(text: str) -> list[str]:
    """Characters of `text` that would print as an empty box or turn its order around, each once, in order."""
    known = _printable()
    return list(
        dict.fromkeys(sign for sign in text if ord(sign) not in known and sign not in BREAKS)
    )


def check(text: str, *, field: str | None = None) -> None:
    """Raise MissingGlyphs, with the characters by name, where `text` cannot be printed."""
    missing = missing_glyphs(text)
    if missing:
        named = ", ".join(_shown(sign) for sign in missing[:10])
        raise MissingGlyphs(
            _("These characters cannot be printed: %(list)s") % {"list": named}, field=field
        )


def escaped(text: str) -> str:
    """`text` with what cannot be printed written as its code: for evidence, which is shown as it came."""
    known = _printable()
    return "".join(sign if ord(sign) in known else f"\\u{{{ord(sign):X}}}" for sign in text)


def printable(text: str) -> str:
    """`text` without what cannot be printed: for a first draft that a person reads before it is used."""
    known = _printable()
    return "".join(sign for sign in text if ord(sign) in known or sign in BREAKS)


def printable_within(value: Any) -> Any:
    """The same JSON with every text `printable`: what somebody else has typed is no reason to print nothing."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, list):
        return [printable_within(one) for one in value]
    return (
        {name: printable_within(one) for name, one in value.items()}
        if isinstance(value, dict)
        else value
    )


def _shown(sign: str) -> str:
    code = f"U+{ord(sign):04X}"
    return f"{sign} ({code})" if sign.isprintable() else code


@cache
def _printable() -> frozenset[int]:
    """What both weights have, without control and direction marks, whatever the font says it draws for them."""
    both = _face(FILES[0]) & _face(FILES[1])
    return frozenset(code for code in both if unicodedata.category(chr(code)) not in ("Cc", "Cf"))


def _face(name: str) -> frozenset[int]:
    with TTFont(FONTS / name, lazy=True) as font:
        return frozenset(font.getBestCmap())


@cache
def thai_by_number() -> dict[int, str]:
    """What each Thai glyph of the bundled fonts means, by its number: the same in both weights.

    Shaping splits "ำ" into two glyphs; a PDF whose text is guessed from those copies "กาแฟ" as "กำแฟ".
    """
    with TTFont(FONTS / FILES[0], lazy=True) as font:
        meant = {number: agl.toUnicode(name) for number, name in enumerate(font.getGlyphOrder())}
    return {number: text for number, text in meant.items() if "\u0e01" <= text[:1] <= "\u0e5b"}
