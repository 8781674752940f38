"""What is sensitive asks again whether it is you, and nothing that was typed is lost (rule 84)."""

import re
from collections.abc import Iterator
from datetime import timedelta
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from billing.gateways import registry
from billing.models import BankDetails
from core import links
from core.models import OutboxEmail, RateLimit, SecurityEvent
from core.safety import confirmation
from dashboard.agreements.views import history
from dashboard.clients import erasing
from dashboard.clients import views as client_views
from dashboard.settings.views import api_keys, confirm, exports, payments, security, team
from exports import requested_exports
from exports.models import Scope
from tests.safety_people import PASSWORD, app_code, long_signed_in, with_password
from tests.world import NOW, World

GATEWAY = registry.connectable()[0].name
BANK = {"which": "bank", "holder": "Nan", "bank": "N26", "account": "DE02120300000000202051"}
#: Every view that asks. A view of their modules that is neither here nor below fails.
ASK = {
    "dashboard:paying",
    "dashboard:api",
    "dashboard:api_revoke",
    "dashboard:exports",
    "dashboard:export",
    "dashboard:agreement_files",
    "dashboard:client_files",
    "dashboard:contact_data",
    "dashboard:contact_erase",
    "dashboard:client_erase",
    "dashboard:security",
    "dashboard:security_rule",
    "dashboard:team",
    "dashboard:team_resend",
    "dashboard:team_withdraw",
    "dashboard:team_role",
    "dashboard:team_remove",
    "dashboard:sessions_end",
    "dashboard:not_me",
    "dashboard:confirmed",
}
DO_NOT_ASK = {
    "dashboard:tax_use",
    "dashboard:tax_delete",
    "dashboard:exports_progress",
    "dashboard:security_log",
    "dashboard:security_log_csv",
    "dashboard:confirm",
    "dashboard:team_switch",
}
WITH_ID = {"mfa_edit_webauthn", "mfa_remove_webauthn"}  # of a passkey
MODULES: list[ModuleType] = [api_keys, confirm, erasing, exports, payments, security, team]


def views() -> Iterator[tuple[str, Any]]:
    """The name and the class of every view; of a view that is a function, the function."""

    def walk(resolver: URLResolver, room: str) -> Iterator[tuple[str, Any]]:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLResolver):
                yield from walk(entry, entry.namespace or room)
            elif isinstance(entry, URLPattern):
                yield (
                    f"{room}:{entry.name}",
                    getattr(entry.callback, "view_class", entry.callback),
                )

    yield from walk(get_resolver(), "")


def test_each_view_on_the_list_asks_and_no_other() -> None:
    asking = {name for name, view in views() if getattr(view, "confirms", False)}
    assert asking == ASK


def test_a_new_view_beside_them_says_whether_it_asks() -> None:
    of_modules = {module.__name__ for module in MODULES}
    for name, view in views():
        if view.__module__ in of_modules:
            assert "confirms" in vars(view), f"{name}: does it ask?"
            assert name in ASK | DO_NOT_ASK
    for inherited in (history.ExportAgreement, client_views.ExportClient):
        assert inherited.confirms


def test_allauths_pages_that_change_how_one_signs_in_are_named() -> None:
    there = {
        pattern.name
        for entry in get_resolver().url_patterns
        if isinstance(entry, URLResolver) and str(entry.pattern) == "accounts/"
        for pattern in flat(entry)
    }
    signing_in = re.compile(
        "signup|login|logout|inactive|verification|reset|reauthenticate|authenticate|trust|index"
        "|confirm_email|sessions"
    )
    assert {name for name in there if not signing_in.search(name)} == confirmation.SENSITIVE


def flat(resolver: URLResolver) -> Iterator[Any]:
    for entry in resolver.url_patterns:
        yield from flat(entry) if isinstance(entry, URLResolver) else [entry]


