"""Browsers of Django's test client in which somebody is signed in."""

from typing import Any

from django.test import Client as Browser


def logged_in(user: Any) -> Browser:
    """A browser in which the user is signed in, without a second factor."""
    browser = Browser()
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser
