"""The portal wears the freelancer's look: names, colours, error pages, and an icon of its own."""

import io
import json
import re
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from clients import portal_links
from core import links
from core.models import Business, OutboxEmail
from core.outbox import emails
from portal.installed import icons
from tests.test_tenancy import inside
from tests.world import World

pytestmark = pytest.mark.rendering


def look(world: World, **fields: Any) -> Business:
    Business.objects.filter(pk=world.business.pk).update(
        **{"name": "Nan Studio", "accent": "teal"} | fields
    )
    world.business.refresh_from_db()
    return world.business


def manifest_of(browser: Browser) -> dict[str, Any]:
    page = browser.get(reverse("portal:home")).text
    found = re.search(r'rel="manifest" href="([^"]+)"', page)
    assert found
    answer = Browser().get(found[1])  # browsers ask for it without cookies
    assert answer["Content-Type"] == "application/manifest+json"
    return dict(json.loads(answer.content))


@pytest.mark.parametrize("name", ["home", "requests", "invoices", "reports", "method", "people"])
def test_every_title_ends_with_the_name_of_the_freelancer(world: World, name: str) -> None:
    look(world)
    page = inside(world.person(world.client())).get(reverse(f"portal:{name}")).text
    title = " ".join(re.search(r"<title>(.*?)</title>", page, re.S)[1].split())  # type: ignore[index]
    assert title.endswith("· Nan Studio") and "Retainer Hub" not in page


def test_the_history_names_the_freelancer_where_nobody_acted(world: World) -> None:
    """The record has the product's name; to a client their freelancer did it."""
    look(world)
    agreement = world.sealed(now=timezone.now())
    page = inside(agreement.contact).get(reverse("portal:agreement_history", args=[agreement.pk]))
    assert "Sealed" in page.text and "Retainer Hub" not in page.text


def test_what_is_not_found_and_links_that_ended_wear_the_look(world: World) -> None:
    look(world)
    person = world.person(world.client())
    browser = inside(person)
    missing = browser.get(reverse("portal:invoice", args=[person.pk]))
    link = portal_links.portal_link(contact=person, now=timezone.now())
    portal_links.end_sessions(contact=person, now=timezone.now())
    over = browser.get(f"/p/{links.token(link.pk)}/")
    closed = browser.get(reverse("portal:home"))
    stranger_link = browser.get("/p/no-link-at-all/")
    asked = browser.get(reverse("portal:ask"))
    for page, status in (
        (missing, 404),
        (over, 410),
        (closed, 403),
        (stranger_link, 410),
        (asked, 200),
    ):
        assert page.status_code == status
        assert "Nan Studio" in page.text and "rh-accent-teal" in page.text, status
        assert "Retainer Hub" not in page.text, status
    assert f'href="{reverse("portal:home")}"' in missing.text


def test_a_form_that_was_open_for_too_long_says_so_in_the_look(world: World) -> None:
    look(world)
    browser = Browser(enforce_csrf_checks=True)
    browser.cookies = inside(world.person(world.client())).cookies
    page = browser.post(reverse("portal:leave"))
    assert page.status_code == 403 and "This page was open for too long" in page.text
    assert "Nan Studio" in page.text and "CSRF" not in page.text


def test_after_signing_out_the_look_stays_and_a_stranger_sees_none(world: World) -> None:
    look(world)
    link = portal_links.portal_link(contact=world.person(world.client()), now=timezone.now())
    browser = Browser()
    browser.post(f"/p/{links.token(link.pk)}/")
    assert "Nan Studio" in browser.post(reverse("portal:leave"), follow=True).text
    assert "Nan Studio" not in Browser().get(reverse("portal:ask")).text


def test_emails_to_clients_come_from_the_freelancers_name(world: World) -> None:
    look(world, name='Nan "Fast" Studio, Ltd')
    person = world.person(world.client())
    portal_links.mail_portal_link(contact=person, now=timezone.now())
    sent = emails.message(OutboxEmail.objects.get(kind="portal_link")).message()
    assert "Nan" in sent["From"] and "hello@retainerhub.example" in sent["From"]
    assert "Retainer Hub" not in sent["From"]


