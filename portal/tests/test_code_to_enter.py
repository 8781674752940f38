"""Where a link opens in another app than the portal on the home screen, a code enters instead."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.sessions.models import Session
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from clients import portal_links
from core import links
from core.models import Link, OutboxEmail
from tests.test_tenancy import inside
from tests.world import World

pytestmark = pytest.mark.rendering
ASK, CODE = reverse("portal:ask"), reverse("portal:ask_code")
EMAIL = "ploy@baan.example"


def asks(browser: Browser, email: str = EMAIL) -> Any:
    return browser.post(ASK, {"email": email})


def emailed() -> str:
    """The code of the newest email with a link."""
    return links.code(UUID(OutboxEmail.objects.filter(kind="portal_link").latest("pk").ref))


def types(browser: Browser, code: str) -> Any:
    return browser.post(CODE, {"code": code})


def is_inside(browser: Browser) -> bool:
    return browser.get(reverse("portal:home")).status_code == 200


def test_the_code_enters_where_it_was_asked_for_and_once(world: World) -> None:
    world.client()
    app, elsewhere = Browser(), Browser()
    assert 'name="code"' in asks(app).text
    code = emailed()
    email = OutboxEmail.objects.latest("pk")
    assert code in links.fill(email.text, email.mark)
    assert types(elsewhere, code).status_code == 302 and not is_inside(elsewhere)
    assert types(app, code)["Location"] == reverse("portal:home") and is_inside(app)
    assert Link.objects.latest("pk").used_at
    app.post(reverse("portal:leave"))
    assert types(app, code).status_code == 302 and not is_inside(app)


def test_a_code_cannot_be_guessed(world: World) -> None:
    world.client()
    browser = Browser()
    asks(browser)
    right = emailed()
    wrong = str((int(right) + 1) % 1_000_000).zfill(6)
    assert [types(browser, wrong).status_code for _n in range(5)] == [422] * 5
    assert types(browser, right).status_code == 422 and not is_inside(browser)
    for _n in range(2):  # ten a day for one address, however often it is asked for
        asks(browser)
        for _m in range(3):
            types(browser, wrong)
    asks(browser)
    assert types(browser, emailed()).status_code == 422 and not is_inside(browser)


def test_an_unknown_address_is_answered_alike(world: World) -> None:
    world.client()
    known, unknown = Browser(), Browser()
    first, second = asks(known), asks(unknown, "nobody@nowhere.example")
    assert first.status_code == second.status_code == 200
    assert emailed() != "000000"
    answers = [types(one, "000000") for one in (known, unknown)]
    assert answers[0].status_code == answers[1].status_code == 422


def test_a_code_lives_as_long_as_it_says_and_ends_with_the_access(world: World) -> None:
    person = world.person(world.client())
    browser = Browser()
    asks(browser)
    Link.objects.update(created_at=timezone.now() - timedelta(minutes=16))
    assert types(browser, emailed()).status_code == 422
    asks(browser)
    type(person).objects.update(is_active=False)
    assert types(browser, emailed()).status_code == 422 and not is_inside(browser)


def test_a_link_that_the_owner_sends_brings_no_code(world: World) -> None:
    person = world.person(world.client())
    portal_links.mail_portal_link(contact=person, now=timezone.now())
    assert "code" not in OutboxEmail.objects.get(kind="portal_link").text
    assert is_inside(inside(person))


def test_who_asks_too_often_leaves_no_session(world: World) -> None:
    for _ask in range(15):
        Browser().post(reverse("portal:ask"), {"email": "nobody@stranger.example"})
    assert Session.objects.count() <= 10
