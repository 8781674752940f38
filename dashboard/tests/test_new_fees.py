"""New fees are announced to many clients page by page, and to nobody who was not on the page."""

import re
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from agreements.models import Agreement, Amendment
from tests.browsers import logged_in
from tests.test_lists import fill
from tests.world import World

PAGE = reverse("dashboard:fees")


@pytest.fixture
def owner(world: World) -> Browser:
    """The owner of a business with 53 running retainers."""
    fill(world, world.signed(), 52)
    return logged_in(world.business.owner)


def offered(page: Any) -> list[str]:
    """The retainers that can be chosen on a page."""
    return re.findall(r'name="agreements" value="([^"]+)"', page.text.replace("\n", " "))


def further(page: Any) -> str:
    """The address of the next page."""
    (found,) = re.findall(r'href="(\?[^"]*after=[^"]*)"', page.text)
    return PAGE + found.replace("&amp;", "&")


def test_fifty_retainers_are_on_a_page_which_names_how_many_there_are(owner: Browser) -> None:
    first = owner.get(PAGE)
    assert len(offered(first)) == 50 and "53 retainers" in first.text
    second = owner.get(further(first))
    assert len({*offered(first), *offered(second)}) == 53
    assert len(offered(second)) == 3


def test_a_page_previews_its_own_retainers_and_keeps_what_was_typed(owner: Browser) -> None:
    first = owner.get(PAGE)
    typed = {"percent": "10", "reason": "Costs rose"}
    chosen = offered(first)[:2]
    shown = owner.post(PAGE, {**typed, "agreements": chosen, "press": "look"})
    assert shown.text.count("<tr") == 3 and len(offered(shown)) == 50
    elsewhere = offered(owner.get(further(first)))[:1]
    refused = owner.post(PAGE, {**typed, "agreements": elsewhere, "press": "send"})
    assert refused.status_code == 422 and not Amendment.objects.exists()


def test_after_a_page_the_next_one_follows_with_the_same_change(owner: Browser) -> None:
    first = owner.get(PAGE)
    typed = {"percent": "10", "reason": "Costs rose", "press": "send"}
    chosen = offered(first)[:1]
    following = owner.post(PAGE, {**typed, "agreements": chosen}, follow=True)
    assert Amendment.objects.get().agreement == Agreement.objects.get(pk=chosen[0])
    assert offered(following) == offered(owner.get(further(first)))
    assert 'value="10"' in following.text and 'value="Costs rose"' in following.text
    last = owner.post(
        following.redirect_chain[-1][0], {**typed, "agreements": offered(following)[:1]}
    )
    assert last.url == reverse("dashboard:agreements")
