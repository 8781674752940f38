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
        waiting, closed = [piece for line in lines for piece in line.waiting], is_closed(period)
        context = {
            "period": period,
            "lines": [(line, _parts(line, refused)) for line in lines],
            "closed": closed,
            "asks": self.contact.business.asks_approval and not closed,
            "waiting": sum(piece.count for piece in waiting),
            "seen": " ".join(piece.seen for piece in waiting),
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
        """Approve everything that waits and was on the page, which names it as `seen`."""
        period, seen = self.period(pk), request.POST.get("seen", "").split()
        rows = pieces.delivered(scoped(Deliverable, self.contact.business).filter(period=period))
        try:
            work_answers.approve(
                chosen=[piece for piece in pieces.waiting_of(rows) if piece.seen in seen],
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

    `piece` in the form is the handover, or empty for what was counted without one; `count` is how
    many there were on the page.
    """

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        act, form = request.POST.get("act", ""), ChangeForm(request.POST)
        row = self._deliverable(pk)
        period, piece = self.period(row.period_id), self._piece(row)
        if piece is None:
            return self._changed(request, period, row, form if act == "change" else None)
        if act == "change" and (not form.is_valid() or self._is_too_much(form)):
            return self.page(request, period, 422, (piece, form))
        try:
            messages.success(request, self._answer(act, piece, period, form))
        except RuleError as error:
            messages.error(request, str(error))
        return redirect("portal:work", period.pk)

    def _answer(self, act: str, piece: Piece, period: Period, form: ChangeForm) -> str:
        """Store the answer; what the next page says of it. Raises RuleError."""
        by: dict[str, Any] = {"period": period, "contact": self.contact, "now": timezone.now()}
        by["origin"] = origin(self.request)
        if act == "change":
            work_answers.ask_for_change(piece=piece, **form.cleaned_data, **by)
            sent = _("Sent. %(name)s will answer under “Requests”.")
            return sent % {"name": self.contact.business.name}
        if act == "take_back":
            work_answers.take_back(piece=piece, **by)
            return _("Your approval was taken back.")
        work_answers.approve(chosen=[piece], **by)
        return _("Approved. Thank you.")

    def _changed(
        self, request: HttpRequest, period: Period, row: Deliverable, form: ChangeForm | None
    ) -> HttpResponse:
        """Say that it was delivered anew or taken back; words that were typed stay on the page."""
        sentence = _("This was changed in the meantime. Please look at it again.")
        waiting = pieces.waiting_of([row])
        if form is None or not form.is_valid() or not waiting:
            messages.warning(request, sentence)
            return redirect("portal:work", period.pk)
        form.add_error(None, sentence)
        return self.page(request, period, 409, (waiting[-1], form))

    def _deliverable(self, pk: UUID) -> Deliverable:
        """The deliverable with what was delivered of it. Raises Http404."""
        rows = scoped(Deliverable, self.contact.business).filter(
            pk=pk, period__agreement__client=self.client
        )
        row = rows.prefetch_related(*pieces.RELATED).first()
        if row is None:
            raise Http404
        return row

    def _piece(self, row: Deliverable) -> Piece | None:
        """What the form is about, as it was on the page; None if that is not so any more."""
        key, count = self.request.POST.get("piece", ""), self.request.POST.get("count", "")
        found = (piece for piece in pieces.pieces_of(row) if piece.key == key)
        return next((piece for piece in found if count in ("", str(piece.count))), None)

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
