"""Who needs a second factor, and what they can do without one: set one up (rule 85)."""

from datetime import datetime
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from core.audit import UNSEEN
from core.models import Business, User
from core.safety import log, sessions
from core.safety.confirmation import SENSITIVE

PASSED = "second_factor"  # whether one was set up in this session

#: What somebody who has not passed a second factor can open. Everything else is closed to them.
ALWAYS = frozenset(
    [
        "account_logout",
        "account_reauthenticate",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "dashboard:confirm",
        "dashboard:team_switch",  # to a business that does not require one
        "set_language",
        "health",
        "live",
        "verify",
        "front",
        "portal:privacy",
    ]
)
#: And what somebody who has none can open, to set one up.
SETTING_UP = frozenset(
    [
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "dashboard:confirmed",
    ]
)
#: Where a second factor is changed: who has one uses it first, whatever their business says.
CHANGING = frozenset(name for name in SENSITIVE if name.startswith("mfa_"))
OTHER_DOORS = ("portal", "api")  # which do not ask who is signed in to the dashboard


def is_needed(user: User, business: Business | None) -> bool:
    """Whether this user has to have one: staff always, others as their business says."""
    is_asked_of_staff = user.is_staff and settings.STAFF_SECOND_FACTOR
    return bool(is_asked_of_staff or (business and business.requires_second_factor))


def has_passed(request: HttpRequest) -> bool:
    """Whether this session was begun or confirmed with a second factor or a passkey."""
    records = get_authentication_records(request, request.user)
    return any(row["method"] == "mfa" for row in records) or bool(request.session.get(PASSED))


def has_one(user: User) -> bool:
    """Whether a user has set up an authenticator app or a passkey."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return bool(Authenticator.objects.filter(user=user, type__in=kinds).exists())


def stop(request: HttpRequest, user: User, business: Business | None) -> HttpResponse | None:
    """Lead to the page that asks for a second factor, or that sets one up; None to go on."""
    match = request.resolver_match
    if match is None or has_passed(request):
        return None
    if not is_needed(user, business) and not (match.view_name in CHANGING and has_one(user)):
        return None
    if match.view_name in ALWAYS or match.namespace in OTHER_DOORS:
        return None
    if has_one(user):
        back = request.get_full_path() if request.method == "GET" else reverse("dashboard:home")
        return redirect(f"{_page_that_asks(user)}?{urlencode({'next': back})}")
    if match.view_name in SETTING_UP:
        return None
    messages.warning(
        request,
        _("A second factor is required to sign in here. Set one up to go on."),
    )
    return redirect("mfa_index")


def _page_that_asks(user: User) -> str:
    has_app = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
    return reverse("mfa_reauthenticate" if has_app else "mfa_reauthenticate_webauthn")


def reset(*, user: User, reason: str, by: str, now: datetime) -> int:
    """Remove a user's second factors and end their sessions; return how many there were.

    For an administrator who knows the person: the user is emailed, and reads it in the log.
    """
    with transaction.atomic():
        found = Authenticator.objects.filter(user=user)
        number: int = found.exclude(type=Authenticator.Type.RECOVERY_CODES).count()
        found.delete()
        sessions.end_all(user, now=now)
        log.write(
            what="second_factor_reset",
            person=user,
            by=log.By(by, UNSEEN),
            facts={"reason": reason},
            now=now,
        )
    return number


def require(*, business: Business, is_required: bool, by: log.By, now: datetime) -> None:
    """Say whether everybody who signs in to a business needs a second factor."""
    with transaction.atomic():
        changed = Business.objects.filter(pk=business.pk).exclude(
            requires_second_factor=is_required
        )
        if changed.update(requires_second_factor=is_required):
            what = "second_factor_required" if is_required else "second_factor_optional"
            log.write(what=what, person=business.owner, business=business, by=by, now=now)
