"""Deliverables that are late."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import formats
from core.dates import local_day
from core.team.roles import Area
from dashboard.home.todos import LATELY
from dashboard.page import DashboardView
from dashboard.todo.items import Done, Entry, Group, Kind, as_moment, checked
from dashboard.work.forms.deliverables import HandoverForm
from delivery.models import Deliverable, Handover
from delivery.rules.states import DeliverableState, ReportState
from delivery.work import hand_over


class LateDeliverable(Kind):
    """A deliverable whose last day is over and of which something is missing."""

    needs = Area.WORK
    name, icon, group, page = "deliverable", "circle-check", Group.PROMISES, "work"
    template, page_label = "deliverable", gettext_lazy("Open the checklist")
    acts = ("hand",)

    def waiting(self, view: DashboardView) -> QuerySet[Deliverable]:
        today = view.today
        late = Q(due_on__lt=today) | Q(due_on__isnull=True, period__ends_on__lte=today)
        rows = view.rows(Deliverable).filter(
            late,
            state=DeliverableState.OPEN,
            done__lt=F("promised"),
            period__starts_on__lte=today,
            period__ends_on__gt=today - LATELY,
        )
        rows = rows.exclude(period__report__state=ReportState.SENT)
        due = Coalesce("due_on", "period__ends_on")
        return rows.select_related("period__agreement__client").order_by(due, "pk")

    def row(self, view: DashboardView, pk: UUID) -> Deliverable:
        related = ("period__agreement__client", "period__business")
        return view.row(Deliverable, pk, view.rows(Deliverable).select_related(*related))

    def entry(self, view: DashboardView, row: Deliverable) -> Entry:
        due = row.due_on or formats.last_day(row.period.ends_on)
        missing = {"n": row.promised - row.done, "of": row.promised, "title": row.title}
        return Entry(
            self.key(row),
            self.icon,
            self.group,
            as_moment(due),
            _("%(n)s of %(of)s missing: %(title)s") % missing,
            row.period.agreement.client.name,
            _("due on %(day)s") % {"day": formats.day_short(due)},
            "bad",
        )

    def form(self, view: DashboardView, row: Deliverable, *data: Any) -> HandoverForm:
        today = local_day(timezone.now(), row.period.agreement.time_zone)
        start = {"on": today, "count": row.promised - row.done}
        return HandoverForm(*data, row=row.pk, initial=start)

    def details(self, view: DashboardView, row: Deliverable, form: Any) -> dict[str, Any]:
        return {"row": row, "period": row.period}

    def act(self, view: DashboardView, row: Deliverable, act: str, form: Any) -> Done:
        made = hand_over.hand_over(
            deliverable=row, actor=view.actor, now=timezone.now(), **checked(form)
        )
        facts = {"title": row.title, "client": row.period.agreement.client.name}
        text = _("Handed over to %(client)s: %(title)s.") % facts
        return Done(text, undo={"handover": str(made.pk)}, url=self.url(row))

    def undo(self, view: DashboardView, row: Deliverable, kept: Mapping[str, str]) -> str:
        related = view.rows(Handover).select_related("deliverable__period")
        handover = view.row(Handover, UUID(kept["handover"]), related)
        hand_over.undo_handover(handover=handover)
        return _("Taken back: %(title)s.") % {"title": row.title}

    def url(self, row: Any) -> str:
        return reverse("dashboard:work", args=[row.period_id])