@pytest.mark.parametrize("name", sorted(ASK - {"dashboard:confirmed"}))
@pytest.mark.parametrize("method", ["get", "post", "head", "put", "htmx", "json"])
def test_no_way_of_asking_gets_past_it(world: World, name: str, method: str) -> None:
    needs_row = {"dashboard:api_revoke", "dashboard:export"}
    needs_row |= {"dashboard:agreement_files", "dashboard:client_files", "dashboard:client_erase"}
    needs_row |= {"dashboard:contact_data", "dashboard:contact_erase"}
    needs_row |= {f"dashboard:team_{verb}" for verb in ("resend", "withdraw", "role", "remove")}
    path = reverse(name, args=[world.business.pk] if name in needs_row else [])
    browser = long_signed_in(world.business)
    headers = {"htmx": {"HX-Request": "true"}, "json": {"Accept": "application/json"}}
    how = {"htmx": "post", "json": "post"}.get(method, method)
    answer = getattr(browser, how)(path, headers=headers.get(method, {}))
    to = answer.headers.get("HX-Redirect") or answer.headers.get("Location", "")
    assert answer.status_code == (204 if method == "htmx" else 302)
    assert urlsplit(to).path == reverse("dashboard:confirm")


@pytest.mark.parametrize(
    "name", ["account_email", "account_set_password", "mfa_activate_totp", "mfa_add_webauthn"]
)
def test_who_signs_in_by_code_alone_is_asked_on_allauths_pages_too(world: World, name: str) -> None:
    answer = long_signed_in(world.business).get(reverse(name))
    assert urlsplit(answer["Location"]).path == reverse("dashboard:confirm")


@pytest.mark.parametrize("name", sorted(confirmation.SENSITIVE - WITH_ID))
def test_a_stranger_is_led_to_the_sign_in(db: None, name: str) -> None:
    answer = Browser().get(reverse(name))
    assert urlsplit(answer["Location"]).path == reverse("account_login")


def test_after_signing_in_nothing_is_asked_until_the_time_is_over(world: World) -> None:
    browser, page = long_signed_in(world.business), reverse("dashboard:paying")
    session = browser.session
    for minutes, status in ((14, 200), (16, 302)):
        past = timezone.now() - timedelta(minutes=minutes)
        session[confirmation.CONFIRMED] = past.timestamp()
        session.save()
        answer = browser.get(page)
        assert answer.status_code == status
        assert answer.headers["Cache-Control"] == "private, no-store"


def test_the_password_confirms_and_what_was_typed_is_saved_with_one_press(world: World) -> None:
    with_password(world.business.owner)
    browser = long_signed_in(world.business)
    asked = browser.post(reverse("dashboard:paying"), BANK)
    assert urlsplit(asked["Location"]).path == reverse("account_reauthenticate")
    assert not BankDetails.objects.exists()
    wanted = parse_qs(urlsplit(asked["Location"]).query)["next"][0]
    wrong = {"password": "not it", "next": wanted}
    assert browser.post(reverse("account_reauthenticate"), wrong).status_code == 200
    assert browser.get(reverse("dashboard:paying")).status_code == 302
    right = browser.post(reverse("account_reauthenticate"), wrong | {"password": PASSWORD})
    shown = browser.get(right["Location"])
    assert not BankDetails.objects.exists(), "nothing is done without a press"
    fields = dict(shown.context["carried"])
    assert browser.post(shown.context["path"], fields).status_code == 302
    assert BankDetails.objects.get().account == BANK["account"]
    assert SecurityEvent.objects.filter(what="bank_changed").count() == 1


def test_what_waits_is_kept_encrypted_and_once(world: World) -> None:
    browser = long_signed_in(world.business)
    secret = {
        "which": f"gateway:{GATEWAY}",
        "secret": "sk_test_canary",
        "webhook_secret": "whsec_1",
    }
    browser.post(reverse("dashboard:paying"), secret)
    assert "canary" not in repr(dict(browser.session))
    session = browser.session
    session[confirmation.CONFIRMED] = timezone.now().timestamp()
    session.save()
    shown = browser.get(reverse("dashboard:confirmed"))
    assert dict(shown.context["carried"]) == secret and "no-store" in shown["Cache-Control"]
    assert browser.get(reverse("dashboard:confirmed")).status_code == 302


def code_of(browser: Browser) -> str:
    return links.code(UUID(browser.session[confirm.SENT]["row"]))


