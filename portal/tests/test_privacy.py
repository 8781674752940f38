"""The page about privacy says the same to everybody, and each page before the door leads to it."""

import pytest
from django.test import Client as Browser
from django.urls import reverse

from tests.test_tenancy import inside
from tests.world import World

pytestmark = pytest.mark.rendering


def test_the_page_names_the_cookies_and_what_is_recorded(world: World) -> None:
    page = Browser().get(reverse("portal:privacy"))
    assert "sessionid" not in page.cookies, "it sets none itself"
    text = page.content.decode()
    for said in ("400 days", "invisible picture", "IP address", "Answer one of its emails"):
        assert said in text
    thai = Browser(headers={"accept-language": "th"}).get(reverse("portal:privacy"))
    assert "ความเป็นส่วนตัว" in thai.content.decode()


def test_in_the_portal_it_names_the_business_to_write_to(world: World) -> None:
    browser = inside(world.person(world.client()))
    home = browser.get(reverse("portal:home")).content.decode()
    assert reverse("portal:privacy") in home
    page = browser.get(reverse("portal:privacy")).content.decode()
    assert f"{world.business.name} is responsible for your data" in page
    assert world.business.owner.email in page


def test_who_signs_in_finds_it_too(world: World) -> None:
    for address in (reverse("account_login"), reverse("portal:ask"), reverse("verify")):
        assert reverse("portal:privacy") in Browser().get(address).content.decode()
