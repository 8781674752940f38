"""docs/security.md judges every requirement of OWASP ASVS 5.0.0, levels 1 and 2, and proves it."""

import re
from collections import Counter
from functools import cache
from typing import NamedTuple

from django.conf import settings

from tests.house.test_docs import ROOT, TEST, page

HELD, WRITTEN, OPERATOR = "held", "written", "by the operator"
DOES_NOT_APPLY, NOT_YET = "does not apply", "not yet"
VERDICTS = (HELD, WRITTEN, OPERATOR, DOES_NOT_APPLY, NOT_YET)
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| (.+?) \| ([a-z ]+) \| (.+) \|$", re.M)
LINK = re.compile(r"\]\([\w./-]*(#[\w-]+)?\)")


class Row(NamedTuple):
    """One line of the table."""

    number: str
    asked: str
    verdict: str
    why: str


@cache
def levels() -> dict[str, int]:
    """The level of each requirement by its number."""
    lines = (ROOT / "tests/house/asvs-5.0.0.txt").read_text().splitlines()
    pairs = [line.split() for line in lines if not line.startswith("#")]
    return {number: int(level) for number, level in pairs}


@cache
def rows() -> list[Row]:
    return [Row(*found) for found in ROW.findall(page("security"))]


def numbers(verdict: str) -> list[str]:
    return [row.number for row in rows() if row.verdict == verdict]


def test_every_requirement_is_judged_once_and_in_order() -> None:
    assert len(levels()) == 253, "levels 1 and 2 have 70 and 183"
    assert [row.number for row in rows()] == list(levels())
    assert {row.verdict for row in rows()} <= set(VERDICTS)


def test_every_verdict_has_what_it_claims() -> None:
    """What is held names its test, and what is written or left to the operator its page."""
    wrong = [row for row in rows() if row.verdict == HELD and not TEST.search(row.why)]
    wrong += [
        row for row in rows() if row.verdict in (WRITTEN, OPERATOR) and not LINK.search(row.why)
    ]
    wrong += [
        row
        for row in rows()
        if row.verdict in (DOES_NOT_APPLY, NOT_YET) and len(row.why.split()) < 3
    ]
    assert not wrong


def test_the_first_screen_has_the_counts_and_everything_that_is_open() -> None:
    text = page("security")
    found = Counter((row.verdict, levels()[row.number]) for row in rows())
    counts = [
        f"| {verdict} | {found[verdict, 1]} | {found[verdict, 2]} |"
        for verdict in VERDICTS
        if found[verdict, 1] or found[verdict, 2]
    ]
    assert re.findall(r"^(\| [a-z ]+ \| \d+ \| \d+ \|)", text, re.M) == counts
    opened = text.split("## What is open")[1].split("\n## ")[0]
    assert sorted(re.findall(r"\b\d+\.\d+\.\d+\b", opened)) == sorted(numbers(NOT_YET))


def test_what_does_not_apply_is_not_there() -> None:
    """Whoever adds one of these has chapters to judge anew."""
    pinned = (ROOT / "requirements.txt").read_text()
    there = set(re.findall(r"^([\w-]+)==", pinned.lower(), re.M))
    absent = {"channels", "daphne", "graphene-django", "strawberry-graphql", "python-ldap", "ldap3"}
    absent |= {"django-oauth-toolkit", "python3-saml", "aiortc", "websockets"}
    assert "django" in there and not there & absent
    assert not re.findall(r"socialaccount|\.idp|saml|oauth", " ".join(settings.INSTALLED_APPS))
