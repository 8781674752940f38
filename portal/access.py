"""The base of every page of the portal: who may see it, and which rows it reads."""

from enum import Enum
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.views import View

from agreements.models import Agreement
from clients import client_records
from clients.models import Client, Contact
from core.tenancy import scoped
from portal import confirmation, look
from portal.sessions import is_reading, may_read, signed_in_contact

M = TypeVar("M", bound=Model)


class Money(Enum):
    """What a page shows of money: fees, tiers, invoices, payments, and documents with amounts."""

    NONE = "none"
    PARTS = "parts"  # the page leaves them out for people who see no money
    ALL = "all"  # the page is about money, and closed to people who see none


LANGUAGE = "portal_language"  # where the session holds the language that no reader chose


class PortalView(View):
    """The base of every portal page that needs a session.

    Without a valid session, a plain page says how to get a link. `contact` is the signed-in person.
    In a reading session, another page, or a POST unless `readers_may_post`, first asks for a code.
    Every page says what it shows of `money`; one that does not counts as all about it. Pages are
    never cached, since they may show private data.
    """

    contact: Contact
    readers_may_post = False
    is_for_everybody = False  # also in a session that only shows another page
    is_for_deciders = False  # nobody but the decision maker finds it
    money = Money.ALL  # what the page shows of it (rule 78)
    keeps_language = True  # of this page, for the next one
    _language = ""  # of this page, if the reader has not chosen one

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase | None
        contact = signed_in_contact(request)
        if contact is None or contact.business.is_suspended:
            return no_session(request)
        self.contact = contact
        request.contact = contact  # type: ignore[attr-defined]
        look.wear(request, contact.business)
        request.is_reading = is_reading(request)  # type: ignore[attr-defined]
        self.follow_language(contact.client.language)
        response = self._confirmation(request)
        if response is None:
            if self.is_for_deciders and not contact.is_decision_maker:
                raise Http404
            response = self._hidden(request, **kwargs) or super().dispatch(request, *args, **kwargs)
        look.remember(request, response, contact.business)
        shown = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        if self.keeps_language and self._language and self._language != shown:
            remember_language(request, response, self._language)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def follow_language(self, code: str) -> None:
        """Show the page in this language, unless the reader has chosen another one."""
        code = self.contact.language_for(code)
        shown = self.request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        if shown is None or shown == self.request.session.get(LANGUAGE):
            translation.activate(code)
            self.request.LANGUAGE_CODE = code
            self._language = code

    def _confirmation(self, request: HttpRequest) -> HttpResponse | None:
        """The page that asks for a code first; None where the request may go on."""
        if not is_reading(request) or self.is_for_everybody:
            return None
        is_allowed = request.method in ("GET", "HEAD") or self.readers_may_post
        return None if is_allowed and may_read(request) else confirmation.ask(request, self.contact)

    def _hidden(self, request: HttpRequest, **kwargs: Any) -> HttpResponse | None:
        """The page that says that money is hidden from this person; None if nothing is."""
        if not self.contact.is_without_money or self.money != Money.ALL or self.is_theirs(**kwargs):
            return None
        decider = client_records.decision_maker(self.client)
        return render(request, "portal/no_money.html", {"decider": decider}, status=403)

    def is_theirs(self, **kwargs: Any) -> bool:
        """Whether the page is this person's own, although money is hidden from them."""
        return False

    @property
    def shows_money(self) -> bool:
        """Whether money is shown to this person."""
        return not self.contact.is_without_money

    @property
    def client(self) -> Client:
        """The client to which this person belongs."""
        return self.contact.client

    def rows(self, model: type[M]) -> QuerySet[M]:
        """This client's rows of `model`. Portal views read rows only through this method.

        Rows of money are left out for people who see none.
        """
        rows = scoped(model, self.contact.business).filter(client=self.client)
        return rows if self.shows_money or not is_of_money(model) else rows.none()

    def row(self, model: type[M], pk: UUID, *related: str) -> M:
        """One row by its id. Raises Http404, also for another client's row."""
        row = self.rows(model).select_related(*related).filter(pk=pk).first()
        if row is None:
            raise Http404
        return row


def is_of_money(model: type[Model]) -> bool:
    """Whether people who see no money get none of its rows, on whichever page.

    That is whatever has a currency, except agreements: their hours and work are shown to everybody.
    """
    return model is not Agreement and any(row.name == "currency" for row in model._meta.fields)


def remember_language(request: HttpRequest, response: HttpResponseBase, code: str) -> None:
    """Keep the language in which a page was shown, so that one the reader chooses can be told."""
    request.session[LANGUAGE] = code
    show_in(response, code)


def show_in(response: HttpResponseBase, code: str) -> None:
    """Show this browser the next pages in a language."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def no_session(request: HttpRequest) -> HttpResponse:
    """The page shown without a valid session: how to get a link."""
    business = look.named_in(request)
    if business:
        look.wear(request, business)
    response = render(request, "portal/closed.html", status=403)
    if business:
        look.remember(request, response, business)
    return response
