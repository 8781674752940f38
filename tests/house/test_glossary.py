"""The words of docs/glossary.md: one for one thing, and none of those to avoid."""

import re
from collections.abc import Iterator
from functools import cache

import pytest
from babel.messages.pofile import read_po

from agreements.contract.library.texts import TEXTS
from core.languages import DEFAULT, LANGUAGES
from tests.house.test_house import ROOT

PAGE = (ROOT / "docs/glossary.md").read_text()
WORDS = r"^### Words to avoid.*?(?=^##|\Z)"  # one table for each language, in their order
TABLES = dict(zip(LANGUAGES, re.findall(WORDS, PAGE, re.M | re.S), strict=True))
THAI_STOP = re.compile(r"[\u0e01-\u0e5b]\s*\.\s*$")
UNIT = re.compile(r"(?:ชม|น|พ\.ศ|ค\.ศ)\.$")  # abbreviations


def avoided(code: str) -> Iterator[tuple[str, list[str]]]:
    """Each word to avoid in this language, with the texts in which it is allowed."""
    for line in TABLES[code].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and cells[0] not in ("Avoid", "---"):
            for word in cells[0].split(", "):
                yield word.casefold(), [one for one in cells[2].casefold().split("; ") if one]


@cache
def texts(code: str) -> tuple[str, ...]:
    """Every text in this language that a person may read: of the pages, and the clauses."""
    file = ROOT / "locale" / "th" / "LC_MESSAGES" / "django.po"
    found = [part for clause in TEXTS[code].values() for part in clause]
    with file.open("rb") as po:
        for message in read_po(po):
            side = message.id if code == DEFAULT else message.string
            found += [side] if isinstance(side, str) else list(side)
    return tuple(re.sub(r"%\(\w+\)s|\{\{\w+\}\}", "…", text) for text in found if text)


def wrong(code: str) -> list[str]:
    """Each text that has a word to avoid, after that word."""
    found = []
    for word, allowed in avoided(code):
        pattern = re.compile(rf"\b{re.escape(word)}\b" if word.isascii() else re.escape(word))
        for text in texts(code):
            rest = text.casefold()
            for one in allowed:
                rest = rest.replace(one, "…")
            if pattern.search(rest):
                found.append(f"{word}: {text}")
    return found


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_text_has_a_word_to_avoid(code: str) -> None:
    assert len(list(avoided(code))) > 8 and len(texts(code)) > 3000
    assert not wrong(code)


def test_no_thai_sentence_ends_with_a_full_stop() -> None:
    assert not [text for text in texts("th") if THAI_STOP.search(text) and not UNIT.search(text)]
