"""Whatever is put into an address or a form, the answer is never an error of ours (500)."""

import json
import random
import re
import sys
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from functools import cache
from html.parser import HTMLParser
from itertools import cycle
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client as Browser
from django.urls import resolve
from django.utils import timezone

from core.database.ids import new_id
from dashboard.lists.list_page import ListPage
from tests.pseudo.visits import taken_back
from tests.test_tenancy import (  # noqa: F401 - the fixtures
    CLASSES,
    Two,
    address,
    folder,
    inside,
    logged_in,
    standing,
    two,
)

#: Values that have broken a parser, a converter or a database somewhere.
NASTY = [
    "\0",
    "x",
    "²²²²²²",  # digits to Python, which int() does not read
    "9" * 5_000,
    "-1",
    "NaN",
    "1e999999",
    "0001-01-01T00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "[" * 20_000,
    json.dumps("\ud800"),
    "\u202e{{ x }}%s%(x)s",
]
#: What the position in a list may be, after the id of a row.
MARKS = ["", "x", "\0", "2026-02-30", "0001-01-01T00:00:00+14:00", "2026-01-01T00:00:00", "9" * 400]

FIELDS = ("input", "textarea", "select", "button")


class Forms(HTMLParser):
    """Reads the forms of a page that are posted: where to, and what is in their fields."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str], set[str]]] = []
        self._is_open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        asked = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._is_open = asked.get("method", "").lower() == "post"
            if self._is_open:
                self.found.append((asked.get("action", ""), {}, set()))
        elif self._is_open and asked.get("name") and tag in FIELDS:
            _action, fields, typed = self.found[-1]
            kind = asked.get("type", "text")
            if kind == "file":
                return
            fields.setdefault(asked["name"], asked.get("value", "on"))
            is_free = tag == "textarea" or (tag == "input" and kind not in ("checkbox", "radio"))
            if is_free and asked["name"] not in ("csrfmiddlewaretoken", "once"):
                typed.add(asked["name"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_open = False


@cache
def parameters(of: str) -> list[str]:
    """The names that some view reads from the address ("GET") or the form ("POST") itself."""
    pattern = re.compile(rf'request\.{of}(?:\.get\(|\[|, )"([a-z_]+)"')
    views = [path for room in ("dashboard", "portal") for path in Path(room).rglob("*.py")]
    read = {name for path in views for name in pattern.findall(path.read_text())}
    return sorted(read - {"once"})


def marks() -> Iterator[str]:
    """Positions in a list that no page gave out."""
    for text in MARKS:
        yield urlsafe_b64encode(f"{new_id()}|{text}".encode()).decode()


def doors(pair: Two) -> Iterator[tuple[str, str, Browser]]:
    """Every page with its address, and the person who may open it."""
    mine, _theirs, world, _other = pair
    later = timezone.now().date()
    opened = world.proposal(mine["client"], now=timezone.now(), starts_on=later)
    people = {
        "dashboard": logged_in(world.business.owner),
        "portal": inside(mine["contact"]),
        "": Browser(),
    }
    for browser in people.values():
        browser.raise_request_exception = False
    for name, kind in CLASSES.items():
        room = name.partition(":")[0] if ":" in name else ""
        if room in people and kind != "public":
            yield name, address(name, kind, mine), people[room]
            if kind == "proposal":
                yield name, address(name, "open", {"open": opened}), people[room]
    for path in ("/verify/", "/accounts/login/", "/accounts/signup/", "/p/ask/"):
        yield path, path, people[""]


@pytest.fixture
def opened(request: pytest.FixtureRequest, two: Two) -> list[tuple[str, str, Browser]]:  # noqa: F811
    """A third of the pages, others in each run; with --every-value all of them."""
    every = list(doors(two))
    if request.config.getoption("--every-value"):
        return every
    return random.sample(every, len(every) // 3)


@pytest.fixture
def nasty(request: pytest.FixtureRequest) -> Callable[[], list[str]]:
    """What to try next: one value after the other, or with --every-value each of them each time."""
    if request.config.getoption("--every-value"):
        return lambda: NASTY
    turns = cycle(random.sample(NASTY, len(NASTY)))
    return lambda: [next(turns)]


@pytest.mark.proof
def test_nothing_in_an_address_breaks_a_page(
    opened: list[tuple[str, str, Browser]],
    nasty: Callable[[], list[str]],
) -> None:
    broken = []
    for name, path, browser in opened:
        asked = [dict.fromkeys(parameters("GET"), value) for value in nasty()]
        if is_list(path):
            asked += [{side: mark} for mark in marks() for side in ("after", "before")]
        for query in asked:
            with taken_back():
                if browser.get(path, query).status_code >= 500:
                    broken.append((name, str(query)[:80]))
    assert broken == []


@pytest.mark.proof
def test_nothing_in_a_form_breaks_a_page(
    opened: list[tuple[str, str, Browser]],
    nasty: Callable[[], list[str]],
) -> None:
    broken = []
    for name, path, browser in opened:
        for action, fields, typed in forms(browser, path):
            for value in nasty():
                with taken_back():
                    sent = browser.post(action, fields | dict.fromkeys(typed, value))
                    if sent.status_code >= 500:
                        broken.append((name, action, value[:20]))
    assert broken == []


@pytest.mark.parametrize("value", NASTY)
def test_no_drawing_and_no_passkey_breaks_its_form(two: Two, value: str) -> None:  # noqa: F811
    mine = two[0]
    signing = address("portal:amendment", "amendment", mine)
    drawn = {"name": "Ploy", "consent": "on", "strokes": value}
    assert inside(mine["contact"]).post(signing, drawn).status_code in (302, 422)
    passkey = Browser().post("/accounts/2fa/webauthn/login/", {"credential": value})
    assert passkey.status_code in (302, 200)


def is_list(path: str) -> bool:
    """Whether the page behind an address shows a list in pages."""
    view = resolve(path).func
    of_lists = issubclass(getattr(view, "view_class", object), ListPage)
    return of_lists or "page_of" in vars(sys.modules[view.__module__])


def forms(browser: Browser, path: str) -> Iterator[tuple[str, dict[str, str], set[str]]]:
    """The forms of a page, and one with every name that a view reads from a form itself."""
    read = parameters("POST")
    yield path, dict.fromkeys(read, ""), set(read)
    page = browser.get(path)
    if page.status_code != 200 or "html" not in page.headers["Content-Type"]:
        return
    parser = Forms()
    parser.feed(page.content.decode())
    for action, fields, typed in parser.found:
        target = urljoin(path, action)
        if urlsplit(target).netloc == "" and "leave" not in target and "logout" not in target:
            yield target, fields, typed
