"""Staff need a second factor, and everybody else where their business says so (rule 85)."""

from io import StringIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from core import links
from core.models import Membership, OutboxEmail, SecurityEvent, User
from core.models.link import LinkPurpose
from core.team.roles import Role
from tests.browsers import logged_in
from tests.safety_people import app_code, long_signed_in, signed_in, with_password
from tests.world import NOW, World


@pytest.fixture(autouse=True)
def _half_a_minute_may_end(settings: Any) -> None:
    settings.MFA_TOTP_TOLERANCE = 3


@pytest.fixture
def staff(settings: Any, db: None) -> User:
    settings.STAFF_SECOND_FACTOR = True
    return User.objects.create_superuser("root@hub.example", "a quiet river 42")


def admin_addresses() -> list[str]:
    """Every address of the admin site that needs no id."""

    def walk(resolver: URLResolver) -> Any:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLResolver):
                yield from walk(entry)
            elif isinstance(entry, URLPattern) and entry.name:
                yield entry.name

    found = next(
        one for one in get_resolver().url_patterns if getattr(one, "namespace", "") == "admin"
    )
    assert isinstance(found, URLResolver)
    addresses = []
    for name in walk(found):
        for args in ([], [1]):
            try:
                addresses.append(reverse(f"admin:{name}", args=args))
            except LookupError:
                continue
            except Exception:  # noqa: BLE001  # it needs other arguments
                continue
    return addresses


def test_staff_without_a_second_factor_reach_no_page_of_the_admin_site(staff: User) -> None:
    browser = logged_in(staff)
    addresses = [one for one in admin_addresses() if not one.endswith("/logout/")]
    assert len(addresses) > 100
    for address in addresses:
        for method in (browser.get, browser.post):
            answer = method(address)
            assert answer.status_code == 302, address
            assert urlsplit(answer["Location"]).path == reverse("mfa_index"), address


def test_staff_with_one_come_in_once_they_have_used_it(staff: User) -> None:
    secret = generate_totp_secret()
    TOTP.activate(staff, secret)
    browser = logged_in(staff)  # as by a link: no second factor was asked for
    asked = browser.get(reverse("admin:index"))
    assert urlsplit(asked["Location"]).path == reverse("mfa_reauthenticate")
    closed = ("mfa_view_recovery_codes", "mfa_add_webauthn", "mfa_deactivate_totp", "account_email")
    for name in closed:
        answer = browser.get(reverse(name))
        assert urlsplit(answer["Location"]).path == reverse("mfa_reauthenticate"), name
    cache.clear()
    fields = {"code": app_code(secret), "next": reverse("admin:index")}
    browser.post(reverse("mfa_reauthenticate"), fields)
    assert browser.get(reverse("admin:index")).status_code == 200


def test_a_business_can_require_it_of_everybody_who_signs_in(world: World) -> None:
    owner = logged_in(world.business.owner)
    assert owner.get(reverse("dashboard:home")).status_code == 200
    owner.post(reverse("dashboard:security_rule"), {"requires_second_factor": "on"})
    for name in ("home", "clients", "paying", "security", "you", "exports"):
        answer = owner.get(reverse(f"dashboard:{name}"))
        assert answer["Location"] == reverse("mfa_index"), name
    assert owner.get(reverse("account_email"))["Location"] == reverse("mfa_index")
    assert owner.get(reverse("mfa_index")).status_code == 200
    assert SecurityEvent.objects.filter(what="second_factor_required").count() == 1


@pytest.mark.django_db(transaction=True)  # allauth tells of it when it is committed
def test_who_sets_one_up_goes_on_at_once_with_recovery_codes(world: World) -> None:
    world.business.requires_second_factor = True
    world.business.save()
    owner = signed_in(with_password(world.business.owner))
    page = reverse("mfa_activate_totp")
    secret = owner.get(page).context["form"].secret
    assert owner.post(page, {"code": app_code(secret)}).status_code == 302
    kinds = set(Authenticator.objects.values_list("type", flat=True))
    assert kinds >= {Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES}
    assert owner.get(reverse("dashboard:home")).status_code == 200


