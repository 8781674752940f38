"""What a client writes on a transfer, and finding it again in what a bank makes of it. Pure.

RH-2026-0007 → RF10RH20260007 (ISO 11649). Banks strip punctuation, add spaces, write everything in capitals and
cut a field after 18 or 35 characters: "Inv. rf10 rh20 2600 07" names the same invoice.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_uppercase, digits

LONGEST = 21  # letters and digits behind RF and its check digits
SHORTEST = 4  # shorter names stand in a text by chance
SHORTEST_DIGITS = 5  # and so do years
CERTAIN = (
    8  # from here on a name with letters is not there by chance, wherever the bank put its spaces
)
SHORTEST_CUT = 6
CUTS = (18, 35)  # characters after which banks cut a field
FIELD = " | "  # between two fields of a bank line's text

_KEPT = frozenset(ascii_uppercase + digits)
_REFERENCE = re.compile(rf"RF[0-9]{{2}}[A-Z0-9]{{1,{LONGEST}}}")


@dataclass(frozen=True)
class _Name:
    """A number or reference without its signs. `breaks` are the places at which it had one."""

    key: str
    breaks: frozenset[int]
    is_certain: bool
    breaks_anywhere: bool


def ascii_digits(text: str) -> str:
    """The text with every script's decimal digits written as 0 to 9: "๒๕๖๙" is "2569"."""
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


def remainder(text: str) -> int:
    """ISO 7064 MOD 97-10 of capitals and digits, where A is 10 and Z is 35: 1 where the check digits are right."""
    return int("".join(str(int(char, 36)) for char in text)) % 97


def creditor_reference(number: str) -> str:
    """The RF reference of an invoice's number; "" where that has none or more than 21 letters and digits."""
    body = _squash(number)[0]
    if not 1 <= len(body) <= LONGEST:
        return ""
    return f"RF{98 - remainder(f'{body}RF00'):02}{body}"


def is_reference(text: str) -> bool:
    """Whether the text, without spaces, is an RF reference whose check digits are right."""
    bare = re.sub(r"\s", "", text).upper()
    return bool(_REFERENCE.fullmatch(bare)) and remainder(bare[4:] + bare[:4]) == 1


def find(text: str, names: Iterable[str]) -> set[str]:
    """Those of the invoice numbers and references that stand whole in a bank line's text.

    Where one is part of another, the longer counts. Where one ends a field that the bank may have cut, so does
    every other that begins with it: the caller sees two and cannot be sure.
    """
    names = set(names)
    chars, joined = _squash(text)
    spans = [
        (start, start + len(_name(name).key), name)
        for name in names
        for start in _places(name, chars, joined)
    ]
    found = {
        name
        for start, end, name in spans
        if not any(
            low <= start and end <= high and high - low > end - start for low, high, _other in spans
        )
    }
    return found | _longer(text, found, names)


def find_cut(text: str, names: Iterable[str]) -> set[str]:
    """Those of which a field of the text holds only the beginning, as its last word: a hint, never a proof."""
    fields = [_squash(field) for field in text.split(FIELD)]
    return {
        name
        for name in names
        if any(_is_cut(_name(name), chars, joined) for chars, joined in fields)
    }


def _squash(text: str) -> tuple[str, Sequence[bool]]:
    """The letters and digits in capitals, and for each whether it directly followed the one before."""
    folded = ascii_digits(unicodedata.normalize("NFKC", text)).upper()
    kept = [place for place, char in enumerate(folded) if char in _KEPT]
    joined = [n > 0 and kept[n - 1] == place - 1 for n, place in enumerate(kept)]
    return "".join(folded[place] for place in kept), joined


@lru_cache(maxsize=2**15)
def _name(text: str) -> _Name:
    key, joined = _squash(text)
    breaks = frozenset(n for n, is_joined in enumerate(joined) if n and not is_joined)
    is_certain = len(key) >= CERTAIN and not key.isdigit()
    return _Name(key, breaks, is_certain, is_certain or is_reference(text))


def _places(text: str, chars: str, joined: Sequence[bool]) -> Iterator[int]:
    """Where a name begins in the squashed text, standing for itself."""
    name = _name(text)
    if len(name.key) < (SHORTEST_DIGITS if name.key.isdigit() else SHORTEST):
        return
    start = chars.find(name.key)
    while start >= 0:
        end = start + len(name.key)
        inside = name.breaks_anywhere or all(
            joined[start + n] or n in name.breaks for n in range(1, len(name.key))
        )
        if inside and _begins(name, start, chars, joined) and _ends(name, end, chars, joined):
            yield start
        start = chars.find(name.key, start + 1)


def _begins(name: _Name, start: int, chars: str, joined: Sequence[bool]) -> bool:
    """Nothing is glued to its left; a word may be ("INVOICERH20260007") where it is not there by chance."""
    if not joined[start]:
        return True
    return name.is_certain and not (chars[start - 1].isdigit() and chars[start].isdigit())


def _ends(name: _Name, end: int, chars: str, joined: Sequence[bool]) -> bool:
    """Nothing is glued to its right that could belong to it."""
    if end == len(chars) or not joined[end]:
        return True
    return name.is_certain and chars[end - 1].isdigit() != chars[end].isdigit()


def _is_cut(name: _Name, chars: str, joined: Sequence[bool]) -> bool:
    if not name.is_certain:
        return False
    shortest = max(SHORTEST_CUT, len(name.key) // 2)
    sizes = (size for size in range(shortest, len(name.key)) if chars.endswith(name.key[:size]))
    return any(_begins(name, len(chars) - size, chars, joined) for size in sizes)


def _longer(text: str, found: set[str], names: set[str]) -> set[str]:
    """Names of which a found one, at the end of a field of a suspicious length, may be the beginning."""
    ends = [_squash(field)[0] for field in text.split(FIELD) if len(field) in CUTS]
    keys = {_name(name).key for name in found}
    last = tuple(key for key in keys if any(end.endswith(key) for end in ends))
    if not last:
        return set()
    return {
        name for name in names if _name(name).key not in keys and _name(name).key.startswith(last)
    }
