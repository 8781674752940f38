"""People who sign in by password, for the tests of the security log and of confirming."""

import time
from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from core.models import Business, User
from core.safety import confirmation
from tests.browsers import logged_in

PASSWORD = "a quiet river 42"
CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"


def with_password(person: User) -> User:
    """The person, whose address is confirmed, with a password."""
    person.set_password(PASSWORD)
    person.save()
    EmailAddress.objects.get_or_create(
        user=person, email=person.email, defaults={"verified": True, "primary": True}
    )
    return person


def signed_in(person: User, agent: str = CHROME, browser: Browser | None = None) -> Browser:
    """A browser in which the person has entered their password on the page."""
    cache.clear()
    browser = browser or Browser(headers={"User-Agent": agent})
    fields = {"login": person.email, "password": PASSWORD}
    assert browser.post(reverse("account_login"), fields).status_code == 302
    return browser


def long_signed_in(business: Business) -> Browser:
    """A browser of the owner, who signed in so long ago that sensitive pages ask again.

    Whoever was given no password has none, as who was invited and signs in by code.
    """
    if not business.owner.password:
        business.owner.set_unusable_password()
        business.owner.save()
    browser = logged_in(business.owner)
    session = browser.session
    past = timezone.now() - timedelta(hours=1)
    session[confirmation.CONFIRMED] = past.timestamp()
    session.save()
    return browser


def app_code(secret: str) -> str:
    """What an authenticator app shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))
