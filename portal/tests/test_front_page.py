"""The public page: prospects introduce themselves, nobody gets in, and nothing is lost."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from clients import front_page
from clients.models import Client, Contact, FrontPage
from core import audit
from core.models import OutboxEmail
from tests.browsers import logged_in
from tests.world import World

URL = "/work-with/nan-studio/"
ENQUIRY = {
    "name": "Mali 🍞",
    "email": "mali@bakery.example",
    "company": "The Bakery 🥐",
    "message": "We need 12 posts a month 🙂",
}


def page(world: World, **fields: Any) -> FrontPage:
    values: dict[str, Any] = {
        "slug": "nan-studio",
        "headline": "Content for small shops",
        "about": "I write.",
        "services": ["Posts", "Newsletters"],
        "shows_places": True,
        "is_on": True,
    }
    return front_page.save_page(business=world.business, now=timezone.now(), **values | fields)


def test_an_enquiry_becomes_a_lead_with_its_source_and_the_owner_is_told(world: World) -> None:
    page(world)
    browser = Browser(enforce_csrf_checks=True)
    shown = browser.get(URL)
    answer = browser.post(URL, ENQUIRY)
    assert (shown.status_code, answer.status_code) == (200, 200)
    assert "Thank you" in answer.text and not browser.cookies
    client = Client.objects.get()
    assert (client.name, client.state, client.source) == ("The Bakery", "lead", "Public page")
    assert client.notes == ENQUIRY["message"]
    contact = client.contacts.get()
    assert (contact.name, contact.email) == ("Mali", "mali@bakery.example")
    email = OutboxEmail.objects.get(kind="enquiry")
    assert ENQUIRY["message"] in email.text and email.reply_to == "mali@bakery.example"
    assert reverse("dashboard:client", args=[client.pk]) in email.text


def test_somebody_who_is_known_stays_who_they_are(world: World) -> None:
    page(world)
    client = world.client(notes="Met at the fair")
    Browser().post(URL, ENQUIRY | {"email": "PLOY@baan.example"})
    client.refresh_from_db()
    assert (Client.objects.count(), Contact.objects.count()) == (1, 1)
    assert client.notes == "Met at the fair"
    assert audit.chain(client.pk)[-1].data["words"] == ENQUIRY["message"]
    assert OutboxEmail.objects.filter(kind="enquiry").count() == 1


def test_an_email_of_another_business_is_no_client_of_this_one(world: World) -> None:
    page(world)
    World().client()
    Browser().post(URL, ENQUIRY | {"email": "ploy@baan.example"})
    assert Client.objects.filter(business=world.business).count() == 1


@pytest.mark.parametrize("change", [{"is_on": False}, {"slug": "another"}])
def test_nobody_sees_a_page_that_is_off(world: World, change: dict[str, Any]) -> None:
    page(world, **change)
    assert Browser().get(URL).status_code == 404
    assert Browser().post(URL, ENQUIRY).status_code == 404
    assert not Client.objects.exists()


def test_a_suspended_business_has_no_page(world: World) -> None:
    page(world)
    world.business.is_suspended = True
    world.business.save()
    assert Browser().get(URL).status_code == 404


def test_the_places_are_computed_and_full_means_the_waitlist(world: World) -> None:
    page(world)
    assert "free this month" not in Browser().get(URL).text  # nothing to compute them from
    world.business.capacity_minutes = 50 * 60
    world.business.save()
    world.running(minutes=20 * 60, starts_on=timezone.now().date())
    assert "1 place is free this month." in Browser().get(URL).text
    world.business.capacity_minutes = 30 * 60
    world.business.save()
    assert "Join the waitlist" in Browser().get(URL).text
    Browser().post(URL, ENQUIRY)
    assert "You had no opening" in OutboxEmail.objects.get(kind="enquiry").text


def test_bad_input_is_told_at_its_field_and_robots_and_crowds_are_kept_out(world: World) -> None:
    page(world)
    browser = Browser()
    refused = browser.post(URL, {**ENQUIRY, "email": "nobody"})
    assert refused.status_code == 422 and ENQUIRY["message"] in refused.text
    assert browser.post(URL, ENQUIRY | {"website": "http://spam.example"}).status_code == 200
    assert not Client.objects.exists()
    codes = [browser.post(URL, ENQUIRY | {"email": f"{n}@x.example"}).status_code for n in range(6)]
    assert codes[-1] == 429 and Client.objects.count() == 4  # the robot was counted as well


def test_the_page_is_written_and_switched_on_in_the_settings(world: World) -> None:
    desk, url = logged_in(world.business.owner), reverse("dashboard:public_page")
    world.business.name = "Nan & Co Studio"
    world.business.save()
    assert 'value="nan-co-studio"' in desk.get(url).text
    fields = {"slug": "Nan-Studio", "headline": "Content", "services": "Posts\n\nNewsletters"}
    assert desk.post(url, fields | {"is_on": "on"}).status_code == 302
    assert FrontPage.objects.get().services == ["Posts", "Newsletters"]
    assert Browser().get(URL).status_code == 200 and URL in desk.get(url).text

    other = World()
    theirs = logged_in(other.business.owner).post(url, fields)
    assert theirs.status_code == 422 and "This address is taken" in theirs.text
    for bad in ("a", "-a-", "ä-b", "admin"):
        assert desk.post(url, fields | {"slug": bad}).status_code == 422, bad


@pytest.mark.parametrize(
    ("name", "email"),
    [
        ("\u202e", "a" * 60 + "@" + ".".join(["b" * 60] * 3) + ".com"),
        ("a\r\nBcc: x", "a@b.example"),
    ],
)
def test_a_strange_name_makes_one_line_that_fits(world: World, name: str, email: str) -> None:
    page(world)
    assert Browser().post(URL, ENQUIRY | {"name": name, "email": email}).status_code == 200
    contact = Contact.objects.get()
    assert len(contact.name) <= 120 and contact.name.splitlines() == [contact.name]


def test_a_second_press_is_the_same_person(world: World) -> None:
    page(world)
    for _ in range(2):
        assert Browser().post(URL, ENQUIRY).status_code == 200
    assert (Client.objects.count(), Contact.objects.count()) == (1, 1)


def write_from(address: str, number: int) -> int:
    typed = ENQUIRY | {"email": f"{number}@x.example"}
    return Browser(REMOTE_ADDR=address).post(URL, typed).status_code


def test_one_site_with_many_networks_never_uses_up_the_day_of_a_business(world: World) -> None:
    """A site has 65,536 networks (/64), each of which may write five times an hour."""
    page(world)
    codes = [write_from(f"2001:db8:1:{number:x}::7", number) for number in range(22)]
    assert codes == [200] * 20 + [429] * 2
    assert write_from("2001:db8:2:1::7", 30) == 200, "another site may write"
    assert write_from("203.0.113.5", 31) == 200
    assert Client.objects.count() == 22


def test_one_address_never_uses_up_the_day_of_a_business(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    page(world)
    start, codes = timezone.now(), []
    for hour in range(6):
        now = start + timedelta(minutes=61 * hour)
        monkeypatch.setattr("portal.front_page.timezone.now", lambda now=now: now)
        codes += [write_from("203.0.113.5", 10 * hour + number) for number in range(5)]
    assert codes == [200] * 20 + [429] * 10
