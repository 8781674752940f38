"""An owner changes bank details, is asked again, reads of it, and ends a session elsewhere."""

from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import zxingcpp
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page, expect

from core.models import OutboxEmail
from core.safety import confirmation
from tests.browsers import logged_in
from tests.journeys.test_signing import desk
from tests.safety_people import PASSWORD, with_password
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def an_hour_later(page: Page) -> None:
    """Let the session of the page be an hour old, as far as confirming goes."""
    at = Browser()
    cookies = {one["name"]: one["value"] for one in page.context.cookies()}
    at.cookies[settings.SESSION_COOKIE_NAME] = cookies[settings.SESSION_COOKIE_NAME]
    session = at.session
    session[confirmation.CONFIRMED] = timezone.now().timestamp() - 3600
    session[AUTHENTICATION_METHODS_SESSION_KEY] = []
    session.save()


@pytest.mark.parametrize("width", [1440, 390])
def test_bank_details_are_asked_about_again_recorded_and_told(
    page: Page, live_server: Any, world: World, watched: Callable[[], None], width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    owner = with_password(world.business.owner)
    elsewhere = logged_in(owner)
    desk(page, live_server, world, reverse("dashboard:home"))
    an_hour_later(page)

    page.goto(live_server.url + reverse("dashboard:paying"))
    watched()
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", name="Payments and tax")).to_be_visible()

    page.locator("#id_holder").fill("Nan Kittisak")
    page.locator("#id_account").fill("DE02120300000000202051")
    an_hour_later(page)
    page.locator("form", has=page.locator("#id_holder")).get_by_role("button").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("Nothing has been saved yet.")).to_be_visible()
    watched()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Saved.")).to_be_visible()

    page.goto(live_server.url + reverse("dashboard:security_log"))
    expect(page.get_by_text("•••• 2051").first).to_be_visible()
    watched()
    email = OutboxEmail.objects.get(kind="security", subject="Your bank details were changed")
    assert email.to == owner.email and "•••• 2051" in email.text

    page.goto(live_server.url + reverse("dashboard:security"))
    watched()
    assert elsewhere.get(reverse("dashboard:home")).status_code == 200
    page.get_by_role("button", name="End all other sessions").click()
    expect(page.get_by_text("All other sessions were ended.").first).to_be_visible()
    assert elsewhere.get(reverse("dashboard:home")).status_code == 302
    page.goto(live_server.url + reverse("dashboard:not_me"))
    watched()


def test_a_phone_reads_the_code_of_the_second_factor_on_a_dark_page(
    page: Page, live_server: Any, world: World, watched: Callable[[], None]
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    with_password(world.business.owner)
    desk(page, live_server, world, reverse("mfa_activate_totp"))
    watched()
    (seen,) = zxingcpp.read_barcodes(Image.open(BytesIO(page.screenshot(full_page=True))))
    secret = parse_qs(urlsplit(seen.text).query)["secret"][0]
    assert page.get_by_label("Authenticator secret").input_value() == secret
    now = totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time()))
    page.get_by_label("Authenticator code").fill(totp.format_hotp_value(now))
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_role("heading", name="Recovery Codes")).to_be_visible()
    watched()
