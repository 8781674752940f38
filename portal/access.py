"""Portal sessions: opened by an emailed link, for one contact of one client (docs/trust.md)."""

from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views import View

from clients import portal_links
from clients.models import Client, Contact
from core.audit import Origin
from core.tenancy import scoped
from core.web.throttle import address

M = TypeVar("M", bound=Model)
SESSION_KEY = "portal"  # where the session holds the contact
SESSION_AGE = 30 * 24 * 3600  # seconds until a session expires


def open_session(request: HttpRequest, contact: Contact) -> None:
    """Start a new session for this contact. Nothing of an earlier session is kept."""
    request.session.flush()
    request.session[SESSION_KEY] = {"contact": str(contact.pk), "epoch": contact.portal_epoch}
    request.session.set_expiry(SESSION_AGE)


def signed_in_contact(request: HttpRequest) -> Contact | None:
    """The contact to whom the session belongs, if the session is still valid; None otherwise.

    The contact's `portal_epoch` grows when the freelancer ends all of the contact's sessions.
    """
    stored = request.session.get(SESSION_KEY)
    if not stored:
        return None
    contact = portal_links.contact_by_id(UUID(stored["contact"]))
    return contact if contact and contact.portal_epoch == stored["epoch"] else None


def origin(request: HttpRequest) -> Origin:
    """The request's IP address and user agent, for the audit log and the evidence of signatures."""
    return Origin(address(request) or None, request.headers.get("User-Agent", ""))


class PortalView(View):
    """The base of every portal page that needs a session.

    Without a valid session, a plain page says how to get a link. `contact` is the signed-in person.
    Pages are never cached, since they may show private data.
    """

    contact: Contact

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        contact = signed_in_contact(request)
        if contact is None or contact.business.is_suspended:
            return no_session(request)
        self.contact = contact
        request.contact = contact  # type: ignore[attr-defined]
        response = super().dispatch(request, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    @property
    def client(self) -> Client:
        """The client to which this person belongs."""
        return self.contact.client

    def rows(self, model: type[M]) -> QuerySet[M]:
        """This client's rows of `model`. Portal views read rows only through this method."""
        return scoped(model, self.contact.business).filter(client=self.client)

    def row(self, model: type[M], pk: UUID, *related: str) -> M:
        """One row by its id. Raises Http404, also for another client's row."""
        row = self.rows(model).select_related(*related).filter(pk=pk).first()
        if row is None:
            raise Http404
        return row


def no_session(request: HttpRequest) -> HttpResponse:
    """The page shown without a valid session: how to get a link."""
    return render(request, "portal/closed.html", status=403)
