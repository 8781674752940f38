"""Who is in the portal: a session opened by an emailed link, scoped to one contact of one client (docs/trust.md)."""

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
KEY = "portal"
AGE = 30 * 24 * 3600  # seconds


def open_session(request: HttpRequest, contact: Contact) -> None:
    """A fresh session for this person: nothing of an earlier one is carried over."""
    request.session.flush()
    request.session[KEY] = {"contact": str(contact.pk), "epoch": contact.portal_epoch}
    request.session.set_expiry(AGE)


def person(request: HttpRequest) -> Contact | None:
    """Who the session belongs to, if they may still be here."""
    held = request.session.get(KEY)
    if not held:
        return None
    contact = portal_links.contact_by_id(UUID(held["contact"]))
    return contact if contact and contact.portal_epoch == held["epoch"] else None


def origin(request: HttpRequest) -> Origin:
    """Where a request came from, for the evidence."""
    return Origin(address(request) or None, request.headers.get("User-Agent", ""))


class PortalView(View):
    """Every portal page behind the door: without a session a plain page says how to get in."""

    contact: Contact

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        contact = person(request)
        if contact is None or contact.business.is_suspended:
            return closed(request)
        self.contact = contact
        request.contact = contact  # type: ignore[attr-defined]
        response = super().dispatch(request, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    @property
    def client(self) -> Client:
        """The client this person belongs to."""
        return self.contact.client

    def rows(self, model: type[M]) -> QuerySet[M]:
        """This client's rows of `model`: the only way to rows in a portal view."""
        return scoped(model, self.contact.business).filter(client=self.client)

    def row(self, model: type[M], pk: UUID, *related: str) -> M:
        """One row by id, or 404: another client's row does not exist."""
        found = self.rows(model).select_related(*related).filter(pk=pk).first()
        if found is None:
            raise Http404
        return found


def closed(request: HttpRequest) -> HttpResponse:
    """The plain page for whoever has no open session."""
    return render(request, "portal/closed.html", status=403)