def test_the_portal_installs_under_the_name_and_colour_of_the_business(world: World) -> None:
    look(world)
    person = world.person(world.client())
    manifest = manifest_of(inside(person))
    assert (manifest["name"], manifest["scope"], manifest["display"]) == (
        "Nan Studio",
        "/p/",
        "standalone",
    )
    assert manifest["start_url"].startswith("/p/") and manifest["theme_color"] == "#0f766e"
    assert person.name not in json.dumps(manifest)
    sizes = {(icon["sizes"], icon["purpose"]) for icon in manifest["icons"]}
    assert {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")} <= sizes
    for icon in manifest["icons"]:
        answer = Browser().get(icon["src"])
        picture = Image.open(io.BytesIO(answer.content))
        assert "x".join(map(str, picture.size)) == icon["sizes"] and picture.format == "PNG"
        assert "public" in answer["Cache-Control"]


def test_an_app_on_the_home_screen_wears_the_look_before_anybody_signed_in(world: World) -> None:
    """On an iPhone it has cookies of its own, and begins without a session."""
    look(world)
    manifest = manifest_of(inside(world.person(world.client())))
    app = Browser()
    assert "Nan Studio" in app.get(manifest["start_url"]).text
    assert "Nan Studio" in app.get(reverse("portal:ask")).text
    assert "Retainer Hub" in Browser().get(f"{reverse('portal:home')}?of=forged").text


@pytest.mark.parametrize("name", ["Nan", "สวนผึ้ง", "مكتب", "🎉 Party", ""])
def test_an_icon_is_drawn_for_any_name(world: World, name: str) -> None:
    look(world, name=name)
    for icon in manifest_of(inside(world.person(world.client())))["icons"]:
        assert Browser().get(icon["src"]).status_code == 200


def test_a_logo_becomes_the_icon_and_a_new_one_has_a_new_address(world: World) -> None:
    business, person = look(world), world.person(world.client())
    before = manifest_of(inside(person))["icons"][0]["src"]
    out = io.BytesIO()
    Image.new("RGBA", (200, 100), (200, 0, 0, 255)).save(out, "PNG")
    business.logo.save("logo.png", ContentFile(out.getvalue()))
    icons = manifest_of(inside(person))["icons"]
    assert icons[0]["src"] != before
    for icon in icons:
        picture = Image.open(io.BytesIO(Browser().get(icon["src"]).content)).convert("RGB")
        middle = picture.width // 2
        assert picture.getpixel((middle, middle)) == (200, 0, 0)
        if icon["purpose"] == "maskable":
            assert picture.getpixel((0, 0)) == (255, 255, 255)


def test_a_wide_logo_that_would_be_a_line_gives_way_to_the_letter(world: World) -> None:
    business = look(world, name="เนตรดาว")
    letter = icons.icon(business, "icon-192")
    out = io.BytesIO()
    Image.new("RGB", (900, 180), "white").save(out, "PNG")
    business.logo.save("logo.png", ContentFile(out.getvalue()))
    assert icons.icon(business, "icon-192") == letter
    assert letter == icons.icon(look(world, name="นก"), "icon-192")


def test_a_forged_address_of_an_icon_is_not_found() -> None:
    assert Browser().get("/p/app/forged/icon-192.png").status_code == 404
    assert Browser().get("/p/app/forged/manifest.webmanifest").status_code == 404


def test_no_answer_below_the_portals_address_is_kept_by_anybody(world: World) -> None:
    """Errors as well: they wear the look of one freelancer, and name what was asked for."""
    browser = inside(world.person(world.client()))
    strict = Browser(enforce_csrf_checks=True)
    strict.cookies = browser.cookies
    nobody = "00000000-0000-7000-8000-000000000000"
    answers = {
        404: browser.get(f"/p/invoices/{nobody}/"),
        405: browser.put("/p/requests/"),
        403: strict.post("/p/ask/", {"email": "x@x.example"}),
    }
    Business.objects.update(is_suspended=True)
    for status, answer in [*answers.items(), (403, browser.get("/p/"))]:
        assert answer.status_code == status
        assert answer["Cache-Control"] == "private, no-store", status


def test_icons_that_are_kept_have_a_bound(world: World) -> None:
    for letter in "ABCDEFGHIJ":
        for colour in range(30):
            icons._of_letter(letter, f"#0000{colour:02}", 4, True)
    kept = icons._of_letter.cache_info()
    assert kept.currsize <= (kept.maxsize or 0) <= 256
    for side in range(2, 40):
        picture = io.BytesIO()
        Image.new("RGB", (side, side)).save(picture, "PNG")
        icons._of_logo(picture.getvalue(), 4, True)
    kept = icons._of_logo.cache_info()
    assert kept.currsize <= (kept.maxsize or 0) <= 16, "each key is a whole file"
