"""Any long password that nobody would guess is taken, exactly as it was typed (docs/trust.md)."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher, get_hasher
from django.contrib.auth.password_validation import validate_password
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from core.models import OutboxEmail, User
from tests.safety_people import PASSWORD, app_code, signed_in, with_password
from tests.world import World

TAKEN = [
    "quietriver",
    "อีกสักครู่กลับมาใช้งาน",
    "          ก     ",
    "!!!!!!!???",
    "x" * 10 + "q",
    "a river of words " * 12,
    "the retainerhub of the quiet river",
]
REFUSED = [
    "short",
    "password12",
    "iloveyou2024!",
    "!!Football1!!",
    "Retainer Hub 2026",
    "retainer-hub-1",
    "Hub.Example.2026",
    "Studio Nan 1234",
]


@pytest.fixture
def person(world: World, settings: object) -> User:
    settings.SITE_URL = "https://hub.example"  # type: ignore[attr-defined]
    world.business.name = "Studio Nan"
    world.business.save()
    return with_password(world.business.owner)


def changed(person: User, new: str, old: str = PASSWORD) -> bool:
    """Whether the page to change the password took it."""
    signed_in(person).post(
        reverse("account_change_password"),
        {"oldpassword": old, "password1": new, "password2": new},
    )
    person.refresh_from_db()
    return not person.check_password(PASSWORD)


@pytest.mark.parametrize("new", TAKEN)
def test_a_long_password_of_any_characters_is_kept_as_it_was_typed(person: User, new: str) -> None:
    assert changed(person, new)
    assert person.check_password(new)
    assert not person.check_password(new.strip() + "x")
    others = {new.upper(), new.strip(), new[:64]} - {new}
    assert not any(map(person.check_password, others))


@pytest.mark.parametrize("new", REFUSED)
def test_a_short_common_or_obvious_password_is_refused(person: User, new: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(new, person)


def test_a_password_is_changed_by_whoever_knows_the_present_one(person: User) -> None:
    assert not changed(person, "a quiet lake of words", old="something else")
    assert not changed(person, REFUSED[1])
    assert changed(person, "a quiet lake of words")


@pytest.mark.parametrize("page", ["account_login", "account_signup"])
def test_a_password_is_hidden_and_can_be_filled_in_by_a_program(db: None, page: str) -> None:
    (field,) = re.findall(r"<input[^>]*type=\"password\"[^>]*>", Browser().get(reverse(page)).text)
    assert re.search(r'autocomplete="(current|new)-password"', field)
    assert not re.search(r"maxlength|onpaste|readonly", field)
    script = "".join(path.read_text() for path in settings.BASE_DIR.glob("static/js/*.js"))
    assert not re.search(r"""["'](paste|onpaste)["']""", script)


def test_a_password_works_however_old_it_is(person: User) -> None:
    long_ago = timezone.now() - timedelta(days=3650)
    User.objects.update(date_joined=long_ago, last_login=long_ago)
    assert signed_in(person).get(reverse("dashboard:home")).status_code == 200


def test_signing_up_asks_for_no_hint_and_no_secret_question(db: None) -> None:
    form = Browser().get(reverse("account_signup")).context["form"]
    assert set(form.fields) == {"name", "email", "password1"}


def test_a_reset_password_still_needs_the_second_factor(person: User) -> None:
    TOTP.activate(person, generate_totp_secret())
    browser = Browser()
    browser.post(reverse("account_reset_password"), {"email": person.email})
    text = OutboxEmail.objects.get(to=person.email).text
    (path,) = re.findall(r"https?://[^/]+(/accounts/password/reset/key/\S+)", text)
    page = browser.get(path, follow=True).redirect_chain[-1][0]
    new = "a quiet lake of words"
    browser.post(page, {"password1": new, "password2": new})
    person.refresh_from_db()
    assert person.check_password(new)
    assert browser.get(reverse("dashboard:home")).status_code == 302, "it does not sign in"
    cache.clear()
    fields = {"login": person.email, "password": new}
    answer = browser.post(reverse("account_login"), fields)
    assert answer["Location"] == reverse("mfa_authenticate")


def test_codes_of_the_second_factor_work_once(person: User) -> None:
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    recovery = RecoveryCodes.activate(person).get_unused_codes()[0]
    browsers = [signed_in(person) for _code in range(4)]
    for code in (app_code(secret), recovery):
        page = reverse("mfa_authenticate")
        answers = [browsers.pop().post(page, {"code": code}) for _time in range(2)]
        assert [answer.status_code for answer in answers] == [302, 200]


def test_who_is_deactivated_is_out_at_once(person: User) -> None:
    browser = signed_in(person)
    assert browser.get(reverse("dashboard:home")).status_code == 200
    User.objects.update(is_active=False)
    answer = browser.get(reverse("dashboard:home"))
    assert answer.status_code == 302 and reverse("account_login") in answer["Location"]


def test_the_id_of_a_session_cannot_be_guessed(person: User) -> None:
    """32 characters of 36, which the system's random numbers choose: 165 bits."""
    ids = {signed_in(person).session.session_key for _time in range(3)}
    assert len(ids) == 3 and all(re.fullmatch(r"[a-z0-9]{32}", each) for each in ids)


def test_a_stored_password_costs_its_guesser_much() -> None:
    hasher = get_hasher("default")
    assert isinstance(hasher, PBKDF2PasswordHasher) and hasher.algorithm == "pbkdf2_sha256"
    assert hasher.iterations >= 600_000
