"""Requests: write one, see whether it fits into the retainer, and follow it until it is done."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import Agreement
from agreements.rules.states import RUNNING_STATES
from core.errors import RuleError
from core.web import query_string
from core.web.keyset_pages import page_of
from core.web.throttle import too_often
from delivery.models import Request
from delivery.requests import client_requests, request_messages, scope_check
from delivery.requests.response_status import status_text
from delivery.rules.states import REQUEST, RequestState
from portal.access import Money, PortalView
from portal.forms import MessageForm, RequestForm

MOST = 30  # requests and messages per person and hour
MOST_MINUTES = 99_999  # of an estimate


class Requests(PortalView):
    """The list of all of this client's requests, newest first."""

    money = Money.NONE

    def get(self, request: HttpRequest) -> HttpResponse:
        page = page_of(self.rows(Request).select_related("contact"), request.GET, by="created_at")
        return render(request, "portal/requests.html", {"page": page})


class RequestFormView(PortalView):
    """What the form and its live preview share."""

    money = Money.NONE

    def agreements(self) -> list[Agreement]:
        """The running agreements, newest first; or else the one that ended last."""
        signed = (
            self.rows(Agreement)
            .filter(state__in=client_requests.STATES_THAT_TAKE_REQUESTS, signed_at__isnull=False)
            .order_by("-signed_at")
        )
        running = list(signed.filter(state__in=RUNNING_STATES))
        return running or list(signed[:1])

    def form(self, agreements: list[Agreement], data: Any = None) -> RequestForm:
        """The form with these agreements to choose from."""
        queryset = (
            self.rows(Agreement)
            .filter(pk__in=[row.pk for row in agreements])
            .order_by("-signed_at")
        )
        return RequestForm(data, agreements=queryset)

    def fit(self, agreements: list[Agreement], data: Any) -> scope_check.Scope | None:
        """Whether the request typed so far fits the included hours; None without an agreement."""
        if not agreements:
            return None
        chosen = next(
            (row for row in agreements if str(row.pk) == data.get("agreement")), agreements[0]
        )
        estimate = estimate_of(data)
        return scope_check.scopes_of([chosen], now=timezone.now(), estimate=estimate)[chosen.pk]


def estimate_of(data: Any) -> int | None:
    """The minutes that were chosen; None without a choice, or for one that cannot be read."""
    minutes = query_string.whole(data.get("estimate", ""))
    return None if minutes is None else min(minutes, MOST_MINUTES)


class NewRequest(RequestFormView):
    """Write a new request, with the remaining hours above the form."""

    def get(self, request: HttpRequest) -> HttpResponse:
        agreements = self.agreements()
        return self._show(request, agreements, self.form(agreements))

    def post(self, request: HttpRequest) -> HttpResponse:
        agreements = self.agreements()
        form = self.form(agreements, request.POST)
        if agreements and form.is_valid():
            if too_often(
                "request", str(self.contact.pk), limit=MOST, seconds=3600, now=timezone.now()
            ):
                form.add_error(None, _("You have asked a lot already. Please write us an email."))
                return self._show(request, agreements, form, 429)
            try:
                token = request.POST.get("once", "")[:64]
                row = client_requests.create_request(
                    contact=self.contact, now=timezone.now(), once=token, **form.cleaned_data
                )
                messages.success(request, _("It is with %(name)s.") % {"name": row.business.name})
                return redirect("portal:request", row.pk)
            except RuleError as error:
                form.add_error(error.field if error.field in form.fields else None, str(error))
        return self._show(request, agreements, form, 422)

    def _show(
        self,
        request: HttpRequest,
        agreements: list[Agreement],
        form: RequestForm,
        status: int = 200,
    ) -> HttpResponse:
        context = {
            "form": form,
            "agreements": agreements,
            "fitting": self.fit(agreements, form.data),
            "estimated": estimate_of(form.data),
        }
        return render(request, "portal/request_new.html", context, status=status)


class ScopePreview(RequestFormView):
    """The line that says whether a request fits, updated while it is typed (htmx)."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(
            request,
            "components/fitting.html",
            {
                "fitting": self.fit(self.agreements(), request.GET),
                "estimated": estimate_of(request.GET),
            },
        )


class RequestPage(PortalView):
    """One request: whether it fits, the promised response time, and its messages. POST adds one."""

    money = Money.NONE

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self._show(request, self._request(pk), MessageForm())

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Add a message."""
        row, form = self._request(pk), MessageForm(request.POST)
        if form.is_valid():
            if too_often(
                "request", str(self.contact.pk), limit=MOST, seconds=3600, now=timezone.now()
            ):
                form.add_error(None, _("You have written a lot already. Please write us an email."))
                return self._show(request, row, form, 429)
            try:
                token = request.POST.get("once", "")[:64]
                client_requests.add_message(
                    request=row,
                    contact=self.contact,
                    now=timezone.now(),
                    once=token,
                    **form.cleaned_data,
                )
                messages.success(request, _("Sent."))
                return redirect("portal:request", row.pk)
            except RuleError as error:
                form.add_error("text", str(error))
        return self._show(request, row, form, 422)

    def _request(self, pk: UUID) -> Request:
        return self.row(Request, pk, "agreement", "business__owner", "contact", "client")

    def _show(
        self, request: HttpRequest, row: Request, form: MessageForm, status: int = 200
    ) -> HttpResponse:
        context = {
            "row": row,
            "form": form,
            "said": request_messages.messages_of(row),
            "told": status_text(row, timezone.now(), self.client.time_zone),
            "zone": self.client.time_zone,
            "may_withdraw": RequestState.WITHDRAWN in REQUEST[RequestState(row.state)],
        }
        return render(request, "portal/request.html", context, status=status)


class WithdrawRequest(PortalView):
    """Withdraw a request."""

    money = Money.NONE

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self.row(Request, pk, "business__owner", "client")
        try:
            client_requests.withdraw_request(request=row, contact=self.contact, now=timezone.now())
            messages.success(request, _("Taken back."))
        except RuleError as error:
            messages.error(request, str(error))
        return redirect("portal:request", row.pk)
