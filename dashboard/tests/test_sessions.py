"""Users see where they are signed in, and end it (rule 84)."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.models import OutboxEmail, SecurityEvent
from core.safety import sessions
from tests.browsers import logged_in
from tests.safety_people import CHROME, FIREFOX, PASSWORD, long_signed_in, signed_in, with_password
from tests.test_tenancy import inside
from tests.world import World

END = "dashboard:sessions_end"


def is_inside(browser: Browser) -> bool:
    return browser.get(reverse("dashboard:home")).status_code == 200


@pytest.fixture
def two(world: World) -> tuple[Browser, Browser]:
    """The owner in Chrome and in Firefox."""
    person = with_password(world.business.owner)
    return signed_in(person, CHROME), signed_in(person, FIREFOX)


def test_the_page_lists_each_session_and_says_which_is_this(two: tuple[Browser, Browser]) -> None:
    shown = two[0].get(reverse("dashboard:security")).context["sessions"]
    assert {(device, is_this) for _row, device, is_this in shown} == {
        ("Chrome (Windows)", True),
        ("Firefox (Linux)", False),
    }
    assert {row.ip for row, _device, _is_this in shown} == {"127.0.0.1"}


def test_a_session_that_is_ended_ends_at_its_next_request(two: tuple[Browser, Browser]) -> None:
    here, there = two
    row = UserSession.objects.get(session_key=there.session.session_key)
    here.post(reverse(END), {"session": row.pk})
    assert not is_inside(there) and is_inside(here)
    (line,) = SecurityEvent.objects.filter(what="session_ended")
    assert line.facts == {"device": "Firefox (Linux)", "ip": "127.0.0.1"}
    assert OutboxEmail.objects.filter(subject="A session was ended").count() == 1


def test_all_others_end_also_those_that_no_row_is_known_of(two: tuple[Browser, Browser]) -> None:
    here, there = two
    unknown = logged_in(SecurityUser.of(here))
    UserSession.objects.exclude(session_key=here.session.session_key).delete()
    here.post(reverse(END))
    assert is_inside(here) and not is_inside(there) and not is_inside(unknown)
    assert SecurityEvent.objects.filter(what="sessions_ended").count() == 1
    assert is_inside(logged_in(SecurityUser.of(here))), "a later sign-in is a new session"


class SecurityUser:
    """The user of a browser."""

    @staticmethod
    def of(browser: Browser) -> Any:
        return UserSession.objects.get(session_key=browser.session.session_key).user


@pytest.mark.parametrize("named", ["foreign", "0", "-1", "x", "9" * 30, "٣", "1\x00"])
def test_nobody_ends_the_session_of_another_person(world: World, named: str) -> None:
    victim = logged_in(World().business.owner)
    row = UserSession.objects.get(session_key=victim.session.session_key)
    here = logged_in(world.business.owner)
    here.post(reverse(END), {"session": str(row.pk) if named == "foreign" else named})
    assert is_inside(victim)
    assert not SecurityEvent.objects.filter(what="session_ended").exists()


def test_one_signs_out_of_the_own_session_and_does_not_end_it(world: World) -> None:
    here = logged_in(world.business.owner)
    row = UserSession.objects.get(session_key=here.session.session_key)
    here.post(reverse(END), {"session": row.pk})
    assert is_inside(here)


def test_a_session_from_before_the_upgrade_is_listed_from_its_next_page_on(world: World) -> None:
    old = logged_in(world.business.owner)
    UserSession.objects.all().delete()
    session = old.session
    del session[sessions.BEGAN], session[sessions.SEEN]
    session.save()
    assert is_inside(old)
    assert UserSession.objects.filter(session_key=old.session.session_key).exists()


def test_signing_in_changes_the_id_of_the_session(world: World) -> None:
    person = with_password(world.business.owner)
    browser = Browser(headers={"User-Agent": CHROME})
    browser.get(reverse("account_login"))
    session = browser.session
    session["planted"] = "x"
    session.save()
    browser.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    signed_in(person, browser=browser)
    assert browser.session.session_key != session.session_key


def test_a_new_password_ends_every_other_session(two: tuple[Browser, Browser]) -> None:
    here, there = two
    new = "a loud waterfall 43"
    fields = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert here.post(reverse("account_change_password"), fields).status_code == 302
    assert is_inside(here) and not is_inside(there)


def test_last_seen_is_written_every_ten_minutes_and_not_for_each_page(world: World) -> None:
    browser, page = logged_in(world.business.owner), reverse("dashboard:owner_emails")
    browser.get(page)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        browser.get(page)
    written = [one["sql"] for one in queries if not one["sql"].startswith("SELECT")]
    assert not written and "usersession" not in repr([one["sql"] for one in queries])
    session, past = browser.session, timezone.now() - timedelta(minutes=11)
    UserSession.objects.update(last_seen_at=past)
    session[sessions.SEEN] = past.timestamp()
    session.save()
    browser.get(page)
    assert UserSession.objects.get().last_seen_at > past


def test_a_session_that_is_idle_for_too_long_ends(world: World, settings: Any) -> None:
    browser = logged_in(world.business.owner)
    session = browser.session
    session[sessions.SEEN] = (timezone.now() - timedelta(hours=3)).timestamp()
    session.save()
    settings.SESSION_IDLE_HOURS = 4
    assert is_inside(browser)
    session = browser.session
    session[sessions.SEEN] = (timezone.now() - timedelta(hours=5)).timestamp()
    session.save()
    assert not is_inside(browser)


def test_a_session_ends_after_thirty_days_however_often_it_is_used(world: World) -> None:
    browser, contact = logged_in(world.business.owner), world.person(world.client())
    portal = inside(contact)
    for days, is_over in ((29, False), (31, True)):
        began = (timezone.now() - timedelta(days=days)).timestamp()
        session = browser.session
        session[sessions.BEGAN] = began
        session.save()
        assert is_inside(browser) is not is_over
        session = portal.session
        session["portal"] |= {"began": began}
        session.save()
        assert (portal.get("/p/").status_code == 403) is is_over


def test_the_page_of_the_emails_ends_all_others_and_leads_to_a_new_password(
    two: tuple[Browser, Browser],
) -> None:
    here, there = two
    page = reverse("dashboard:not_me")
    assert here.get(page).status_code == 200 and is_inside(there)
    assert here.post(page)["Location"] == reverse("account_change_password")
    assert not is_inside(there)


def test_allauths_own_page_of_sessions_leads_to_ours(world: World) -> None:
    answer = long_signed_in(world.business).get("/accounts/sessions/")
    assert answer["Location"] == reverse("dashboard:security")
