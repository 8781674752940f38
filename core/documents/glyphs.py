"""Knows which characters the bundled fonts can print, and what documents show instead (rule 31).

Decoration, such as an emoji, is left out. A character that stands for another one gives way to it.
Letters that no bundled font has become "[…]", so that nobody takes what is left for the whole.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path

from django.utils.translation import gettext as _
from fontTools import agl
from fontTools.ttLib import TTFont

from core.errors import RuleError

FONTS = Path(__file__).resolve().parent / "fonts"
FILES = ("Sarabun-Regular.ttf", "Sarabun-Bold.ttf")
BREAKS = frozenset("\n\r\t\u200b\u00ad")  # not drawn: they only tell where a line may break
KEPT_MARKS = BREAKS | {"\u200c", "\u200d"} | {chr(code) for code in range(0xE0020, 0xE0080)}


LOST = "[…]"  # what a document shows where it cannot print letters
#: What stands for a sign of HTML is printed as its look-alike: `printed` is given finished HTML.
LOOK_ALIKES = str.maketrans({"<": "‹", ">": "›", "&": "+", '"': "”", "'": "’"})
OVERLAY = "\u0338"  # typed first in a text, it would join the ">" of the tag before it
_LOST, _DROPPED = "\ue000", "\ue001"  # stand for them until the text is put together
ONLY_DROPPED = re.compile(rf"(^|>)\s*{_DROPPED}[{_DROPPED}\s]*(?=<|$)")
LOST_RUN = re.compile(rf"{_LOST}[{_LOST}{_DROPPED}]*")
DROPPED_BEFORE = re.compile(rf" {_DROPPED}+(?=[\s,.;:!?)<]|$)")
DROPPED_AFTER = re.compile(rf"(^|[>\s(]){_DROPPED}+ ?")


class MissingGlyphs(RuleError):
    """The text contains letters that the bundled fonts cannot print (rule 31)."""


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


def lost_letters(text: str) -> list[str]:
    """The letters, digits and signs of `text` that a document shows as "[…]", each once."""
    return list(dict.fromkeys(char for char in _composed(text) if _instead(char) == _LOST))


def check(text: str, *, field: str | None = None) -> None:
    """Raise MissingGlyphs if `text` would lose letters; the message lists them.

    For the text of contracts, of which nothing may be missing.
    """
    lost = lost_letters(text)
    if lost:
        shown = ", ".join(_described(character) for character in lost[:10])
        raise MissingGlyphs(
            _("These characters cannot be printed: %(list)s") % {"list": shown}, field=field
        )


def printed(text: str) -> str:
    """`text`, or the HTML of a document, as documents show it.

    A text that consists of decoration becomes "[…]", since a name is never empty.
    """
    marked = _replaced(_composed(text), _instead)
    if _LOST not in marked and _DROPPED not in marked:
        return _composed(marked)
    marked = LOST_RUN.sub(LOST, ONLY_DROPPED.sub(rf"\1{LOST}", marked))
    marked = DROPPED_AFTER.sub(r"\1", DROPPED_BEFORE.sub("", marked))
    return _composed(marked.replace(_DROPPED, ""))


def without_marks(text: str) -> str:
    """`text` without what nobody sees: control characters, and marks of direction.

    Line ends, tabs and the joiners that emoji and some scripts need stay.
    """
    return "".join(
        character
        for character in text
        if character in KEPT_MARKS or unicodedata.category(character) not in ("Cc", "Cf")
    )


def _composed(text: str) -> str:
    """`text` with accents on their letters, except where the fonts have them only separately."""
    return _replaced(unicodedata.normalize("NFC", text.replace(OVERLAY, "")), _apart)


def _replaced(text: str, other: Callable[[str], str]) -> str:
    """`text` with each character replaced; a document has many, but few different ones."""
    others = {ord(one): new for one in set(text) if (new := other(one)) != one}
    return text.translate(others) if others else text


def _apart(character: str) -> str:
    """A character, or its accent beside its letter where the fonts have them only so."""
    if ord(character) in _printable():
        return character
    apart = unicodedata.normalize("NFD", character)
    return character if missing_glyphs(apart) else apart


@lru_cache(maxsize=4096)
def _instead(character: str) -> str:
    """What is printed for a character: itself, what it stands for, or _LOST or _DROPPED."""
    if not missing_glyphs(character):
        return character
    plain = unicodedata.normalize("NFKC", character)
    base = "".join(c for c in unicodedata.normalize("NFKD", character) if not _is_accent(c))
    for text in (plain, base):
        if text and not missing_glyphs(text):
            return text.translate(LOOK_ALIKES)
    kind = unicodedata.category(character)
    if kind in ("Cc", "Cf") or kind[0] == "M":
        return ""
    if kind in ("Sc", "Sm") or kind[0] in "LN":
        return _LOST
    return " " if kind[0] in "PZ" else _DROPPED


def _is_accent(character: str) -> bool:
    return unicodedata.combining(character) > 0


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
