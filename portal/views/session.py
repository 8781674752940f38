"""Enter and leave the portal: a link shows a button, and the button opens the session.

GET and HEAD never open a session, because mail programs fetch links in advance.
"""

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
from core.web import query_string
from core.web.throttle import network, too_often
from delivery.rules.states import Answer
from portal import access
from portal.forms import LinkRequestForm
from portal.views import reports

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
    if link is None or contact is None:
        return _stale_link(request, token)
    with translation.override(contact.client.language):
        report = reports.awaiting_answer(link, contact)
        # If the button is pressed twice at once, only one request consumes the link.
        if request.method == "POST" and links.consume(link, now=now):
            access.open_session(request, contact)
            if report and "answer" in request.POST:
                reports.save_answer(request, report, contact)
            response = redirect(_target_url(link.target, request))
            response.set_cookie("django_language", contact.client.language, samesite="Lax")
            return response
        if report:
            return reports.answer_without_session(request, report, contact)
        return render(request, "portal/enter.html", {"contact": contact, "token": token})


def _target_url(target: str, request: HttpRequest) -> str:
    """The URL to which a link leads. The answer that was clicked in the email is passed on."""
    noun, _colon, pk = target.partition(":")
    if noun == "method":
        return reverse("portal:method")
    if noun not in NOUNS or not pk:
        return reverse("portal:home")
    answer = query_string.text(request.GET, "answer")
    return reverse(f"portal:{noun}", args=[pk]) + (
        f"?answer={answer}" if answer in set(Answer) else ""
    )


def _stale_link(request: HttpRequest, token: str) -> HttpResponse:
    """The page for a used or expired link, with a button that emails a new one to the same person.

    Someone who is already signed in as that person is redirected at once.
    """
    link = links.known(token, purpose=LinkPurpose.PORTAL)
    if link and (contact := access.signed_in_contact(request)) and contact.pk == link.subject_id:
        return redirect(_target_url(link.target, request))
    return render(request, "portal/stale.html", {"token": token if link else ""}, status=410)


@require_POST
def renew(request: HttpRequest, token: str) -> HttpResponse:
    """Email a new link to the person for whom the old one was made."""
    now = timezone.now()
    link = links.known(token, purpose=LinkPurpose.PORTAL)
    contact = portal_links.contact_for(link) if link else None
    if link and contact and not too_often("renew", str(contact.pk), limit=5, seconds=3600, now=now):
        portal_links.mail_portal_link(contact=contact, now=now, target=link.target)
    return render(request, "portal/sent.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def request_link(request: HttpRequest) -> HttpResponse:
    """Request a link by email. The response is the same whether or not the address is known."""
    form = LinkRequestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email, now = form.cleaned_data["email"], timezone.now()
        too_many = too_often("ask", network(request), limit=10, seconds=3600, now=now)
        if not too_many and not too_often("ask", email.lower(), limit=5, seconds=3600, now=now):
            portal_links.mail_fresh_links(email=email, now=now)
        return render(request, "portal/sent.html")
    return render(request, "portal/ask.html", {"form": form}, status=422 if form.is_bound else 200)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Sign out on this device."""
    request.session.flush()
    messages.success(request, _("You have left the portal."))
    return redirect("portal:ask")
