"""The order of names: as a reader looks them up, in any script and on any database.

    sorted(names, key=name_key)    "Anna", "Ärzte", "Zebra", "กมล", "เกษม", "ขวัญ"

It follows the root order of Unicode where names need it, and no language has an order of its own
(docs/decisions/0022).
"""

import re
from collections.abc import Iterable
from typing import Any
from unicodedata import category, combining, decimal, normalize

#: Letters that are another letter with a stroke, or two in one, and have no decomposition.
_LETTERS = str.maketrans(
    {"æ": "ae", "œ": "oe"} | dict(zip("øłđðþħıŧŋĸ", "olddthitnk", strict=True))
)
#: Letters of their own though they have a decomposition: й, and the Thai and Lao vowel am.
_WHOLE = re.compile("([йำຳ])")
#: Thai and Lao vowels that are written before the consonant after which they are spoken.
_BEFORE = re.compile("([เ-ไເ-ໄ])([ก-ฮກ-ຮໜ-ໟ])")
#: Thai and Lao signs above a letter that count only between words that are otherwise the same.
_SIGNS = frozenset("็่้๊๋์ํ๎່້໊໋໌ໍ")
#: Combining classes of vowels and of what joins letters; all others are accents.
_NO_ACCENT = frozenset((0, 9, 103, 118, 129, 130, 132))
_KATAKANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_NUMBER = re.compile(r"\d+")


def name_key(name: str) -> bytes:
    """The key of a name: the smaller it is byte by byte, the earlier comes the name.

    Letters come first: without accents, case and punctuation, numbers by their value. Names that
    have the same letters are told apart by their accents and tone marks, then by case.
    """
    text = normalize("NFC", name).replace("ํา", "ำ")
    small = text.casefold()
    parts = (_letters(small), normalize("NFD", small), text.swapcase())
    return "\0".join(part.replace("\0", "") for part in parts).encode("utf-8", "replace")


def by_name(rows: Iterable[Any]) -> list[Any]:
    """A few rows in the order of their names; rows of the same name stay as they were."""
    return sorted(rows, key=lambda row: name_key(row.name))


def choices_by_name(choices: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The choices (value, label) of a select field in the order of their labels."""
    return sorted(choices, key=lambda choice: name_key(str(choice[1])))


def _letters(text: str) -> str:
    """The letters and numbers of a text in lower case, its words separated by one space."""
    pieces = _WHOLE.split(text.translate(_LETTERS))
    whole = "".join(one if _WHOLE.match(one) else normalize("NFKD", one) for one in pieces)
    kept = "".join(map(_bare, whole.casefold().translate(_KATAKANA)))
    spoken = _BEFORE.sub(r"\2\1", kept)
    return " ".join(_NUMBER.sub(_by_value, spoken).split())


def _bare(sign: str) -> str:
    """A letter or digit as it is, "" for an accent or an apostrophe, " " for other punctuation."""
    if sign in _SIGNS or combining(sign) not in _NO_ACCENT or sign in "'’ʼ":
        return ""
    kind = category(sign)
    return sign if kind[0] in "LNM" else "" if kind == "Cf" else " "


def _by_value(number: "re.Match[str]") -> str:
    """A number with its length in front, so that 9 comes before 10; it stays before all letters."""
    digits = "".join(str(decimal(digit)) for digit in number[0]).lstrip("0")
    return f"0{chr(0x30 + len(digits))}{digits}"
