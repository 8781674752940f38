"""Enter and leave the portal: a link shows a button, and the button opens the session.

GET and HEAD never open a session, because mail programs fetch links in advance. A link that was
used opens its page again for reading, on any device, until it expires. The link beside a code shows
a button that enters the code.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from agreements.models import Agreement, Amendment, Proposal, Signature
from agreements.signing.sign import SIGNS
from clients import portal_links
from clients.models import Contact
from core import links
from core.models import Link
from core.models.link import LinkPurpose
from core.tenancy import scoped
from core.web import query_string
from core.web.throttle import mailbox, network, too_often
from delivery.rules.states import Answer
from portal import confirmation, look, sessions
from portal.access import remember_language
from portal.forms import LinkRequestForm
from portal.views import reports

ASKED = "portal_asked"  # where the session holds the links that were asked for with a code

#: What a link may lead to: names of URLs that take one id.
NOUNS = (
    "proposal",
    "agreement",
    "amendment",
    "invoice",
    "report",
    "answer",
    "overage",
    "review",
    "request",
    "hours",
)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show the button that opens a session; POST opens it and uses the link up.

    A link from a report shows the report's question with its answers instead of one button.
    """
    now = timezone.now()
    link = links.find(token, purpose=LinkPurpose.PORTAL, now=now)
    contact = portal_links.contact_for(link) if link else None
    if contact:
        look.wear(request, contact.business)
    if link and contact and request.method != "POST" and (page := _beside_code(request, link)):
        return page
    if link is None or contact is None or (link.used_at and _is_signed_in_as(request, link)):
        return _used_link(request, token)
    language = _language(link.target, contact)
    with translation.override(language):
        report = reports.awaiting_answer(link, contact) if link.used_at is None else None
        if request.method == "POST":
            _open_session(request, link, contact, now)
            if report and "answer" in request.POST and not sessions.is_reading(request):
                reports.save_answer(request, report, contact)
            # The link beside a code that signs shows its button now: somebody is signed in.
            there = request.path if _signs(link) else _target_url(link.target, request)
            response = redirect(there)
            remember_language(request, response, language)
            look.remember(request, response, contact.business)
            return response
        if report:
            return reports.answer_without_session(request, report, contact)
        noun = link.target.partition(":")[0]
        return render(request, "portal/enter.html", {"contact": contact, "noun": noun})


def _beside_code(request: HttpRequest, link: Link) -> HttpResponse | None:
    """The page whose button enters the code beside this link; None where it is not asked for here.

    That is the browser that asked for the code, or one that is signed in as the person who signs.
    """
    contact = sessions.signed_in_contact(request)
    if contact is None or contact.pk != link.subject_id:
        return None
    with translation.override(_language(link.target, contact)):
        if waiting := confirmation.waiting(request, link.pk):
            return render(request, "portal/continue.html", {"contact": contact, **waiting})
        if not _signs(link) or sessions.is_reading(request):
            return None
        there = _target_url(link.target, request)
        rows = scoped(Signature, contact.business)
        own = rows.filter(code_row=link.pk, contact=contact, signed_at=None)
        place = own.select_related("agreement", "amendment").first()
        if place is None:
            return redirect(there)
        context = {
            "contact": contact,
            "place": place,
            "paper": place.amendment or place.agreement,
            "path": there,
            "carried": [("code", links.code(link.pk))],
        }
        return render(request, "portal/sign_now.html", context)


def _signs(link: Link) -> bool:
    """Whether the link came beside a code that signs a document."""
    return link.target.startswith("sign_")


def _language(target: str, contact: Contact) -> str:
    """The language that a person chose, or that of the document to which a link leads."""
    noun, _colon, pk = target.removeprefix("sign_").partition(":")
    models: dict[str, Any] = {"proposal": Proposal, "agreement": Agreement, "amendment": Amendment}
    row = scoped(models[noun], contact.business).filter(pk=pk).first() if noun in models else None
    return contact.language_for(row.language if row else contact.client.language)


def _open_session(request: HttpRequest, link: Link, contact: Contact, now: datetime) -> None:
    """Open the session of a link: for reading, if it was used before or was made for reading.

    If the button is pressed twice at once, only one request uses the link up.
    """
    if links.consume(link, now=now):
        sessions.open_session(request, contact)
    elif not _is_signed_in_as(request, link):
        page = _target_url(link.target, request).partition("?")[0]
        sessions.open_reading_session(request, contact, page, link.expires_at)


