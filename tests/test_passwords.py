"""Any long password that nobody would guess is taken, exactly as it was typed (docs/trust.md)."""

import re

import pytest
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher, get_hasher
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client as Browser
from django.urls import reverse

from core.models import User
from tests.safety_people import PASSWORD, signed_in, with_password
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


def test_a_stored_password_costs_its_guesser_much() -> None:
    hasher = get_hasher("default")
    assert isinstance(hasher, PBKDF2PasswordHasher) and hasher.algorithm == "pbkdf2_sha256"
    assert hasher.iterations >= 600_000
