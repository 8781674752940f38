"""The overview: what needs you, guaranteed income, retainers, next charges; and the search."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements import applies, seal, trial
from agreements.models import Agreement, Period, Proposal, Question
from agreements.periods import next_starts, upcoming
from agreements.schedule import Interval
from agreements.states import AgreementState
from billing import income, queries, run
from billing.models import Certificate, Invoice
from clients.models import Client
from core import charts
from core.models import Outbox
from core.models.outbox import OutboxState
from core.templatetags import rh
from dashboard.views.desk import Desk
from delivery import hours
from delivery.models import Report
from delivery.states import ReportState

SHOWN = 6
LATELY = timedelta(days=60)


@dataclass(frozen=True)
class Need:
    """One thing that waits for the freelancer."""

    text: str
    url: str
    label: str


class Home(Desk):
    """Everything at a glance."""

    template = "dashboard/home.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        signed = income.signed(self.business)
        running = [row for row in signed if row.state == AgreementState.ACTIVE]
        stated = hours.of_agreements(running)
        current = self._current(running)
        history = income.by_month(signed, self.today)
        context = {
            "needs": self._needs(),
            "guaranteed": income.guaranteed(signed, self.today),
            "charts": [(currency, self._chart(currency, points)) for currency, points in history.items()],
            "retainers": self._retainers(running, stated, current)[:SHOWN],
            "running": len(running),
            "used": sum(stated[period.pk].used for period in current.values() if period.pk in stated),
            "available": sum(stated[period.pk].available for period in current.values() if period.pk in stated),
            "coming": upcoming(running, self.today, days=31)[:SHOWN],
            "outstanding": queries.outstanding(self.business),
            "waiting": self.rows(Agreement).filter(state=AgreementState.SENT).count(),
            "is_new": not signed and not self.rows(Client).exists(),
            "today": self.today,
            "hour": timezone.localtime(timezone.now(), ZoneInfo(self.business.time_zone)).hour,
        }
        return self.show(request, **context)

    def _current(self, running: list[Agreement]) -> dict[Any, Any]:
        newest: dict[Any, Any] = {}
        for period in self.rows(Period).filter(agreement__in=running).order_by("starts_on"):
            newest[period.agreement_id] = period
        return newest

    def _retainers(self, running: list[Agreement], stated: Any, current: Any) -> list[dict[str, Any]]:
        following = next_starts(running, self.today)
        failing = queries.failed_agreements(self.business)
        found = []
        for agreement in running:
            period = current.get(agreement.pk)
            statement = stated.get(period.pk) if period else None
            found.append(
                {
                    "agreement": agreement,
                    "terms": applies.on(agreement, self.today),
                    "hours": statement,
                    "next_on": following.get(agreement.pk),
                    "status": _status(agreement, statement, agreement.pk in failing),
                }
            )
        return found

    def _chart(self, currency: str, points: list[tuple[date, int]]) -> charts.Chart:
        shown = [(rh.month_short(day), amount) for day, amount in points]
        return charts.area(shown, show=lambda amount: rh.money(amount, currency))

    def _unsealed(self) -> list[Need]:
        return [
            Need(
                _("“%(title)s” is signed; its seal waits: %(why)s") % {"title": row.title, "why": why},
                reverse("dashboard:agreement", args=[row.agreement.pk]),
                _("Look"),
            )
            for row, why in seal.waiting(self.business, timezone.now())[:SHOWN]
        ]

    def _needs(self) -> list[Need]:
        found = [
            Need(
                _("%(client)s's charge failed.") % {"client": row.invoice.client.name},
                reverse("dashboard:charge", args=[row.invoice.pk]),
                _("Review"),
            )
            for row in queries.failed(self.business)[:SHOWN]
        ]
        found += [
            Need(
                _("%(client)s: %(why)s") % {"client": row.client.name, "why": _(row.parked_because)},
                reverse("dashboard:agreement", args=[row.pk]),
                _("Decide"),
            )
            for row in queries.parked(self.business)[:SHOWN]
        ]
        if queries.unknown(self.business).exists():
            found.append(
                Need(_("The outcome of a charge is not known yet."), reverse("dashboard:unknown"), _("Look"))
            )
        if run.refused():
            found.append(
                Need(_("The billing run waits for a word about the clock."), reverse("dashboard:run"), _("Look"))
            )
        found += self._unsealed()
        asked = self.rows(Question).filter(answer="").select_related("contact", "proposal")
        found += [
            Need(
                _("%(name)s asks about “%(title)s”.") % {"name": row.contact.name, "title": row.proposal.title},
                reverse("dashboard:proposal", args=[row.proposal_id]),
                _("Answer"),
            )
            for row in asked[:SHOWN]
        ]
        lost = self.rows(Outbox).filter(state=OutboxState.FAILED).count()
        if lost:
            words = ngettext("A letter could not be delivered.", "%(n)s letters could not be delivered.", lost)
            found.append(Need(words % {"n": lost}, reverse("dashboard:letters") + "?state=failed", _("Look")))
        owed = self.rows(Certificate).filter(state="owed").count()
        if owed:
            words = ngettext("One withholding certificate is owed.", "%(n)s withholding certificates are owed.", owed)
            found.append(Need(words % {"n": owed}, reverse("dashboard:certificates"), _("Look")))
        trials = self.rows(Agreement).filter(interval=Interval.ONCE, signed_at__isnull=False)
        near = (
            trials.filter(ends_on__range=(self.today - LATELY, self.today + trial.SOON))
            .select_related("client")
            .order_by("-ends_on")
        )
        found += [
            Need(
                _("%(client)s's trial: did it succeed?") % {"client": row.client.name},
                reverse("dashboard:agreement", args=[row.pk]),
                _("Decide"),
            )
            for row in near.select_related("client")[:SHOWN]
            if trial.is_due(row, self.today)
        ]
        drafts = self.rows(Report).filter(state=ReportState.DRAFT).select_related("client", "period")
        found += [
            Need(
                _("The report for %(client)s is ready for your sentence.") % {"client": row.client.name},
                reverse("dashboard:report", args=[row.pk]),
                _("Review"),
            )
            for row in drafts[:SHOWN]
        ]
        return found


def _status(agreement: Agreement, statement: Any, is_failing: bool) -> tuple[str, str]:
    if is_failing:
        return _("Charge failed"), "bad"
    if agreement.parked_because:
        return _("Parked"), "warn"
    if statement and statement.remaining < 0:
        return _("Over plan"), "warn"
    return _("On track"), "good"


class Search(Desk):
    """One box for clients, proposals and invoices."""

    template = "dashboard/search.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = request.GET.get("q", "").replace("\x00", "").strip()[:100]
        found: dict[str, Any] = {}
        if asked:
            found = {
                "clients": self.rows(Client).filter(name__icontains=asked)[:10],
                "proposals": self.rows(Proposal).filter(title__icontains=asked).select_related("client")[:10],
                "invoices": self.rows(Invoice).filter(number__icontains=asked).select_related("client")[:10],
            }
        return self.show(request, search=asked, **found)
