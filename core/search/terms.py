"""What somebody typed into the search: its words, its sum, and how well a row fits it. Pure.

words("Müller  AUS")        ["müller", "aus"]
spellings("müller")         ["müller", "mÜller"]
sums("$1,070.00")           {"USD": {107000}, "JPY": {1070}}   (for these currencies)
fit(["ann"], "anna weber")  3: at the beginning of a word, and of the row
"""

import re
import unicodedata
from collections.abc import Sequence

LONGEST = 100  # characters that are read
MOST_WORDS = 6
PLACES = (0, 2, 3)  # the decimals that currencies have
SHORTEST = 3  # letters from which a word may be any part of another
#: How many of a word's trigrams must occur in what is found, if it was typed with a slip.
ALIKE = 0.5
SWAPPED = 0.9  # how much alike two words are that differ by two swapped letters

#: The best that words can fit: the row begins with them.
BEGINS = 3

_SARA_AM = ("\u0e4d\u0e32", "\u0e33")  # two characters that look like one
_NUMBER = re.compile(r"\d[\d.,'’ \u00a0\u202f]*")


def words(text: str) -> list[str]:
    """Return the words to look for, in lower case; all of them must be found.

    Thai is written without spaces, so that a word may be any part of what is found.
    """
    text = unicodedata.normalize("NFC", text[:LONGEST]).replace(*_SARA_AM)
    return [word.lower() for word in text.split()][:MOST_WORDS]


def spellings(word: str) -> list[str]:
    """Return the spellings of a word that an entry may hold.

    SQLite, and PostgreSQL in the locale C, know small letters of ASCII only, and keep an Ü.
    """
    kept = "".join(each if each.isascii() else each.upper() for each in word)
    return [word] if kept == word or len(kept) != len(word) else [word, kept]


def sums(text: str) -> dict[int, set[int]]:
    """Return what the text may mean as a sum, in minor units; {} if it is none.

    The keys are how many decimals a currency has. 1.070,00 and 1,070.00 are both read. Where 1.070
    may be a thousand or one, it is both.
    """
    number = _NUMBER.search(text[:LONGEST])
    if not number or sum(map(str.isdigit, text)) != sum(map(str.isdigit, number[0])):
        return {}
    return {places: found for places in PLACES if (found := _amounts(number[0], places))}


def _amounts(number: str, places: int) -> set[int]:
    digits = re.sub(r"\D", "", number)
    last = re.search(r"[.,](\d+)\D*$", number)
    decimals = last[1] if last else ""
    found = set()
    if not decimals or len(decimals) == 3:  # no decimals, or a group of thousands
        found.add(int(digits) * 10**places)
    if decimals and len(decimals) <= places:
        found.add(int(digits.removesuffix(decimals) + decimals.ljust(places, "0")))
    return {amount for amount in found if 0 < amount < 2**63}


def grams(word: str) -> set[str]:
    """Return the three characters in a row by which a part of a word is looked up.

    One or two letters are those with which a word begins, after two spaces.
    """
    if len(word) < SHORTEST:
        return {f"  {word}"[-3:]}
    return {word[at : at + 3] for at in range(len(word) - 2)}


def halves(word: str) -> list[str]:
    """Return the halves of a word that was typed with a slip; of a short one its first letters."""
    middle = len(word) // 2
    if len(word) < SHORTEST + 1:
        return []
    return [half for half in (word[:middle], word[middle:]) if len(half) >= SHORTEST] or [word[:2]]


def _padded(word: str) -> set[str]:
    """The grams of a whole word, with its beginning and its end."""
    padded = f"  {word} "
    return {padded[at : at + 3] for at in range(len(padded) - 2)}


def likeness(word: str, text: str) -> float:
    """Return how many of a word's trigrams occur in a text, from 0 to 1.

    A word of the text of which two letters were swapped counts as almost the same.
    """
    wanted = _padded(word)
    there = set().union(*map(_padded, text.split())) if text else set()
    alike = len(wanted & there) / len(wanted)
    return max(alike, SWAPPED) if _swapped(word) & set(text.split()) else alike


def _swapped(word: str) -> set[str]:
    """The words that become this one when two neighbouring letters are swapped."""
    return {
        word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        for at in range(len(word) - 1)
        if word[at] != word[at + 1]
    }


def fit(wanted: Sequence[str], text: str) -> int:
    """Return how well words fit a row: 3 it begins with them, 2 a word does, 1 inside, 0 not."""
    text = text.lower()
    parts = re.split(r"[\s\-/.@,()]+", text)
    fits = [_fit(word, text, parts) for word in wanted]
    return min(fits) if fits else 0


def _fit(word: str, text: str, parts: Sequence[str]) -> int:
    if text.startswith(word):
        return BEGINS
    if any(part.startswith(word) for part in parts):
        return 2
    return 1 if word in text else 0
