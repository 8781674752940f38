"""Requests for extra hours that the client did not answer before the period ended."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import formats
from core.team.roles import Area
from dashboard.page import DashboardView
from dashboard.todo.items import Done, Entry, Group, Kind, as_moment
from delivery.hours import overage
from delivery.models import Overage
from delivery.rules.states import OverageState


class UnansweredOverage(Kind):
    """Extra hours of a period that is over, which nobody has approved."""

    needs = Area.AGREEMENTS
    name, icon, group, page = "overage", "clock", Group.PROMISES, "hours"
    template, page_label = "overage", gettext_lazy("Open the hours")
    acts = ("withdraw",)

    def waiting(self, view: DashboardView) -> QuerySet[Overage]:
        rows = view.rows(Overage).filter(state=OverageState.ASKED, period__ends_on__lte=view.today)
        return rows.select_related("client", "period").order_by("period__ends_on", "pk")

    def row(self, view: DashboardView, pk: UUID) -> Overage:
        related = ("client", "period__agreement__contact", "business")
        return view.row(Overage, pk, view.rows(Overage).select_related(*related))

    def entry(self, view: DashboardView, row: Overage) -> Entry:
        return Entry(
            self.key(row),
            self.icon,
            self.group,
            as_moment(row.period.ends_on),
            _("No answer yet: %(hours)s extra") % {"hours": formats.hours(row.minutes)},
            row.client.name,
            _("asked on %(day)s") % {"day": formats.day_short(row.created_at)},
            "warn",
        )

    def details(self, view: DashboardView, row: Overage, form: Any) -> dict[str, Any]:
        return {"overage": row, "reader": row.period.agreement.reader}

    def act(self, view: DashboardView, row: Overage, act: str, form: Any) -> Done:
        overage.withdraw_request(overage=row, actor=view.actor, now=timezone.now())
        text = _("The request to %(client)s is withdrawn: nothing is billed for these hours.")
        return Done(text % {"client": row.client.name}, url=self.url(row))

    def url(self, row: Any) -> str:
        return reverse("dashboard:hours", args=[row.period.agreement_id])
