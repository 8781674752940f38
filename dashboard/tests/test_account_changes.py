"""Whoever changes how an account is signed in to, its owner reads of it (rule 81)."""

import re
from pathlib import Path

import allauth
import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from core.models import OutboxEmail, User
from core.safety import log
from core.safety.sentences import OF_ALLAUTH, TOLD
from core.team.roles import Role
from tests.world import World

OLD, NEW = "a quiet river 42", "a loud waterfall 43"
PHONE = {"User-Agent": "Phone/1.0"}


@pytest.fixture
def owner(world: World) -> User:
    person = world.business.owner
    person.set_password(OLD)
    person.save()
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


@pytest.fixture
def browser(owner: User) -> Browser:
    """The owner's, who has just entered their password."""
    cache.clear()
    browser = Browser(headers=PHONE)
    browser.post(reverse("account_login"), {"login": owner.email, "password": OLD})
    return browser


def told() -> OutboxEmail:
    return OutboxEmail.objects.get(kind="security")


def test_a_new_password_is_told_with_time_place_and_browser(browser: Browser, owner: User) -> None:
    fields = {"oldpassword": OLD, "password1": NEW, "password2": NEW}
    assert browser.post(reverse("account_change_password"), fields).status_code == 302
    email = told()
    assert email.to == owner.email and "Your password was changed." in email.text
    assert "from 127.0.0.1, with Phone/1.0" in email.text
    assert reverse("dashboard:not_me") in email.text


def test_a_password_that_was_not_changed_is_not_told(browser: Browser) -> None:
    fields = {"oldpassword": "not it", "password1": NEW, "password2": NEW}
    assert browser.post(reverse("account_change_password"), fields).status_code == 200
    assert not OutboxEmail.objects.filter(kind="security").exists()


def test_another_address_is_told_to_the_former_one(browser: Browser, owner: User) -> None:
    EmailAddress.objects.create(user=owner, email="second@studio.example", verified=True)
    former, page = owner.email, reverse("account_email")
    browser.post(page, {"action_primary": "", "email": "second@studio.example"})
    assert User.objects.get(pk=owner.pk).email == "second@studio.example"
    email = OutboxEmail.objects.get(kind="security", copy_of=None)
    assert email.to == former
    assert OutboxEmail.objects.get(copy_of=email).to == "second@studio.example"
    assert f"is no longer {former}, but second@studio.example." in email.text


def test_every_change_that_allauth_tells_of_has_a_sentence() -> None:
    folder = Path(allauth.__file__).parent / "templates"
    there = {
        path.relative_to(folder).as_posix().removesuffix("_message.txt")
        for room in ("account", "mfa")
        for path in folder.glob(f"{room}/email/*_message.txt")
        if "base_notification" in path.read_text()
    }
    not_used = {"account/email/email_confirm"}  # allauth sends it nowhere
    assert there - not_used == set(OF_ALLAUTH)


@pytest.mark.parametrize("what", [what for what, told in TOLD.items() if told.subject])
def test_each_sentence_can_be_written(what: str, owner: User) -> None:
    named = re.findall(r"%\((\w+)\)s", str(TOLD[what].sentence))
    facts = dict.fromkeys(named, "x@studio.example") | {"role": Role.MEMBER}
    log.write(what=what, person=owner, by=log.By("Nan"), facts=facts, now=timezone.now())
    assert "from an unknown address, with an unknown program." in told().text