def test_who_has_no_password_confirms_by_an_emailed_code(world: World) -> None:
    browser, page = long_signed_in(world.business), reverse("dashboard:confirm")
    asked = browser.get(reverse("dashboard:api"))
    browser.post(page, {"next": reverse("dashboard:api")})
    email = OutboxEmail.objects.get(kind="confirm_code")
    assert email.to == world.business.owner.email and code_of(browser) not in email.text
    assert urlsplit(asked["Location"]).path == page
    done = browser.post(page, {"code": code_of(browser), "next": reverse("dashboard:api")})
    assert done["Location"] == reverse("dashboard:api")
    assert browser.get(done["Location"]).status_code == 200


def test_a_code_is_for_one_session_and_cannot_be_guessed_or_used_twice(world: World) -> None:
    browser, page = long_signed_in(world.business), reverse("dashboard:confirm")
    browser.post(page, {})
    right = code_of(browser)
    other = long_signed_in(world.business)
    assert other.post(page, {"code": right}).status_code == 422
    for _try in range(5):
        assert browser.post(page, {"code": "000000"}).status_code == 422
    assert browser.post(page, {"code": right}).status_code == 422
    RateLimit.objects.all().delete()
    assert browser.post(page, {"code": right}).status_code == 302
    assert browser.post(page, {"code": right}).status_code == 422


def test_confirming_never_leads_to_another_site(world: World) -> None:
    browser, page = long_signed_in(world.business), reverse("dashboard:confirm")
    browser.post(page, {})
    for evil in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        assert browser.get(page, {"next": evil}).context["next"] == reverse("dashboard:home")
    done = browser.post(page, {"code": code_of(browser), "next": "https://evil.example/"})
    assert done["Location"] == reverse("dashboard:home")


def test_with_a_second_factor_an_emailed_code_is_not_enough(world: World, settings: Any) -> None:
    person = world.business.owner
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    browser = long_signed_in(world.business)
    cache.clear()
    asked = browser.get(reverse("dashboard:api"))
    assert urlsplit(asked["Location"]).path == reverse("mfa_reauthenticate")
    assert browser.post(reverse("dashboard:confirm"), {}).status_code == 302
    assert not OutboxEmail.objects.filter(kind="confirm_code").exists()
    settings.MFA_TOTP_TOLERANCE = 3  # half a minute may end meanwhile
    fields = {"code": app_code(secret), "next": reverse("dashboard:api")}
    assert browser.post(reverse("mfa_reauthenticate"), fields).status_code == 302
    assert browser.get(reverse("dashboard:api")).status_code == 200
    assert Authenticator.objects.filter(user=person).exists()


def test_a_session_of_another_person_confirms_nothing(world: World) -> None:
    browser = long_signed_in(world.business)
    other = long_signed_in(World().business)
    other.post(reverse("dashboard:confirm"), {})
    session = browser.session
    session[confirm.SENT] = other.session[confirm.SENT]
    session.save()
    assert browser.post(reverse("dashboard:confirm"), {"code": code_of(other)}).status_code == 422


def test_a_form_of_another_site_is_refused_before_anything_is_kept(world: World) -> None:
    browser = long_signed_in(world.business)
    browser.handler.enforce_csrf_checks = True
    assert browser.post(reverse("dashboard:paying"), BANK).status_code == 403
    assert confirmation.WAITING not in browser.session


def test_a_downloaded_export_is_a_line_each_time_and_one_email(world: World) -> None:
    export = requested_exports.request_export(
        business=world.business, scope=Scope.EVERYTHING, now=NOW
    )
    requested_exports.build_due(now=NOW)
    path = reverse("dashboard:export", args=[export.pk])
    browser = long_signed_in(world.business)
    assert browser.get(path).status_code == 302
    session = browser.session
    session[confirmation.CONFIRMED] = timezone.now().timestamp()
    session.save()
    for _twice in range(2):
        assert browser.get(path).status_code == 200
    assert SecurityEvent.objects.filter(what="export_downloaded").count() == 2
    assert OutboxEmail.objects.filter(kind="security", ref__startswith="download:").count() == 1
    assert re.search("downloaded", OutboxEmail.objects.get(ref__startswith="download:").text)
