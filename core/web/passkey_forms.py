"""allauth's forms for passkeys, whose credential is read strictly (settings.MFA_FORMS)."""

from typing import Any

from allauth.mfa.webauthn import forms as allauth
from django import forms

from core.web.strict_json import StrictDecoder


def _credential() -> Any:
    return forms.JSONField(decoder=StrictDecoder, widget=forms.HiddenInput)


class AddForm(allauth.AddWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    credential = _credential()


class LoginForm(allauth.LoginWebAuthnForm):  # type: ignore[misc]
    credential = _credential()


class AuthenticateForm(allauth.AuthenticateWebAuthnForm):  # type: ignore[misc]
    credential = _credential()


class ReauthenticateForm(allauth.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    credential = _credential()
