"""Nothing that opens a door stands in the log."""

import io
import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from clients import portal_links
from core import links
from core.models import Link, Membership
from core.models.link import LinkPurpose
from core.team import invitations
from core.team.roles import Role
from tests.browsers import logged_in
from tests.factories import UserFactory
from tests.world import World


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the handler of the settings writes."""
    handler = next(each for each in logging.getLogger().handlers if each.get_name() == "console")
    assert isinstance(handler, logging.StreamHandler)
    written = io.StringIO()
    usual = handler.setStream(written)
    try:
        yield written
    finally:
        handler.setStream(usual)  # type: ignore[arg-type]


@pytest.fixture
def tokens(world: World) -> dict[str, str]:
    """A live token for each page that takes one, by the page's address."""
    now = timezone.now()
    contact, owner = world.person(world.client(now=now)), world.business.owner
    portal = links.token(portal_links.portal_link(contact=contact, now=now).pk)
    desk = links.token(links.mint(purpose=LinkPurpose.SIGN_IN, subject_id=owner.pk, now=now).pk)
    invitations.invite(
        business=world.business, email="new@desk.example", role="member", by=owner, now=now
    )
    team = links.token(Link.objects.get(purpose=LinkPurpose.JOIN).pk)
    return {
        reverse("dashboard:team_join", args=[team]): team,
        reverse("portal:enter", args=[portal]): portal,
        reverse("portal:renew", args=[portal]): portal,
        reverse("dashboard:sign_in", args=[desk]): desk,
    }


def test_no_refused_request_writes_a_live_token_into_the_log(
    log: io.StringIO, tokens: dict[str, str]
) -> None:
    strict = Browser(enforce_csrf_checks=True)
    for path, token in tokens.items():
        assert Browser().put(path).status_code == 405
        assert strict.post(path).status_code == 403
        assert strict.get(f"{path}nowhere/").status_code == 404
        try:
            raise ValueError(f"something about {path}")
        except ValueError:
            logging.getLogger("anything").exception("Asked for %s", path)
        assert token not in log.getvalue()
        assert token.partition(":")[2] not in log.getvalue()
    assert log.getvalue().count("Method Not Allowed") == len(tokens)
    assert log.getvalue().count("Traceback") == len(tokens)


def test_no_token_is_in_the_log_where_an_address_is_part_of_another(
    log: io.StringIO, tokens: dict[str, str]
) -> None:
    for path, token in tokens.items():
        page = f"{reverse('account_login')}?{urlencode({'next': path})}"
        again = f"{reverse('account_login')}?{urlencode({'next': page})}"
        for address in (page, page.replace("%3A", "%3a"), again):
            logging.getLogger("anything").warning("Asked for %s", address)
        assert token.partition(":")[2] not in log.getvalue()


def test_a_password_reset_key_is_not_in_the_log(log: io.StringIO) -> None:
    logging.getLogger("django.request").warning(
        "Not Found: %s", "/accounts/password/reset/key/2a-d3fcrk-0123456789abcdef0123456789abcdef/"
    )
    assert "0123456789abcdef" not in log.getvalue()
    assert "Not Found: /accounts/password/reset/key/" in log.getvalue()


def test_a_mail_program_may_ask_for_the_head_of_a_link(
    log: io.StringIO, tokens: dict[str, str]
) -> None:
    for path in tokens:
        if not path.endswith("/renew/"):
            assert Browser().head(path).status_code == 200
            assert Browser().get(path).status_code == 200  # it is not used up
    assert Browser().head("/p/ask/").status_code == 200
    assert log.getvalue() == ""


def test_what_was_refused_is_a_line(log: io.StringIO, world: World) -> None:
    """Rights, rows of others, forms of other sites, and calls that came too often."""
    person = UserFactory()
    Membership.objects.create(business=world.business, user=person, role=Role.ACCOUNTANT)
    browser, strict = logged_in(person), Browser(enforce_csrf_checks=True)
    assert browser.get(reverse("dashboard:time")).status_code == 403
    foreign = reverse("dashboard:client", args=[World().client().pk])
    assert browser.get(foreign).status_code == 404
    assert strict.post(reverse("account_login"), {}).status_code == 403
    assert [Browser().get("/api/v1/kpis/").status_code for _call in range(31)][-1] == 429
    said = log.getvalue()
    assert f"Forbidden (Permission denied): {reverse('dashboard:time')}" in said
    assert f"Not Found: {foreign}" in said
    assert "CSRF" in said and "Too Many Requests: /api/v1/kpis/" in said


@pytest.mark.django_db
def test_an_error_page_tells_nothing_of_the_inside(
    log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError("SELECT secret FROM inside")

    monkeypatch.setattr("core.links.find", fails)
    browser = Browser(raise_request_exception=False)
    answer = browser.get(reverse("dashboard:sign_in", args=["x"]))
    assert answer.status_code == 500
    assert not {"inside", "RuntimeError", "Traceback", "/core/"} & set(answer.text.split())
    assert "RuntimeError" not in answer.text and "SELECT" not in answer.text
    assert "SELECT secret FROM inside" in log.getvalue()
