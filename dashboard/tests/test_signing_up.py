"""Signing up says to nobody which addresses have an account: not in words, and not in time."""

from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.cache import cache
from django.test import Client as Browser
from django.urls import reverse

from core.models import OutboxEmail, User

hashed: list[str] = []


class Counting(PBKDF2PasswordHasher):
    """Django's own hasher, which takes nearly all the time of signing up; it notes each use."""

    iterations = 1

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        hashed.append(password)
        return super().encode(password, salt, iterations)


def sign_up(email: str) -> Any:
    asked = {"name": "Mara Lindt", "email": email, "password1": "a quiet river 42"}
    return Browser().post(reverse("account_signup"), asked)


@pytest.mark.django_db
@pytest.mark.parametrize("is_confirmed", [True, False])
def test_a_known_address_is_answered_like_a_new_one(settings: Any, is_confirmed: bool) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.Counting"]
    hashed.clear()
    new = sign_up("mara@studio.example")
    work = list(hashed)
    User.objects.get().emailaddress_set.update(verified=is_confirmed)
    hashed.clear()
    cache.clear()  # the limit of emails to one address, long over when somebody tries it later
    known = sign_up("mara@studio.example")
    assert hashed == work == ["a quiet river 42"]
    assert (known.status_code, known.url) == (new.status_code, new.url)
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_the_code_page_says_where_the_email_is_and_sends_it_again(settings: Any) -> None:
    browser = Browser()
    asked = {"name": "Mara Lindt", "email": "mara@studio.example", "password1": "a quiet river 42"}
    page = browser.post(reverse("account_signup"), asked).headers["Location"]
    settings.DEBUG = settings.MAIL_IS_LOCAL = True
    assert f'href="{reverse("dashboard:mail")}"' in browser.get(page).content.decode()
    settings.DEBUG = False
    assert "no mail server" in browser.get(page).content.decode()
    settings.MAIL_IS_LOCAL = False
    shown = browser.get(page).content.decode()
    assert "no mail server" not in shown and "Send the code again" in shown
    cache.clear()  # one email a minute to one address
    assert browser.post(page, {"action": "resend"}).status_code == 302
    subjects = set(OutboxEmail.objects.values_list("subject", flat=True))
    assert OutboxEmail.objects.count() == 2 and subjects == {"Confirm your email for Retainer Hub"}
