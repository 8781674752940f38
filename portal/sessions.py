"""Portal sessions: opened by an emailed link, for one contact of one client (docs/trust.md)."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from clients import portal_links
from clients.models import Contact
from core.audit import Origin
from core.web.throttle import address

SESSION_KEY = "portal"  # where the session holds the contact
SESSION_AGE = 30 * 24 * 3600  # seconds until a session ends, however often it is used


def open_session(request: HttpRequest, contact: Contact) -> None:
    """Start a new session for this contact. Nothing of an earlier session is kept."""
    request.session.flush()
    request.session[SESSION_KEY] = {
        "contact": str(contact.pk),
        "epoch": contact.portal_epoch,
        "began": timezone.now().timestamp(),
    }
    request.session.set_expiry(SESSION_AGE)


def open_reading_session(
    request: HttpRequest, contact: Contact, page: str, until: datetime
) -> None:
    """Start a session that only shows the page with this path and what belongs to it."""
    open_session(request, contact)
    request.session[SESSION_KEY]["only"] = page
    request.session.set_expiry(until)


def is_reading(request: HttpRequest) -> bool:
    """Whether the session only shows the page of the link by which it was opened."""
    return bool(request.session.get(SESSION_KEY, {}).get("only"))


def confirm_session(request: HttpRequest) -> None:
    """Give a reading session the rights of its contact, who has shown that it is them."""
    if is_reading(request):
        stored = {name: request.session[SESSION_KEY][name] for name in ("contact", "epoch")}
        request.session.cycle_key()
        request.session[SESSION_KEY] = stored | {"began": timezone.now().timestamp()}
        request.session.set_expiry(SESSION_AGE)


def may_read(request: HttpRequest) -> bool:
    """Whether the requested page is the one that a reading session shows, or belongs to it."""
    page = request.session[SESSION_KEY]["only"]
    stands_alone = page in (reverse("portal:home"), reverse("portal:method"))
    belongs = not stands_alone and request.path.startswith(page)
    return request.path == page or belongs


def signed_in_contact(request: HttpRequest) -> Contact | None:
    """The contact to whom the session belongs, if the session is still valid; None otherwise.

    The contact's `portal_epoch` grows when the freelancer ends all of the contact's sessions.
    """
    stored = request.session.get(SESSION_KEY)
    if not stored or timezone.now().timestamp() - stored.get("began", 0) > SESSION_AGE:
        return None
    contact = portal_links.contact_by_id(UUID(stored["contact"]))
    return contact if contact and contact.portal_epoch == stored["epoch"] else None


def origin(request: HttpRequest) -> Origin:
    """The request's IP address and user agent, for the audit log and the evidence of signatures."""
    return Origin(address(request) or None, request.headers.get("User-Agent", ""))
