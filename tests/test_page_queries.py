"""No page asks the database more than twenty times (rule 96)."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from tests.browsers import logged_in
from tests.test_tenancy import CLASSES, Two, address, folder, inside, standing, two

__all__ = ["folder", "standing", "two"]  # fixtures
MOST = 20
#: Pages that still ask more often, with how often. The numbers only go down.
MORE = {
    "dashboard:client": 57,
    "dashboard:billing_run": 53,
    "dashboard:home": 45,
    "dashboard:agreement": 39,
    "dashboard:proposal_new_frame": 41,
    "dashboard:todo": 33,
    "dashboard:invoice": 30,
    "dashboard:jobs": 29,
    "dashboard:proposal_new": 27,
    "portal:home": 27,
    "dashboard:income": 24,
    "dashboard:net_to_me": 22,
    "dashboard:report": 22,
}


@pytest.mark.proof
def test_no_page_asks_the_database_more_than_twenty_times(two: Two) -> None:
    mine, _theirs, world, _other = two
    people = {"dashboard": logged_in(world.business.owner), "portal": inside(mine["contact"])}
    asked = {
        name: times
        for name, kind in CLASSES.items()
        for times in _asked(people.get(name.partition(":")[0]), name, kind, mine)
    }
    assert len(asked) > 200
    over = {name: times for name, times in asked.items() if times > MOST}
    worse = {name: times for name, times in over.items() if times > MORE.get(name, MOST)}
    assert worse == {}, "these ask more often than before"
    assert set(MORE) == set(over), "these pages ask seldom enough now: take them out of MORE"


def _asked(browser: Browser | None, name: str, kind: str, rows: dict[str, object]) -> Iterator[int]:
    """How often a page asks when it is opened again; nothing where it is no page."""
    if browser is None or kind == "public":
        return
    path = address(name, kind, rows)
    if "text/html" not in browser.get(path).headers.get("Content-Type", ""):
        return
    with CaptureQueriesContext(connection) as queries:
        browser.get(path)
    yield len(queries)
