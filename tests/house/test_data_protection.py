"""docs/data-protection.md says of every table, cookie and key of a browser what it is for."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from clients import portal_links
from core import links
from exports.tests.test_erasing import KEPT
from retainer_hub.pruning.rules import RULES, Rule
from tests.safety_people import signed_in, with_password
from tests.world import World

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/data-protection.md"


def rows(heading: str) -> dict[str, list[str]]:
    """The rows of the tables in a chapter, by what is in code in the first cell."""
    chapter = re.split(r"^## (.+)$", PAGE.read_text(), flags=re.M)
    text = chapter[chapter.index(heading) + 1]
    cells = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| `")]
    return {row[0].split("`")[1]: row[1:] for row in cells}


def kept(rule: Rule) -> str:
    """How a rule is written in the table."""
    if rule.days is None:
        return f"as its owner chooses after {rule.since} (`{rule.name}`)"
    if rule.days == 0:
        return f"until {rule.since} (`{rule.name}`)"
    return f"{rule.days} days after {rule.since} (`{rule.name}`)"


def test_each_table_says_whose_data_it_has_and_how_long() -> None:
    """A new model fails here until it has a row."""
    written = rows("What is stored")
    assert set(written) == {model._meta.db_table for model in apps.get_models()}
    assert {len(row) for row in written.values()} == {4}


def test_each_rule_of_the_pruning_is_in_the_table_as_it_is_in_the_code() -> None:
    written = rows("What is stored")
    for rule in RULES:
        assert written[rule.model._meta.db_table][2].startswith(kept(rule)), rule.name
    named = {name for row in written.values() for name in re.findall(r"\(`(\w+)`\)", row[2])}
    assert named == {rule.name for rule in RULES}


def test_the_places_where_an_erased_name_stays_are_those_that_are_proved() -> None:
    text = PAGE.read_text().split("## What somebody can ask for")[1].split("\n## ")[0]
    assert set(re.findall(r"`(\w+\.\w+)`", text)) == KEPT


def life(seconds: object) -> str:
    return f"{int(str(seconds)) // 86400} days" if seconds else "until the browser is closed"


@pytest.mark.rendering
def test_the_cookies_are_those_that_are_set(world: World) -> None:
    """A user signs in by password and changes the language; a client enters the portal."""
    browser, visitor = signed_in(with_password(world.business.owner)), Browser()
    browser.get(reverse("account_login"))
    browser.get(reverse("dashboard:home"))
    browser.post(reverse("set_language"), {"language": "th"})
    contact = world.person(world.client())
    link = portal_links.portal_link(contact=contact, now=timezone.now())
    visitor.post(reverse("portal:enter", args=[links.token(link.pk)]))
    visitor.get(reverse("portal:home"))
    found: dict[str, set[str]] = {}
    for cookies in (browser.cookies, visitor.cookies):
        for name, cookie in cookies.items():
            found.setdefault(name, set()).add(life(cookie["max-age"]))
    written = {name: set(row[2].split(" or ")) for name, row in rows("Cookies").items()}
    assert found == written


def test_each_script_that_keeps_something_in_a_browser_is_named() -> None:
    keeps = re.compile(r"(localStorage|sessionStorage)\.setItem|caches\.open")
    scripts = {
        f"static/js/{path.name}"
        for path in (ROOT / "static" / "js").glob("*.js")
        if keeps.search(path.read_text())
    }
    assert scripts == {row[0].strip("`") for row in rows("What a browser keeps").values()}
