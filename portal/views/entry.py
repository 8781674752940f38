"""In and out of the portal: a link shows a button, the button opens the session (a GET never does)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from clients import portal_links
from core import links
from core.models.link import LinkPurpose
from core.web.throttle import address, too_often
from delivery.rules.states import Answer
from portal import access
from portal.forms import AskForm
from portal.views import reports

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
)


@never_cache
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show the door; a press opens it once."""
    now = timezone.now()
    link = links.find(token, purpose=LinkPurpose.PORTAL, now=now)
    contact = portal_links.contact_for(link) if link else None
    if link is None or contact is None:
        return _stale(request, token)
    with translation.override(contact.client.language):
        asked = reports.asked(link, contact)
        if request.method == "POST" and links.consume(link, now=now):
            access.open_session(request, contact)
            if asked and "answer" in request.POST:
                reports.answered(request, asked, contact)
            response = redirect(_place(link.target, request))
            response.set_cookie("django_language", contact.client.language, samesite="Lax")
            return response
        if asked:
            return reports.answer_door(request, asked, contact)
        return render(request, "portal/enter.html", {"contact": contact, "token": token})


def _place(target: str, request: HttpRequest) -> str:
    """Where a link leads; an answer that was pressed in the letter stays with it."""
    noun, _colon, pk = target.partition(":")
    if noun == "method":
        return reverse("portal:method")
    if noun not in NOUNS or not pk:
        return reverse("portal:home")
    pressed = request.GET.get("answer", "")
    return reverse(f"portal:{noun}", args=[pk]) + (
        f"?answer={pressed}" if pressed in set(Answer) else ""
    )


def _stale(request: HttpRequest, token: str) -> HttpResponse:
    """A used or old link of ours offers to mail a fresh one to the same person; whoever is inside goes on."""
    known = links.known(token, purpose=LinkPurpose.PORTAL)
    if known and (here := access.person(request)) and here.pk == known.subject_id:
        return redirect(_place(known.target, request))
    return render(request, "portal/stale.html", {"token": token if known else ""}, status=410)


@require_POST
def renew(request: HttpRequest, token: str) -> HttpResponse:
    """Mail a fresh link to the person the old one was made for."""
    known = links.known(token, purpose=LinkPurpose.PORTAL)
    contact = portal_links.contact_for(known) if known else None
    if known and contact and not too_often("renew", str(contact.pk), limit=5, seconds=3600):
        portal_links.mail_portal_link(contact=contact, now=timezone.now(), target=known.target)
    return render(request, "portal/sent.html")


@never_cache
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a link by email: the same answer for everybody."""
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        asked = too_often("ask", address(request), limit=10, seconds=3600)
        if not asked and not too_often("ask", email.lower(), limit=5, seconds=3600):
            portal_links.mail_fresh_links(email=email, now=timezone.now())
        return render(request, "portal/sent.html")
    return render(request, "portal/ask.html", {"form": form}, status=422 if form.is_bound else 200)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """End the session on this device."""
    request.session.flush()
    messages.success(request, _("You have left the portal."))
    return redirect("portal:ask")
