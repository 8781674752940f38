"""The deliverables of a period: promised, handed over, and what becomes of the rest."""

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
from core.team.roles import Area
from core.web.download import attachment
from dashboard.page import DashboardView, add_error, show_error
from dashboard.work.forms.deliverables import AddForm, CountForm, HandoverForm, SettleForm
from delivery.models import Deliverable, Handover
from delivery.work import carry_over, checklist, checklist_actions, hand_over, handover_files
from delivery.work.closed_periods import is_closed


class WorkView(DashboardView):
    """The base of the views of a period's deliverables: their page with all its forms."""

    template = "dashboard/work/work.html"

    def deliverable(self, pk: UUID) -> Deliverable:
        """The deliverable with its period. Raises Http404."""
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
        """Render the list with its forms.

        `refused` names a form that had errors: the deliverable's id, the form's name in the
        template, and the form.
        """
        today = local_day(timezone.now(), period.agreement.time_zone)
        siblings = list(
            self.rows(Period).filter(agreement=period.agreement_id).order_by("starts_on")
        )
        index = siblings.index(period)
        items = [
            self._item(line, today, refused)
            for line in checklist.checklist_lines([period], today)[period.pk]
        ]
        return self.show(
            request,
            period=period,
            agreement=period.agreement,
            items=items,
            add=add or AddForm(),
            before=siblings[index - 1] if index else None,
            after=siblings[index + 1] if index + 1 < len(siblings) else None,
            closed=is_closed(period),
            is_over=period.ends_on <= today,
            status=status,
        )

    def _item(self, line: checklist.ChecklistLine, today: Any, refused: Any) -> dict[str, Any]:
        """One deliverable with its forms; a refused form replaces its fresh one and is open."""
        row = line.row
        item: dict[str, Any] = {
            "line": line,
            "hand": HandoverForm(row=row.pk, initial={"on": today, "count": 1}),
            "count": CountForm(row=row.pk, initial={"done": row.done, "due_on": row.due_on}),
            "settle": SettleForm(row=row.pk),
        }
        if refused and refused[0] == row.pk:
            item |= {refused[1]: refused[2], f"open_{refused[1]}": True}
        return item


class WorkPage(WorkView):
    """The deliverables of one period, current or past. POST adds one."""

    needs = Area.WORK

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self.page(request, self._period(pk))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Add a deliverable."""
        period, form = self._period(pk), AddForm(request.POST)
        if form.is_valid():
            try:
                checklist_actions.add_deliverable(
                    period=period, now=timezone.now(), **form.cleaned_data
                )
                messages.success(request, _("Added."))
                return redirect("dashboard:work", period.pk)
            except RuleError as error:
                add_error(form, error)
        return self.page(request, period, status=422, add=form)

    def _period(self, pk: UUID) -> Period:
        return self.row(
            Period, pk, self.rows(Period).select_related("agreement__client", "business")
        )


class CorrectCount(WorkView):
    """Correct how much of a deliverable the client has received, and when the rest is due."""

    needs = Area.WORK

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self.deliverable(pk)
        form = CountForm(request.POST, row=row.pk)
        if form.is_valid():
            try:
                checklist_actions.correct_deliverable(deliverable=row, **form.cleaned_data)
                messages.success(request, _("Saved."))
                return redirect("dashboard:work", row.period_id)
            except RuleError as error:
                add_error(form, error)
        return self.page(request, row.period, status=422, refused=(row.pk, "count", form))


class HandOver(WorkView):
    """Hand a piece of a deliverable over to the client."""

    needs = Area.WORK

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
            except RuleError as error:
                add_error(form, error)
        return self.page(request, row.period, status=422, refused=(row.pk, "hand", form))


class SettleDeliverable(WorkView):
    """Carry the missing rest over to the next period, waive it, or undo a waiver."""

    needs = Area.WORK

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self.deliverable(pk)
        details: dict[str, Any] = {
            "actor": self.actor,
            "now": timezone.now(),
            "origin": self.origin,
        }
        how = request.POST.get("how", "")
        if how == "undo":
            try:
                carry_over.undo_waiver(deliverable=row, **details)
            except RuleError as error:
                show_error(request, error)
            return redirect("dashboard:work", row.period_id)
        form = SettleForm(request.POST, row=row.pk)
        if form.is_valid():
            settle = carry_over.carry_over if how == "carry" else carry_over.waive
            try:
                settle(deliverable=row, because=form.cleaned_data["because"], **details)
                messages.success(request, _("Recorded. The client reads it with the reason."))
                return redirect("dashboard:work", row.period_id)
            except RuleError as error:
                add_error(form, error)
        # The refused action may have changed the row in memory.
        row.refresh_from_db()
        return self.page(request, row.period, status=422, refused=(row.pk, "settle", form))


class RemoveHandover(DashboardView):
    """Remove a handover that was made by mistake."""

    needs = Area.WORK

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        related = self.rows(Handover).select_related("deliverable__period")
        handover = self.row(Handover, pk, related)
        try:
            hand_over.undo_handover(handover=handover)
            messages.success(request, _("Taken back."))
        except RuleError as error:
            show_error(request, error)
        return redirect("dashboard:work", handover.deliverable.period_id)


class HandoverFile(DashboardView):
    """Download the file of a handover."""

    needs = Area.WORK

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        handover = self.row(Handover, pk)
        content = handover_files.read_file(handover)
        if content is None:
            raise Http404
        return attachment(content, handover.file_name, handover.content_type)
