"""The work of a period: what is promised, what was handed over, and what becomes of the rest."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import Period
from core.dates import local_day
from core.errors import RuleError
from core.web.download import attachment
from dashboard.page import DashboardView, refuse, say
from dashboard.work.forms.deliverables import AddForm, CountForm, HandoverForm, SettleForm
from delivery.models import Deliverable, Handover
from delivery.work import checklist, checklist_actions, hand_over, handover_files, leftover
from delivery.work.closed_periods import is_closed


class Work(DashboardView):
    """What the doors to a period's work share: its page, with the refused form as it was typed."""

    template = "dashboard/work.html"

    def deliverable(self, pk: UUID) -> Deliverable:
        """The row with its period."""
        related = self.rows(Deliverable).select_related(
            "period__agreement__client", "period__business"
        )
        return self.row(Deliverable, pk, related)

    def page(
        self,
        request: HttpRequest,
        period: Period,
        status: int = 200,
        add: AddForm | None = None,
        refused: tuple[UUID, str, forms.Form] | None = None,
    ) -> HttpResponse:
        """The list with its forms; `refused` says of which row which one."""
        today = local_day(timezone.now(), period.agreement.time_zone)
        others = list(self.rows(Period).filter(agreement=period.agreement_id).order_by("starts_on"))
        at = others.index(period)
        items = [
            self._item(line, today, refused) for line in checklist.lines([period], today)[period.pk]
        ]
        return self.show(
            request,
            period=period,
            agreement=period.agreement,
            items=items,
            add=add or AddForm(),
            before=others[at - 1] if at else None,
            after=others[at + 1] if at + 1 < len(others) else None,
            closed=is_closed(period),
            is_over=period.ends_on <= today,
            status=status,
        )

    def _item(self, line: checklist.Line, today: Any, refused: Any) -> dict[str, Any]:
        row = line.row
        found: dict[str, Any] = {
            "line": line,
            "hand": HandoverForm(row=row.pk, initial={"on": today, "count": 1}),
            "count": CountForm(row=row.pk, initial={"done": row.done, "due_on": row.due_on}),
            "settle": SettleForm(row=row.pk),
        }
        if refused and refused[0] == row.pk:
            found |= {refused[1]: refused[2], f"open_{refused[1]}": True}
        return found


class WorkPage(Work):
    """Everything that one period promises; a past one too."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self.page(request, self._period(pk))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """One thing more."""
        period, form = self._period(pk), AddForm(request.POST)
        if form.is_valid():
            try:
                checklist_actions.add(period=period, now=timezone.now(), **form.cleaned_data)
                messages.success(request, _("Added."))
                return redirect("dashboard:work", period.pk)
            except RuleError as no:
                refuse(form, no)
        return self.page(request, period, status=422, add=form)

    def _period(self, pk: UUID) -> Period:
        return self.row(
            Period, pk, self.rows(Period).select_related("agreement__client", "business")
        )


class Tick(Work):
    """How many of it the client has, and by when it is wanted."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self.deliverable(pk)
        form = CountForm(request.POST, row=row.pk)
        if form.is_valid():
            try:
                checklist_actions.correct(deliverable=row, **form.cleaned_data)
                messages.success(request, _("Saved."))
                return redirect("dashboard:work", row.period_id)
            except RuleError as no:
                refuse(form, no)
        return self.page(request, row.period, status=422, refused=(row.pk, "count", form))


class HandOver(Work):
    """Give the client a piece of it."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self.deliverable(pk)
        form = HandoverForm(request.POST, request.FILES, row=row.pk)
        if form.is_valid():
            try:
                hand_over.hand_over(
                    deliverable=row, actor=self.actor, now=timezone.now(), **form.cleaned_data
                )
                messages.success(request, _("Handed over. The client sees it in the portal."))
                return redirect("dashboard:work", row.period_id)
            except RuleError as no:
                refuse(form, no)
        return self.page(request, row.period, status=422, refused=(row.pk, "hand", form))


class Settle(Work):
    """Carry what is missing, waive it, or take a waiver back."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self.deliverable(pk)
        acts: dict[str, Any] = {"actor": self.actor, "now": timezone.now(), "origin": self.origin}
        how = request.POST.get("how", "")
        if how == "undo":
            try:
                leftover.owe_again(deliverable=row, **acts)
            except RuleError as no:
                say(request, no)
            return redirect("dashboard:work", row.period_id)
        form = SettleForm(request.POST, row=row.pk)
        if form.is_valid():
            act = leftover.carry if how == "carry" else leftover.waive
            try:
                act(deliverable=row, because=form.cleaned_data["because"], **acts)
                messages.success(request, _("Written down. The client reads it with the reason."))
                return redirect("dashboard:work", row.period_id)
            except RuleError as no:
                refuse(form, no)
        row.refresh_from_db()
        return self.page(request, row.period, status=422, refused=(row.pk, "settle", form))


class TakeBack(DashboardView):
    """What was handed over by mistake."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        related = self.rows(Handover).select_related("deliverable__period")
        handover = self.row(Handover, pk, related)
        try:
            hand_over.take_back(handover=handover)
            messages.success(request, _("Taken back."))
        except RuleError as no:
            say(request, no)
        return redirect("dashboard:work", handover.deliverable.period_id)


class HandoverFile(DashboardView):
    """Its file, to be saved."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        handover = self.row(Handover, pk)
        found = handover_files.read(handover)
        if found is None:
            raise Http404
        return attachment(found, handover.file_name, handover.content_type)
