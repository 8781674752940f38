"""Finds the words of pages, emails and documents outside the marks of the pseudo-language."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from zoneinfo import available_timezones

import pytest
from babel import Locale

from billing.gateways import registry
from billing.rules.method_kinds import SCHEMES
from core.money import CURRENCIES
from tests.pseudo.language import CLOSE, CODE, OPEN

#: Attributes that a person reads or hears. data-bs-* and these others hold names, not texts.
NO_TEXTS = r"bs-|phone(?:-\w+)?$|(?:begins|drop|seen|read|figure|show|fold|rows?|more|at)$"
READ = re.compile(
    r"title|alt|placeholder|label|aria-(label|description|roledescription|valuetext)"
    rf"|data-(?!{NO_TEXTS}).*"
)
#: What is in these elements is not prose: scripts, styles, code to copy, and names of keys.
SILENT = frozenset(("script", "style", "code", "pre", "kbd"))
VOID = frozenset(
    (
        "br",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "use",
        "path",
        "rect",
        "circle",
        "line",
        "col",
        "wbr",
    )
)
#: Inside a sentence; where any other element begins or ends, a sentence is over.
INLINE = frozenset(
    ("a", "abbr", "b", "br", "em", "i", "small", "span", "strong", "sub", "sup", "time")
)
WORD = re.compile(r"[^\W\d_]{2,}")
#: Names that are the same in every language, wherever they stand.
NAMES = re.compile(
    "|".join(
        (
            r"Retainer Hub|\bNan\b",  # the owner, where a test acts in her name
            "SHA-256|PDF|CSV|UTC|WhatsApp|LINE",
            "PromptPay|Visa|Mastercard|Toggl Track|Harvest|Clockify",
            *(kind.label for kind in registry.kinds().values() if not kind.is_pretended),
            *(scheme.label for scheme in SCHEMES.values()),
            rf"\b({'|'.join(CURRENCIES)})\b",
            r"\b[A-Z]{2,3}-\d{4}-\d{4}\b|[A-Z]{2,3}-\{year\}-\{seq:04\}",  # SM-2026-0001
            r"\b(RF|DE)\d{2}\w+, Bank & Co, COBADEFFXXX|\bRF\d{2}\w+",  # bank references
            r"\bDE\d{2}( \d{4}){4} \d{2}\b",  # an IBAN in groups
            r"\b[0-9a-f]{64}\b|\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b",  # hashes and ids
            r"\b[A-Z2-7]{32}\b",  # the secret of an authenticator app
            r"\b[A-Z]{4}-[A-Z]{4}\b|…[\w-]{4}\b",  # a code to type, and the end of a key
            r"[\w.]+@[\w.]+\.(example|invalid)|https?://\S*",
        )
    )
)
#: Texts that are a name as a whole: time zones; countries, currencies in the locale's language.
LISTED = (
    {zone.replace("_", " ") for zone in available_timezones()}
    | set(Locale("en").territories.values())
    | set(Locale("en").currencies.values())
)


def outside(text: str, depth: int = 0) -> tuple[str, int]:
    """The part of a text outside the marks that is no name, and the number of marks left open."""
    found = []
    for part in re.split(f"([{OPEN}{CLOSE}])", text):
        if part == OPEN:
            depth += 1
        elif part == CLOSE:
            depth = max(0, depth - 1)
        elif not depth:
            found.append(part)
    said = " ".join(" ".join(found).split())
    return "" if said in LISTED else said, depth


def has_words(text: str) -> bool:
    return bool(WORD.search(NAMES.sub("", text)))


class _Reader(HTMLParser):
    """Collects what stands outside, in texts and in attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._depth = 0
        self._open: list[tuple[str, bool]] = []  # the elements around, and whether each is read

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if tag == "html" and names.get("lang") != CODE:
            self.found.append(f"html lang: {names.get('lang')}")
        if tag not in INLINE:
            self._depth = 0
        is_read = self._is_read and tag not in SILENT and names.get("lang", CODE) == CODE
        if tag == "html":
            is_read = True
        if is_read:
            self._read_attributes(tag, names)
        if tag not in VOID:
            self._open.append((tag, is_read))

    def handle_endtag(self, tag: str) -> None:
        if tag not in INLINE:
            self._depth = 0
        if tag in [open_tag for open_tag, _read in self._open]:
            while self._open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self._is_read:
            said, self._depth = outside(data, self._depth)
            self._note(said, self._open[-1][0] if self._open else "")

    @property
    def _is_read(self) -> bool:
        return not self._open or self._open[-1][1]

    def _read_attributes(self, tag: str, names: dict[str, str | None]) -> None:
        is_typed = tag == "input" and names.get("type") not in ("hidden", "checkbox", "radio")
        for name, value in names.items():
            if value and (READ.fullmatch(name) or (name == "value" and is_typed)):
                self._note(outside(value)[0], f"{tag} {name}")

    def _note(self, said: str, where: str) -> None:
        if has_words(said):
            self.found.append(f"{where}: {said}")


def of_html(html: str) -> Iterator[str]:
    """The words of an HTML page outside the marks, each with the element that they stand in."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    yield from reader.found


def of_text(text: str) -> Iterator[str]:
    """The lines of a plain text outside the marks."""
    depth = 0
    for line in text.splitlines():
        said, depth = outside(line, depth)
        if has_words(said):
            yield said


def require_none(found: list[str]) -> None:
    """Fail with all of the words where there are any."""
    if found:
        pytest.fail("No translator can reach:\n" + "\n".join(found), pytrace=False)