def test_signing_in_with_it_is_enough_and_a_recovery_code_too(world: World) -> None:
    world.business.requires_second_factor = True
    world.business.save()
    person = with_password(world.business.owner)
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    recovery = RecoveryCodes.activate(person).get_unused_codes()[0]
    for typed in (app_code(secret), recovery):
        browser = signed_in(person)
        assert browser.get(reverse("dashboard:home")).status_code == 302, "not signed in yet"
        browser.post(reverse("mfa_authenticate"), {"code": typed})
        assert browser.get(reverse("dashboard:home")).status_code == 200


def test_a_sign_in_link_does_not_go_around_it(world: World) -> None:
    world.business.requires_second_factor = True
    world.business.save()
    person = world.business.owner
    TOTP.activate(person, generate_totp_secret())
    link = links.mint(purpose=LinkPurpose.SIGN_IN, subject_id=person.pk, now=NOW)
    link.expires_at = link.expires_at.replace(year=2099)
    link.save()
    browser = Browser()
    browser.post(reverse("dashboard:sign_in", args=[links.token(link.pk)]))
    answer = browser.get(reverse("dashboard:home"))
    assert urlsplit(answer["Location"]).path == reverse("mfa_reauthenticate")


def test_a_page_asks_nothing_more_where_no_second_factor_is_required(world: World) -> None:
    browser = logged_in(world.business.owner)
    of_safety = {"usersession", "securityevent"}
    # The checklist of the overview asks for a second factor, as it did before.
    for page, tables in {"home": of_safety, "owner_emails": of_safety | {"mfa_"}}.items():
        browser.get(reverse(f"dashboard:{page}"))
        with CaptureQueriesContext(connection) as queries:
            browser.get(reverse(f"dashboard:{page}"))
        asked = repr([one["sql"] for one in queries])
        assert not [name for name in tables if name in asked]


def test_an_administrator_helps_who_is_locked_out_and_it_is_told(world: World) -> None:
    person = world.business.owner
    TOTP.activate(person, generate_totp_secret())
    RecoveryCodes.activate(person)
    browser = logged_in(person)
    said = StringIO()
    call_command("reset_second_factor", person.email, reason="Lost phone, called", stdout=said)
    assert not Authenticator.objects.filter(user=person).exists()
    assert browser.get(reverse("dashboard:home")).status_code == 302, "every session ended"
    assert "Lost phone, called" in OutboxEmail.objects.get(kind="security").text
    assert SecurityEvent.objects.get(what="second_factor_reset").business == world.business
    with pytest.raises(CommandError):
        call_command("reset_second_factor", "x@nobody.example", reason="x")


def test_an_old_session_does_not_pass_for_a_second_factor(world: World) -> None:
    world.business.requires_second_factor = True
    world.business.save()
    TOTP.activate(world.business.owner, generate_totp_secret())
    answer = long_signed_in(world.business).get(reverse("dashboard:home"))
    assert urlsplit(answer["Location"]).path == reverse("mfa_reauthenticate")


def test_who_has_one_uses_it_before_changing_it_whatever_their_business_says(world: World) -> None:
    """Otherwise one that was added where none is needed would open a business that needs one."""
    person = world.business.owner
    TOTP.activate(person, generate_totp_secret())
    browser = logged_in(person)
    assert browser.get(reverse("dashboard:home")).status_code == 200, "none is required here"
    for name in ("mfa_add_webauthn", "mfa_deactivate_totp", "mfa_generate_recovery_codes"):
        for method in (browser.get, browser.post):
            answer = method(reverse(name))
            assert urlsplit(answer["Location"]).path == reverse("mfa_reauthenticate"), name


def test_nobody_is_kept_from_their_own_business_by_the_rule_of_another(world: World) -> None:
    theirs = World().business
    person = theirs.owner
    Membership.objects.create(business=world.business, user=person, role=Role.ASSISTANT)
    person.business_in_use = world.business
    person.save()
    world.business.requires_second_factor = True
    world.business.save()
    browser = logged_in(person)
    assert browser.get(reverse("dashboard:todo"))["Location"] == reverse("mfa_index")
    switch = reverse("dashboard:team_switch", args=[theirs.pk])
    assert switch in browser.get(reverse("mfa_index")).text
    browser.post(switch)
    assert browser.get(reverse("dashboard:todo")).status_code == 200
    browser.post(reverse("dashboard:team_switch", args=[world.business.pk]))
    assert browser.get(reverse("dashboard:todo"))["Location"] == reverse("mfa_index")
