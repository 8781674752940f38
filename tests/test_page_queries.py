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
    "dashboard:client": 66,
    "dashboard:billing_run": 54,
    "dashboard:home": 48,
    "dashboard:agreement": 43,
    "dashboard:proposal_new_frame": 41,
    "dashboard:invoice": 36,
    "dashboard:todo": 34,
    "portal:home": 34,
    "dashboard:jobs": 29,
    "dashboard:proposal_new": 28,
    "dashboard:proposal": 27,
    "dashboard:report": 27,
    "dashboard:income": 25,
    "dashboard:credit_pay_out": 24,
    "dashboard:net_to_me": 23,
    "dashboard:reviews": 23,
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
