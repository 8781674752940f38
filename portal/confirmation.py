"""Asks the reader of a page for a code from their mailbox, before they do something in their name.

What was posted is carried along, and posted again together with the code: nothing is lost. The link
beside the code does the same in the browser that asked for it, once its button is pressed.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

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

SENT = "portal_code"  # where the session holds the code that was sent, and what waits for it
CODE, WAS_GET = "portal_code", "portal_was_get"  # fields of the form
CODE_TRIES = 5  # wrong codes before a new one is needed
OWN_FIELDS = ("csrfmiddlewaretoken", CODE)
MOST_CARRIED = 60_000  # characters that a session holds
NOUNS = ("proposal", "agreement", "amendment", "invoice", "report", "review", "request")


def ask(request: HttpRequest, contact: Contact) -> HttpResponse | None:
    """The page that asks for the code, or the way back to the page that was asked for.

    None if the right code came with the request, which may then go on as that of the contact.
    """
    now, error = timezone.now(), ""
    if CODE in request.POST:
        error = _fault(request, now)
        if not error:
            links.use_up(UUID(request.session.pop(SENT)["row"]), now=now)
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
    link = portal_links.mail_code(contact=contact, now=now, target=_target(request))
    fields = _carried(request)
    size = sum(len(name) + len(value) for name, value in fields)
    request.session[SENT] = {
        "row": str(link.pk),
        "at": now.timestamp(),
        "path": request.get_full_path(),
        "fields": fields if size <= MOST_CARRIED else None,
    }
    return ""


def waiting(request: HttpRequest, link_id: UUID) -> dict[str, Any] | None:
    """What waits in this browser for the code beside this link: where and what is posted with it.

    None where another browser asked for it, or the code was used.
    """
    sent = request.session.get(SENT)
    if not sent or sent["row"] != str(link_id) or sent.get("fields") is None:
        return None
    return {"path": sent["path"], "carried": [*sent["fields"], (CODE, links.code(link_id))]}


def _target(request: HttpRequest) -> str:
    """The page to which the link beside the code leads on another device, as "noun:id"."""
    match = request.resolver_match
    if match is None or "pk" not in match.kwargs:
        return "method" if match and match.url_name == "method" else ""
    name = "proposal" if match.url_name == "decline" else match.url_name or ""
    noun = next((noun for noun in NOUNS if name == noun or name.startswith(f"{noun}_")), "")
    return f"{noun}:{match.kwargs['pk']}" if noun else ""


def _fault(request: HttpRequest, now: datetime) -> str:
    """What is wrong with the code that was typed, or ""."""
    sent = request.session.get(SENT)
    if sent is None or now.timestamp() - sent["at"] > portal_links.CODE_LIFE.total_seconds():
        return _("This code is no longer valid. Ask for a new one.")
    if too_often("portal_code_try", sent["row"], limit=CODE_TRIES, seconds=3600, now=now):
        return _("This code is no longer valid. Ask for a new one.")
    typed = links.digits_of(request.POST[CODE])
    if not constant_time_compare(typed, links.code(UUID(sent["row"]))):
        return _("This is not the code we sent. Please check it, or ask for a new one.")
    return ""


def _carried(request: HttpRequest) -> list[tuple[str, str]]:
    """What was posted and is posted again with the code."""
    return [
        (name, str(value))
        for name, values in request.POST.lists()
        if name not in OWN_FIELDS
        for value in values
    ]


def _page(request: HttpRequest, contact: Contact, error: str) -> HttpResponse:
    carried = _carried(request)
    if request.method != "POST":
        carried.append((WAS_GET, "1"))
    context = {
        "contact": contact,
        "carried": carried,
        "sent": SENT in request.session,
        "error": error,
    }
    return render(request, "portal/confirmation.html", context, status=422 if error else 403)
