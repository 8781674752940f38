"""What follows a sign-in, and one that failed: a session, a line of the log, an email."""

from typing import Any

from allauth.account import signals as account_signals
from allauth.mfa import signals as mfa_signals
from allauth.mfa.models import Authenticator
from django.contrib.auth import signals as auth_signals
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from core.models import SecurityEvent, User
from core.models.audit import SafetyKind
from core.safety import confirmation, devices, log, second_factor, sessions


def connect() -> None:
    """Listen to Django and allauth."""
    auth_signals.user_logged_in.connect(signed_in)
    auth_signals.user_login_failed.connect(password_failed)
    account_signals.login_code_rejected.connect(code_failed)
    account_signals.password_reset_code_rejected.connect(code_failed)
    mfa_signals.authentication_failed.connect(code_failed)
    mfa_signals.authenticator_added.connect(factor_added)


def signed_in(request: HttpRequest, user: User, **_rest: Any) -> None:
    """Begin the session and write a line; email it if this browser is a new one."""
    now, device = timezone.now(), devices.identify(request)
    before = SecurityEvent.objects.filter(person=user.pk, kind=SafetyKind.SIGNED_IN)
    is_new = before.exists() and not before.filter(device_id=device).exists()
    with transaction.atomic():
        sessions.begin(request, user, now=now)
        confirmation.confirm(request, now=now)
        log.write(
            what="signed_in_new" if is_new else "signed_in",
            person=user,
            by=log.By(log.named(user), devices.origin_of(request), device),
            now=now,
        )


def password_failed(
    credentials: dict[str, Any], request: HttpRequest | None = None, **_rest: Any
) -> None:
    """Count a wrong password for a known address."""
    email = credentials.get("email") or credentials.get("username") or ""
    user = User.objects.filter(email__iexact=str(email)[:254]).first()
    if user and request:
        code_failed(request, user)


def code_failed(request: HttpRequest, user: User, **_rest: Any) -> None:
    """Count a wrong code."""
    log.count_failure(person=user, origin=devices.origin_of(request), now=timezone.now())


def factor_added(
    request: HttpRequest, user: User, authenticator: Authenticator, **_rest: Any
) -> None:
    """Who has just set up a second factor is not asked for it in the same session."""
    if request.user == user and authenticator.type != Authenticator.Type.RECOVERY_CODES:
        request.session[second_factor.PASSED] = True
