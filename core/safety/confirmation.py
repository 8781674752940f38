"""Asks users to confirm that it is them before they change what is sensitive (rule 84).

Signing in counts as such for CONFIRM_MINUTES. After that allauth asks for the password, the second
factor or a passkey; users without a second factor can have a code emailed to them instead.
"""

import json
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from core.database import vault

CONFIRMED = "confirmed_at"  # where the session holds when a user confirmed, in seconds since 1970
WAITING = "waiting_post"  # and what was posted before, encrypted
MOST_CARRIED = 60_000  # characters of what was posted

#: allauth's pages that change how one signs in, or show recovery codes.
SENSITIVE = frozenset(
    [
        "account_email",
        "account_change_password",
        "account_set_password",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_download_recovery_codes",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "mfa_edit_webauthn",
        "mfa_remove_webauthn",
    ]
)


def confirm(request: HttpRequest, *, now: datetime) -> None:
    """Note that the user has just shown that it is them."""
    request.session[CONFIRMED] = now.timestamp()


def is_confirmed(request: HttpRequest, *, now: datetime) -> bool:
    """Whether the user signed in, or confirmed it, within the last CONFIRM_MINUTES."""
    records = get_authentication_records(request, request.user)
    times = [row["at"] for row in records if row.get("reauthenticated")]
    since = now.timestamp() - max([*times, request.session.get(CONFIRMED, 0)])
    return bool(since < settings.CONFIRM_MINUTES * 60)


def asks(view: Any, name: str) -> bool:
    """Whether this view, with this name of its URL, is for those alone who have confirmed."""
    return name in SENSITIVE or getattr(getattr(view, "view_class", None), "confirms", False)


def ask(request: HttpRequest) -> HttpResponse:
    """Lead to the page that asks, and from there back to what was asked for.

    What was posted waits in the session, and is posted again with one press.
    """
    goes_to = request.get_full_path()
    if request.method not in ("GET", "HEAD"):
        _keep(request)
        goes_to = reverse("dashboard:confirmed")
    methods = get_adapter(request).get_reauthentication_methods(request.user)
    page = f"{methods[0]['url']}?{urlencode({'next': goes_to})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": page})
    return redirect(page)


def _keep(request: HttpRequest) -> None:
    """Keep what was posted, encrypted: there may be a gateway's key in it."""
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name != "csrfmiddlewaretoken"
    ]
    kept = json.dumps({"path": request.get_full_path(), "fields": fields})
    if len(kept) <= MOST_CARRIED and not request.FILES:
        request.session[WAITING] = vault.seal(kept).decode()
    else:
        request.session.pop(WAITING, None)


def waiting(request: HttpRequest) -> dict[str, Any] | None:
    """What was posted before the user confirmed: its `path` and its `fields`."""
    try:
        kept = vault.unseal(request.session.get(WAITING, "").encode())
    except vault.Sealed:
        return None
    found: dict[str, Any] = json.loads(kept)
    return found


def forget(request: HttpRequest) -> None:
    """Drop what waits."""
    request.session.pop(WAITING, None)


def by_email() -> dict[str, str]:
    """The emailed code, among the ways to confirm that allauth lists."""
    return {
        "id": "confirm_by_email",
        "description": _("Email me a code"),
        "url": reverse("dashboard:confirm"),
    }
