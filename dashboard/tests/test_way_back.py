"""After a step that was taken from a list, a person is where they were in it."""

import pytest
from django.test import Client as Browser
from django.urls import reverse

from delivery.models import TimeEntry
from tests.test_lists import fill
from tests.test_tenancy import logged_in
from tests.world import World

THERE = "/time/?q=post&sort=-time&after=abc"


@pytest.fixture
def entry(world: World) -> TimeEntry:
    fill(world, world.signed(), 1)
    return TimeEntry.objects.select_related("period").get()


def removed(browser: Browser, entry: TimeEntry, back: str = "", **headers: str) -> str:
    """Where one is after an entry was removed."""
    there = reverse("dashboard:time_remove", args=[entry.pk])
    answer = browser.post(there, {"list": back} if back else {}, headers=headers or None)
    location: str = answer["Location"]
    return location


@pytest.mark.parametrize(
    ("back", "referer", "wanted"),
    [
        (THERE, "", THERE),
        ("", f"http://testserver{THERE}", THERE),  # without scripts the browser says it
        ("", "", "/time/"),
        ("/clients/?q=x", f"http://testserver{THERE}", THERE),  # it was begun in another list
        ("https://evil.example/time/?q=x", "", "/time/"),
        ("//evil.example/time/?q=x", "", "/time/"),
        ("/time/\\@evil.example?x=1", "", "/time/"),
        ("/time/?q=x\r\nSet-Cookie: a=b", "", "/time/"),
        ("http://[", "", "/time/"),
        ("/time/?" + "q" * 5000, "", "/time/"),
        ("", "https://evil.example/time/?q=x", "/time/"),
    ],
)
def test_a_step_leads_back_to_its_place_in_the_list_and_nowhere_else(
    world: World, entry: TimeEntry, back: str, referer: str, wanted: str
) -> None:
    browser = logged_in(world.business.owner)
    headers = {"referer": referer} if referer else {}
    assert removed(browser, entry, back, **headers) == wanted


def test_pressed_twice_it_leads_to_the_same_place(world: World, entry: TimeEntry) -> None:
    browser, there = logged_in(world.business.owner), f"/time/{entry.pk}/"
    asked = {
        "once": "abc",
        "list": THERE,
        "agreement": str(entry.period.agreement_id),
        "on": entry.on.isoformat(),
        "minutes": "0:45",
        "note": "post",
    }
    assert [browser.post(there, asked)["Location"] for _press in range(2)] == [THERE, THERE]


def test_the_page_after_a_step_that_is_no_list_is_as_its_view_says(world: World) -> None:
    browser = logged_in(world.business.owner)
    page = reverse("dashboard:email_wording", args=["portal_link", "en"])
    words = {"subject": "S", "opening": "Hello {{name}}, ONE"}
    tried = browser.post(reverse("dashboard:email_wording_test", args=["portal_link", "en"]), words)
    draft = f"http://testserver{tried['Location']}"
    saved = browser.post(page, words | {"opening": "TWO"}, headers={"referer": draft})
    assert "TWO" in browser.get(saved["Location"]).context["form"].initial["opening"]
