"""Payment references: made from an invoice number, and found again in the text of a transfer. Pure.

RH-2026-0007 becomes RF10RH20260007 (ISO 11649). Banks remove punctuation, add spaces, write all
letters as capitals and cut a field after 18 or 35 characters, so "Inv. rf10 rh20 2600 07" names the
same invoice.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_uppercase, digits

# In this module a name is the number or the reference of an invoice.
LONGEST = 21  # letters and digits after RF and the check digits
SHORTEST = 4  # a shorter name may be in a text by chance
SHORTEST_DIGITS = 5  # the same for a name of digits only: four digits may be a year
CERTAIN = 8  # a name of this length with letters is never in a text by chance, spaces or not
SHORTEST_CUT = 6  # shortest beginning of a name that counts as one that the bank cut
CUTS = (18, 35)  # characters after which banks cut a field
FIELD_SEPARATOR = " | "  # separates the fields in the text of a statement line

_KEPT = frozenset(ascii_uppercase + digits)
_REFERENCE = re.compile(rf"RF[0-9]{{2}}[A-Z0-9]{{1,{LONGEST}}}")


@dataclass(frozen=True)
class _Name:
    """A name as it is searched for.

    `key` has its letters and digits only; `breaks` are the positions in `key` before which the name
    had another character. `is_certain`: the name cannot be in a text by chance. `breaks_anywhere`:
    the bank may have put spaces at any position.
    """

    key: str
    breaks: frozenset[int]
    is_certain: bool
    breaks_anywhere: bool


def ascii_digits(text: str) -> str:
    """Replace the decimal digits of every script by 0 to 9: "๒๕๖๙" becomes "2569"."""
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


def remainder_of_97(text: str) -> int:
    """Compute ISO 7064 MOD 97-10 of a text of capitals and digits, where A is 10 and Z is 35.

    It is 1 if the check digits are correct.
    """
    return int("".join(str(int(char, 36)) for char in text)) % 97


def creditor_reference(number: str) -> str:
    """Return the RF reference of an invoice number.

    It is "" if the number has no letters and digits, or more than 21 of them.
    """
    body = _squash(number)[0]
    if not 1 <= len(body) <= LONGEST:
        return ""
    return f"RF{98 - remainder_of_97(f'{body}RF00'):02}{body}"


def is_reference(text: str) -> bool:
    """Whether the text, spaces apart, is an RF reference with correct check digits."""
    bare = re.sub(r"\s", "", text).upper()
    return bool(_REFERENCE.fullmatch(bare)) and remainder_of_97(bare[4:] + bare[:4]) == 1


def find_references(text: str, names: Iterable[str]) -> set[str]:
    """Return those of the invoice numbers and references that a statement line's text contains.

    If one is a part of another, only the longer is returned. If one ends a field that the bank may
    have cut, every name that begins with it is returned as well: the caller then cannot be sure.
    """
    names = set(names)
    chars, joined = _squash(text)
    spans = [
        (start, start + len(_name(name).key), name)
        for name in names
        for start in _places(name, chars, joined)
    ]
    names_in_text = {
        name
        for start, end, name in spans
        if not any(
            low <= start and end <= high and high - low > end - start for low, high, _other in spans
        )
    }
    return names_in_text | _longer(text, names_in_text, names)


def find_cut_references(text: str, names: Iterable[str]) -> set[str]:
    """Return the names of which only the beginning ends a field of the text.

    The bank may have cut them there. This is a hint, not a proof.
    """
    fields = [_squash(field) for field in text.split(FIELD_SEPARATOR)]
    return {
        name
        for name in names
        if any(_is_cut(_name(name), chars, joined) for chars, joined in fields)
    }


def _squash(text: str) -> tuple[str, Sequence[bool]]:
    """Return the letters and digits of a text in capitals, without anything between them.

    The list says of each whether it directly followed the previous one in the text.
    """
    folded = ascii_digits(unicodedata.normalize("NFKC", text)).upper()
    kept = [index for index, char in enumerate(folded) if char in _KEPT]
    joined = [n > 0 and kept[n - 1] == index - 1 for n, index in enumerate(kept)]
    return "".join(folded[index] for index in kept), joined


@lru_cache(maxsize=2**15)
def _name(text: str) -> _Name:
    key, joined = _squash(text)
    breaks = frozenset(n for n, is_joined in enumerate(joined) if n and not is_joined)
    is_certain = len(key) >= CERTAIN and not key.isdigit()
    return _Name(key, breaks, is_certain, is_certain or is_reference(text))


def _places(text: str, chars: str, joined: Sequence[bool]) -> Iterator[int]:
    """Yield the positions in the squashed text at which the name occurs as a word of its own."""
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
    """Whether the name may begin here: nothing is directly before it.

    Before a certain name there may be a word, as in "INVOICERH20260007".
    """
    if not joined[start]:
        return True
    return name.is_certain and not (chars[start - 1].isdigit() and chars[start].isdigit())


def _ends(name: _Name, end: int, chars: str, joined: Sequence[bool]) -> bool:
    """Whether the name may end here: nothing that could belong to it follows directly."""
    if end == len(chars) or not joined[end]:
        return True
    return name.is_certain and chars[end - 1].isdigit() != chars[end].isdigit()


def _is_cut(name: _Name, chars: str, joined: Sequence[bool]) -> bool:
    """Whether the squashed field ends with the beginning of the name."""
    if not name.is_certain:
        return False
    shortest = max(SHORTEST_CUT, len(name.key) // 2)
    sizes = (size for size in range(shortest, len(name.key)) if chars.endswith(name.key[:size]))
    return any(_begins(name, len(chars) - size, chars, joined) for size in sizes)


def _longer(text: str, names_in_text: set[str], names: set[str]) -> set[str]:
    """Return the names that may have been cut: a shorter one ends a field of a length in CUTS."""
    ends = [_squash(field)[0] for field in text.split(FIELD_SEPARATOR) if len(field) in CUTS]
    keys = {_name(name).key for name in names_in_text}
    last = tuple(key for key in keys if any(end.endswith(key) for end in ends))
    if not last:
        return set()
    return {
        name for name in names if _name(name).key not in keys and _name(name).key.startswith(last)
    }
