"""By https a cookie is for this host alone, and no script reads any (docs/data-protection.md)."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from clients import portal_links
from core import links
from tests.safety_people import signed_in, with_password
from tests.test_settings import start
from tests.world import World

KINDS = ("SESSION", "CSRF", "LANGUAGE", "DEVICE", "LOOK")
ASK = (
    "import json; from django.conf import settings as s;"
    "print(json.dumps({n: getattr(s, n) for n in dir(s) if '_COOKIE_' in n}))"
)


def test_by_https_the_name_of_each_cookie_binds_it_to_the_host(tmp_path: Path) -> None:
    answer = start(tmp_path, ("manage.py", "shell", "-v0", "-c", ASK))
    said = json.loads(answer.stdout)
    assert {f"{kind}_COOKIE_NAME" for kind in KINDS} == {each for each in said if "NAME" in each}
    assert all(said[f"{kind}_COOKIE_NAME"].startswith("__Host-") for kind in KINDS)
    assert [said[f"{kind}_COOKIE_SECURE"] for kind in KINDS[:3]] == [True] * 3
    assert [said[f"{kind}_COOKIE_DOMAIN"] for kind in KINDS[:3]] == [None] * 3


@pytest.mark.rendering
def test_no_cookie_is_read_by_a_script_or_sent_from_another_site(
    world: World, settings: Any
) -> None:
    for kind in KINDS[:3]:
        setattr(settings, f"{kind}_COOKIE_SECURE", True)
    settings.SECURE_SSL_REDIRECT = False
    browser, visitor = signed_in(with_password(world.business.owner)), Browser()
    browser.get(reverse("account_login"))
    browser.get(reverse("dashboard:home"))
    browser.post(reverse("set_language"), {"language": "th"})
    link = portal_links.portal_link(contact=world.person(world.client()), now=timezone.now())
    visitor.post(reverse("portal:enter", args=[links.token(link.pk)]))
    visitor.get(reverse("portal:home"))
    found = {**browser.cookies, **visitor.cookies}
    assert len(found) == len(KINDS)
    for name, cookie in found.items():
        said = [cookie[each] for each in ("httponly", "secure", "samesite", "path", "domain")]
        assert said == [True, True, "Lax", "/", ""], name
