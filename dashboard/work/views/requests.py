"""Clients' requests: the inbox, and what is done with each request."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import Agreement
from core.documents.glyphs import printable
from core.errors import RuleError
from core.team.roles import Area
from core.web import query_string
from core.web.keyset_pages import Page
from dashboard.lists.list_page import ListPage, Order, choice_is_gone
from dashboard.page import DashboardView, add_error
from dashboard.time.forms.agreement_choice import Offered
from dashboard.time.forms.entries import TimeForm
from dashboard.work.forms.requests import AnswerForm, EstimateForm
from delivery.hours import time_log
from delivery.models import Deliverable, Request
from delivery.models.request import REQUEST_STATES
from delivery.requests import owner_replies, request_messages, scope_check
from delivery.requests.response_status import OPEN, status_text, unanswered
from delivery.rules.states import REQUEST, DeliverableState, RequestState
from delivery.work.closed_periods import is_closed

#: The tabs of the inbox: label, and filter of the business's requests.
TABS: dict[str, tuple[Any, Callable[[QuerySet[Request]], QuerySet[Request]]]] = {
    "": (gettext_lazy("To answer"), unanswered),
    "open": (
        gettext_lazy("In progress"),
        lambda requests: requests.filter(state__in=OPEN, responded_at__isnull=False),
    ),
    "done": (gettext_lazy("Done"), lambda requests: requests.filter(state=RequestState.DONE)),
    "declined": (
        gettext_lazy("Not possible"),
        lambda requests: requests.filter(state=RequestState.DECLINED),
    ),
    "withdrawn": (
        gettext_lazy("Taken back"),
        lambda requests: requests.filter(state=RequestState.WITHDRAWN),
    ),
    "all": (gettext_lazy("Everything"), lambda requests: requests),
}
#: The buttons of a request, and the state that each leads to; answering keeps the state.
ACTIONS = {
    "answer": None,
    "start": RequestState.STARTED,
    "done": RequestState.DONE,
    "decline": RequestState.DECLINED,
}


class Inbox(ListPage):
    """The requests that wait for an answer, most urgent first; other tabs show the rest."""

    needs = Area.WORK
    template = "dashboard/work/requests.html"
    page_name = "requests"
    filters = ("state",)
    orders = (
        Order("client", gettext_lazy("Client"), by="client__name_key"),
        Order("date", gettext_lazy("Asked"), by="created_at", starts_up=False),
        Order("answer", gettext_lazy("First answer"), by="respond_by"),
        Order("state", gettext_lazy("Status")),
    )

    def get(self, request: HttpRequest) -> HttpResponse:
        tab = query_string.text(request.GET, "state")
        kind = tab if tab in TABS else ""
        requests = TABS[kind][1](
            self.rows(Request).select_related("client", "contact", "agreement")
        )
        page: Page[Request] = self.page_in_order(requests, state=_places)
        now = timezone.now()
        rows = [(row, status_text(row, now, self.business.time_zone)) for row in page.rows]
        return self.show(
            request, page=page, rows=rows, kind=kind, kinds=[(key, TABS[key][0]) for key in TABS]
        )

    @classmethod
    def usual(cls, query: Mapping[str, Any]) -> str:
        """Requests that wait come with the most urgent first, others with the newest."""
        kind = query_string.text(query, "state")
        return "answer" if kind in ("", "open") or kind not in TABS else "-date"

    def gone(self) -> bool:
        return choice_is_gone(self.request.GET, "state", TABS)


def _places(rows: list[Request]) -> dict[UUID, int]:
    """The place of each request's state in the course of a request."""
    places = {state: place for place, (state, _label) in enumerate(REQUEST_STATES)}
    return {row.pk: places[row.state] for row in rows}


def _is_reported(row: Request) -> bool:
    """Whether a change is requested of work whose report was sent."""
    change = getattr(row, "change", None)
    return change is not None and is_closed(change.deliverable.period)


