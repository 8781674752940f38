"""allauth's form to sign up, as slow for an address that has an account as for a new one.

It is a module of its own because allauth imports `sign_up` before its own forms exist.
"""

from typing import Any

from allauth.account.forms import SignupForm
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest


class SignUpForm(SignupForm):  # type: ignore[misc]  # allauth ships no types
    """Hashes the password of a known address as well, and forgets it."""

    def try_save(self, request: HttpRequest) -> Any:
        """The new user and no answer, or no user and the answer. The signature is allauth's."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)
