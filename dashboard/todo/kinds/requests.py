"""Clients' requests that wait for their first answer, and questions about proposals."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import Question
from agreements.proposals import client_actions
from core import formats
from core.team.roles import Area
from dashboard.page import DashboardView
from dashboard.proposals.forms import actions as proposal_forms
from dashboard.todo.items import Done, Entry, Group, Kind, checked
from dashboard.work.forms.requests import AnswerForm
from dashboard.work.views import requests as pages
from delivery.models import Request
from delivery.requests import request_messages, scope_check
from delivery.requests.response_status import status_text, unanswered

OLD = timedelta(hours=24)  # after which a question is marked


class UnansweredRequest(Kind):
    """What a client asked for, until its first answer, which the tier promises a time for."""

    needs = Area.WORK
    name, icon, group, page = "request", "inbox", Group.PROMISES, "request"
    template, page_label = "request", gettext_lazy("Open the request")
    acts = ("answer", "start", "done", "decline")

    def waiting(self, view: DashboardView) -> QuerySet[Request]:
        rows = unanswered(view.rows(Request)).select_related("client")
        return rows.order_by("respond_by", "pk")

    def row(self, view: DashboardView, pk: UUID) -> Request:
        return pages.request_row(view, pk)

    def entry(self, view: DashboardView, row: Request) -> Entry:
        told = status_text(row, timezone.now(), view.business.time_zone)
        return Entry(
            self.key(row),
            self.icon,
            self.group,
            row.respond_by,
            row.title,
            row.client.name,
            told.text,
            told.tone,
        )

    def form(self, view: DashboardView, row: Request, *data: Any) -> AnswerForm:
        return AnswerForm(*data, deliverables=pages.open_deliverables(view, row))

    def details(self, view: DashboardView, row: Request, form: Any) -> dict[str, Any]:
        now, agreement = timezone.now(), row.agreement
        scopes = scope_check.scopes_of([agreement], now=now, estimate=row.estimate)
        return {
            "row": row,
            "said": request_messages.messages_of(row),
            "fitting": scopes[agreement.pk],
            "may": pages.possible_acts(row),
        }

    def act(self, view: DashboardView, row: Request, act: str, form: Any) -> Done:
        checked(form)
        pages.act_on(view, row, form, act)
        facts = {"name": row.contact.name, "title": row.title}
        text = _("Your answer about “%(title)s” is on its way to %(name)s.") % facts
        return Done(text, url=self.url(row))


class UnansweredQuestion(Kind):
    """A client's question about a proposal."""

    needs = Area.SALES
    name, icon, group, page = "question", "message", Group.PROMISES, "proposal"
    template, page_label = "question", gettext_lazy("Open the proposal")
    acts = ("answer",)

    def waiting(self, view: DashboardView) -> QuerySet[Question]:
        rows = view.rows(Question).filter(answer="", answered_at__isnull=True)
        return rows.select_related("contact", "proposal__client").order_by("created_at", "pk")

    def row(self, view: DashboardView, pk: UUID) -> Question:
        related = ("proposal__business__owner", "proposal__client", "contact__client")
        return view.row(Question, pk, view.rows(Question).select_related(*related))

    def entry(self, view: DashboardView, row: Question) -> Entry:
        asked = {"when": formats.moment(row.created_at, view.business.time_zone)}
        return Entry(
            self.key(row),
            self.icon,
            self.group,
            row.created_at,
            _("Question about “%(title)s”") % {"title": row.proposal.title},
            row.proposal.client.name,
            _("asked %(when)s") % asked,
            "warn" if timezone.now() - row.created_at > OLD else "info",
        )

    def form(self, view: DashboardView, row: Question, *data: Any) -> Any:
        return proposal_forms.AnswerForm(*data[:1])

    def details(self, view: DashboardView, row: Question, form: Any) -> dict[str, Any]:
        return {"question": row}

    def act(self, view: DashboardView, row: Question, act: str, form: Any) -> Done:
        text = checked(form)["text"]
        client_actions.answer_question(
            question=row, text=text, actor=view.actor, now=timezone.now()
        )
        said = _("Your answer is on its way to %(name)s.") % {"name": row.contact.name}
        return Done(said, url=self.url(row))

    def url(self, row: Any) -> str:
        return reverse("dashboard:proposal", args=[row.proposal_id])