def _is_signed_in_as(request: HttpRequest, link: Link) -> bool:
    """Whether this browser has a session of the person for whom the link was made."""
    contact = sessions.signed_in_contact(request)
    return bool(contact and contact.pk == link.subject_id and not sessions.is_reading(request))


def _target_url(target: str, request: HttpRequest) -> str:
    """The URL to which a link leads. The answer that was clicked in the email is passed on."""
    noun, _colon, pk = target.partition(":")
    if noun in SIGNS.values():
        return reverse(f"portal:{noun.removeprefix('sign_')}_code", args=[pk])
    if noun == "method":
        return reverse("portal:method")
    if noun not in NOUNS or not pk:
        return reverse("portal:home")
    answer = query_string.text(request.GET, "answer")
    return reverse(f"portal:{noun}", args=[pk]) + (
        f"?answer={answer}" if answer in set(Answer) else ""
    )


def _used_link(request: HttpRequest, token: str) -> HttpResponse:
    """The page for an expired link, with a button that emails a new one to the same person.

    Someone who is already signed in as that person is redirected at once.
    """
    link = links.known(token, purpose=LinkPurpose.PORTAL)
    contact = portal_links.contact_for(link) if link else None
    if contact:
        look.wear(request, contact.business)
    if link and _is_signed_in_as(request, link):
        return redirect(_target_url(link.target, request))
    context = {
        "token": token if link else "",
        "contact": contact,
    }
    return render(request, "portal/stale.html", context, status=410)


@require_POST
def renew(request: HttpRequest, token: str) -> HttpResponse:
    """Email a new link to the person for whom the old one was made."""
    now = timezone.now()
    link = links.known(token, purpose=LinkPurpose.PORTAL)
    contact = portal_links.contact_for(link) if link else None
    if contact:
        look.wear(request, contact.business)
    if link and contact and not too_often("renew", str(contact.pk), limit=5, seconds=3600, now=now):
        portal_links.mail_portal_link(contact=contact, now=now, target=link.target)
    return render(request, "portal/sent.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def request_link(request: HttpRequest) -> HttpResponse:
    """Request a link by email. The response is the same whether or not the address is known.

    The email has a code as well: a portal on the home screen of a phone may not be opened by links.
    """
    form = LinkRequestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email, now = form.cleaned_data["email"].lower(), timezone.now()
        too_many = too_often("ask", network(request), limit=10, seconds=3600, now=now)
        sent = []
        if not too_many and not too_often("ask", mailbox(email), limit=5, seconds=3600, now=now):
            sent = portal_links.mail_fresh_links(email=email, now=now)
        if not too_many:
            request.session[ASKED] = {
                "email": mailbox(email),
                "at": now.isoformat(),
                "links": [str(link.pk) for link in sent],
            }
        return render(request, "portal/sent.html", {"takes_code": True})
    return render(request, "portal/ask.html", {"form": form}, status=422 if form.is_bound else 200)


@never_cache
@require_POST
def enter_code(request: HttpRequest) -> HttpResponse:
    """Open the session of the link whose code was typed, in the browser that asked for it.

    A code is guessed five times at most, and ten times a day for one address. What is wrong is
    never said: an unknown address, a wrong code and one that is over are answered alike.
    """
    asked, now = request.session.get(ASKED), timezone.now()
    if not asked:
        return redirect("portal:ask")
    often = too_often(
        "ask_code", f"{asked['email']} {asked['at']}", limit=5, seconds=3600, now=now
    ) or too_often("ask_code_day", asked["email"], limit=10, seconds=24 * 3600, now=now)
    rows = [] if often else [UUID(pk) for pk in asked["links"]]
    link = portal_links.link_of_code(rows, request.POST.get("code", ""), now=now)
    contact = portal_links.contact_for(link) if link else None
    if link is None or contact is None or not links.consume(link, now=now):
        return render(request, "portal/sent.html", {"takes_code": True, "error": True}, status=422)
    sessions.open_session(request, contact)
    response = redirect("portal:home")
    look.remember(request, response, contact.business)
    return response


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Sign out on this device."""
    request.session.flush()
    messages.success(request, _("You are signed out."))
    return redirect("portal:ask")