class RequestView(DashboardView):
    """The base of the views of one request: its page with all its forms."""

    template = "dashboard/work/request.html"

    def request_row(self, pk: UUID) -> Request:
        """The request with everything its page and emails need. Raises Http404."""
        return request_row(self, pk)

    def page(
        self, request: HttpRequest, row: Request, status: int = 200, **forms: Any
    ) -> HttpResponse:
        """Render the messages, the facts and the forms. `forms` replace fresh ones by name."""
        now = timezone.now()
        agreement, deliverables = row.agreement, open_deliverables(self, row)
        context: dict[str, Any] = {
            "form": AnswerForm(deliverables=deliverables),
            "estimate": EstimateForm(initial={"minutes": _clock(row.estimate)}),
            "time": self.time_form(row, deliverables),
            "row": row,
            "said": request_messages.messages_of(row),
            "told": status_text(row, now, self.business.time_zone),
            "fitting": scope_check.scopes_of([agreement], now=now, estimate=row.estimate)[
                agreement.pk
            ],
            "may": possible_acts(row),
            "is_reported": _is_reported(row),
        }
        return self.show(request, status=status, **(context | forms))

    def time_form(
        self, row: Request, deliverables: QuerySet[Deliverable], data: Any = None
    ) -> TimeForm:
        """The form to log time for a request: client, title and today are filled in."""
        agreements = self.rows(Agreement).filter(pk=row.agreement_id).select_related("client")
        initial = {
            "agreement": row.agreement_id,
            "on": self.today,
            "note": printable(row.title).strip(),
        }
        promised = deliverables.select_related("period__agreement__client")
        form = TimeForm(
            data,
            agreements=Offered.all_of(agreements),
            promised=promised,
            initial=initial,
            auto_id="time_%s",
        )
        form.fix_deliverables()  # the client is fixed, so the deliverables need not be reloaded
        return form


class RequestPage(RequestView):
    """One request: its messages, and the actions on it."""

    needs = Area.WORK

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self.page(request, self.request_row(pk))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Answer, start, finish or decline the request."""
        row = self.request_row(pk)
        form = AnswerForm(request.POST, request.FILES, deliverables=open_deliverables(self, row))
        if form.is_valid():
            try:
                act_on(self, row, form, request.POST.get("act", ""))
                messages.success(request, _("Done. We email the client."))
                return redirect("dashboard:request", row.pk)
            except RuleError as error:
                add_error(form, error)
        row = self.request_row(pk)  # reloaded: the refused action may have changed it in memory
        return self.page(request, row, status=422, form=form)


class EstimateRequest(RequestView):
    """Save how long a request will take."""

    needs = Area.WORK

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row, form = self.request_row(pk), EstimateForm(request.POST)
        if not form.is_valid():
            return self.page(request, row, status=422, estimate=form)
        owner_replies.set_estimate(request=row, minutes=form.cleaned_data["minutes"] or None)
        messages.success(request, _("Saved."))
        return redirect("dashboard:request", row.pk)


class LogTimeForRequest(RequestView):
    """Log time for a request."""

    needs = Area.WORK

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self.request_row(pk)
        form = self.time_form(row, open_deliverables(self, row), request.POST)
        if form.is_valid():
            try:
                time_log.log_time(now=timezone.now(), actor=self.actor, **form.cleaned_data)
                messages.success(request, _("Recorded."))
                return redirect("dashboard:request", row.pk)
            except RuleError as error:
                add_error(form, error)
        return self.page(request, row, status=422, time=form)


def request_row(view: DashboardView, pk: UUID) -> Request:
    """The request with everything its page and emails need. Raises Http404."""
    related = (
        "client",
        "contact",
        "agreement__client",
        "agreement__contact",
        "business__owner",
        "period",
        "change__deliverable",
    )
    return view.row(Request, pk, view.rows(Request).select_related(*related))


def open_deliverables(view: DashboardView, row: Request) -> QuerySet[Deliverable]:
    """The open deliverables of the newest period, which an answer can count towards."""
    period = row.agreement.periods.order_by("-starts_on").first()
    if period is None or is_closed(period):
        return view.rows(Deliverable).none()
    return (
        view.rows(Deliverable)
        .filter(period=period, state=DeliverableState.OPEN)
        .order_by("position")
    )


def possible_acts(row: Request) -> dict[str, bool]:
    """Which of the buttons a request has in its state."""
    return {
        act: to is None or to in REQUEST[RequestState(row.state)] for act, to in ACTIONS.items()
    }


def act_on(view: DashboardView, row: Request, form: AnswerForm, act: str) -> None:
    """Answer with or without a handover, and move the request to the state of the button `act`."""
    data, now, state = form.cleaned_data, timezone.now(), ACTIONS.get(act)
    if form.has_handover and state != RequestState.DECLINED:
        owner_replies.answer_with_handover(request=row, actor=view.actor, now=now, to=state, **data)
    else:
        token = view.request.POST.get("once", "")[:64]
        owner_replies.answer_request(request=row, text=data["text"], now=now, to=state, once=token)


def _clock(minutes: int | None) -> str:
    """Minutes as a form shows them, such as "1:30"; empty for none."""
    return f"{minutes // 60}:{minutes % 60:02}" if minutes else ""
