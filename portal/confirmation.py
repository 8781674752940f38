"""Asks the reader of a page for a code from their mailbox, before they do something in their name.

What was posted is carried along, and posted again together with the code: nothing is lost.
"""

import uuid
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from clients import portal_links
from clients.models import Contact
from core import links
from core.web.throttle import too_often
from portal.sessions import confirm_session

SENT = "portal_code"  # where the session holds the code that was sent
CODE, WAS_GET = "portal_code", "portal_was_get"  # fields of the form
CODE_LIFE = timedelta(minutes=15)
CODE_TRIES = 5  # wrong codes before a new one is needed
OWN_FIELDS = ("csrfmiddlewaretoken", CODE)


def ask(request: HttpRequest, contact: Contact) -> HttpResponse | None:
    """The page that asks for the code, or the way back to the page that was asked for.

    None if the right code came with the request, which may then go on as that of the contact.
    """
    now, error = timezone.now(), ""
    if CODE in request.POST:
        error = _fault(request, now)
        if not error:
            del request.session[SENT]
            confirm_session(request)
            return redirect(request.get_full_path()) if WAS_GET in request.POST else None
    elif request.method == "POST":
        error = _send(request, contact, now)
    return _page(request, contact, error)


def _send(request: HttpRequest, contact: Contact, now: datetime) -> str:
    """Email a new code. Returns what is wrong, or ""."""
    who = str(contact.pk)
    if too_often("portal_code", who, limit=6, seconds=3600, now=now) or too_often(
        "portal_code_day", who, limit=12, seconds=24 * 3600, now=now
    ):
        return _("Too many codes were asked for. Please wait an hour, or write to us.")
    row = uuid.uuid4()
    request.session[SENT] = {"row": str(row), "at": now.timestamp()}
    portal_links.mail_code(contact=contact, code_row=row, now=now)
    return ""


def _fault(request: HttpRequest, now: datetime) -> str:
    """What is wrong with the code that was typed, or ""."""
    sent = request.session.get(SENT)
    if sent is None or now.timestamp() - sent["at"] > CODE_LIFE.total_seconds():
        return _("This code is no longer valid. Ask for a new one.")
    if too_often("portal_code_try", sent["row"], limit=CODE_TRIES, seconds=3600, now=now):
        return _("This code is no longer valid. Ask for a new one.")
    typed = links.digits_of(request.POST[CODE])
    if not constant_time_compare(typed, links.code(uuid.UUID(sent["row"]))):
        return _("This is not the code we sent. Please check it, or ask for a new one.")
    return ""


def _page(request: HttpRequest, contact: Contact, error: str) -> HttpResponse:
    carried = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in OWN_FIELDS
        for value in values
    ]
    if request.method != "POST":
        carried.append((WAS_GET, "1"))
    context = {
        "contact": contact,
        "carried": carried,
        "sent": SENT in request.session,
        "error": error,
    }
    return render(request, "portal/confirmation.html", context, status=422 if error else 403)
