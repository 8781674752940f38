"""The deliverables of a period as the client sees them: what was handed over, and the answers."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import Period
from core.dates import local_day
from core.errors import RuleError
from core.tenancy import scoped
from core.web.download import attachment
from core.web.throttle import too_often
from delivery.models import Deliverable, Handover
from delivery.requests import work_answers
from delivery.work import checklist, handover_files, pieces
from delivery.work.closed_periods import is_closed
from delivery.work.pieces import Piece
from portal.access import Money, PortalView
from portal.forms import ChangeForm
from portal.sessions import origin
from portal.views.requests import MOST

Refused = tuple[Piece, ChangeForm]  # a form that had errors, and what it is about


class WorkView(PortalView):
    """The base of the pages on which the client reads and answers the work of a period."""

    money = Money.NONE

    def period(self, pk: UUID) -> Period:
        """The period with its agreement. Raises Http404."""
        periods = scoped(Period, self.contact.business).filter(agreement__client=self.client)
        related = ("agreement__business", "agreement__client", "business")
        period = periods.select_related(*related).filter(pk=pk).first()
        if period is None:
            raise Http404
        return period

    def page(
        self,
        request: HttpRequest,
        period: Period,
        status: int = 200,
        refused: Refused | None = None,
    ) -> HttpResponse:
        """Render the work of a period. A `refused` form takes the place of its fresh one."""
        today = local_day(timezone.now(), period.agreement.time_zone)
        siblings = scoped(Period, self.contact.business).filter(agreement=period.agreement)
        lines = checklist.checklist_lines([period], today)[period.pk]
        context = {
            "period": period,
            "lines": [(line, _parts(line, refused)) for line in lines],
            "closed": is_closed(period),
            "waiting": sum(piece.count for line in lines for piece in line.waiting),
            "delivered": sum(line.row.done for line in lines),
            "approved": sum(line.approved for line in lines),
            "before": siblings.filter(starts_on__lt=period.starts_on)
            .order_by("-starts_on")
            .first(),
            "after": siblings.filter(starts_on__gt=period.starts_on).order_by("starts_on").first(),
        }
        return render(request, "portal/work.html", context, status=status)


class WorkPage(WorkView):
    """Every deliverable of a period. POST approves all that waits for an answer."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self.page(request, self.period(pk))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Approve everything that waits."""
        period = self.period(pk)
        rows = pieces.delivered(scoped(Deliverable, self.contact.business).filter(period=period))
        try:
            work_answers.approve(
                chosen=pieces.waiting_of(rows),
                period=period,
                contact=self.contact,
                now=timezone.now(),
                origin=origin(request),
            )
            messages.success(request, _("Approved. Thank you."))
        except RuleError as error:
            messages.error(request, str(error))
        return redirect("portal:work", period.pk)


class AnswerWork(WorkView):
    """Answer one piece of a deliverable: approve it, ask for a change, or take the approval back.

    `piece` in the form is the handover, or empty for what was counted without one.
    """

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        piece = self._piece(pk, request.POST.get("piece", ""))
        period = self.period(piece.deliverable.period_id)
        act, form = request.POST.get("act", ""), ChangeForm(request.POST)
        by: dict[str, Any] = {"period": period, "contact": self.contact, "now": timezone.now()}
        try:
            if act == "change":
                if not form.is_valid() or self._is_too_much(form):
                    return self.page(request, period, 422, (piece, form))
                work_answers.ask_for_change(
                    piece=piece, origin=origin(request), **form.cleaned_data, **by
                )
                sent = _("Sent. %(name)s will answer under “Requests”.")
                messages.success(request, sent % {"name": self.contact.business.name})
            elif act == "take_back":
                work_answers.take_back(piece=piece, origin=origin(request), **by)
                messages.success(request, _("Your approval was taken back."))
            else:
                work_answers.approve(chosen=[piece], origin=origin(request), **by)
                messages.success(request, _("Approved. Thank you."))
        except RuleError as error:
            messages.error(request, str(error))
        return redirect("portal:work", period.pk)

    def _piece(self, pk: UUID, key: str) -> Piece:
        rows = scoped(Deliverable, self.contact.business).filter(
            pk=pk, period__agreement__client=self.client
        )
        found = [piece for row in pieces.delivered(rows) for piece in pieces.pieces_of(row)]
        piece = next((piece for piece in found if piece.key == key), None)
        if piece is None:
            raise Http404
        return piece

    def _is_too_much(self, form: ChangeForm) -> bool:
        """Whether this person has asked too often in an hour; the form says so."""
        who, now = str(self.contact.pk), timezone.now()
        if not too_often("request", who, limit=MOST, seconds=3600, now=now):
            return False
        form.add_error(None, _("You have asked a lot already. Please write us an email."))
        return True


def _parts(line: checklist.ChecklistLine, refused: Refused | None) -> list[dict[str, Any]]:
    """What was delivered of a deliverable, each with its form to ask for a change."""
    parts = []
    for place, piece in enumerate(line.pieces):
        form = ChangeForm(auto_id=f"change_{line.row.pk}_{place}_%s")
        if refused and (refused[0].deliverable.pk, refused[0].key) == (line.row.pk, piece.key):
            refused[1].auto_id = form.auto_id
            form = refused[1]
        parts.append({"piece": piece, "form": form})
    return parts


class HandoverFile(PortalView):
    """Download the file of a handover."""

    money = Money.NONE

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        handovers = scoped(Handover, self.contact.business).filter(
            deliverable__period__agreement__client=self.client
        )
        handover = handovers.filter(pk=pk).first()
        content = handover_files.read_file(handover) if handover else None
        if handover is None or content is None:
            raise Http404
        return attachment(content, handover.file_name, handover.content_type)
