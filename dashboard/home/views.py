"""The overview (to-dos, guaranteed income, retainers, upcoming charges) and the search."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import Agreement, Period
from agreements.rules.intervals import minutes_per_month
from agreements.rules.states import AgreementState
from agreements.running import effective_terms
from agreements.running.periods import next_starts
from billing.books import queries
from billing.emails import next_payments
from billing.emails.next_payments import NextPayment
from billing.income import exchange, guaranteed
from billing.income.exchange import Rates
from billing.models import Invoice
from billing.rules.asking import Way
from clients.models import Client
from core.web import query_string
from dashboard.home import income_chart, income_line
from dashboard.home.first_steps import first_steps
from dashboard.home.found_rows import found_rows
from dashboard.home.todos import todos
from dashboard.page import DashboardView
from delivery.hours import hours_left
from delivery.renewing import renewal_outlook
from delivery.renewing.renewal_outlook import Outlook

TONES = ("bad", "warn", "good")  # of a status, the worst first
FIRST = 5  # to-dos that are listed before the others are folded
SHOWN = 6  # rows listed at most per section of the overview


class Home(DashboardView):
    """The overview: everything important on one page."""

    template = "dashboard/home/home.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        signed = guaranteed.signed_agreements(self.business)
        rates = exchange.newest_rates(self.business)
        running = [row for row in signed if row.state == AgreementState.ACTIVE]
        hours = hours_left.statements_of(running)
        newest_periods = self._current(running)
        risks = renewal_outlook.outlooks(self.business, running, now=timezone.now(), stated=hours)
        needs = todos(self)
        context = {
            "needs": needs,
            "more_needs": needs[FIRST:],
            "first_steps": first_steps(self),
            **income_line.context(self.business, signed, rates, self.today),
            **income_chart.context(request, self.business, signed, rates, self.today),
            "retainers": self._retainers(running, hours, newest_periods, risks, rates)[:SHOWN],
            "at_risk": _at_risk(running, risks)[:SHOWN],
            "running": len(running),
            "used": self._per_month(running, newest_periods, hours, "used"),
            "available": self._per_month(running, newest_periods, hours, "available"),
            "coming": self._coming(running),
            "outstanding": income_line.outstanding(self.business, rates),
            "waiting": self.rows(Agreement).filter(state=AgreementState.SENT).count(),
            **self._clients(),
            "may_try": not signed,
            "today": self.today,
            "hour": timezone.localtime(timezone.now(), ZoneInfo(self.business.time_zone)).hour,
        }
        return self.show(request, **context)

    def _clients(self) -> dict[str, Any]:
        """The sample clients, and whether the business has no others."""
        kinds = dict(self.rows(Client).order_by().values_list("is_sample").annotate(Count("pk")))
        samples = (
            self.rows(Client).filter(is_sample=True).order_by("name_key") if True in kinds else []
        )
        return {"samples": samples, "is_new": False not in kinds}

    def _current(self, running: list[Agreement]) -> dict[Any, Any]:
        """The newest period of each running agreement, by the agreement's id."""
        newest: dict[Any, Any] = {}
        for period in self.rows(Period).filter(agreement__in=running).order_by("starts_on"):
            newest[period.agreement_id] = period
        return newest

    @staticmethod
    def _per_month(running: list[Agreement], newest: Any, hours: Any, what: str) -> int:
        """The minutes of all agreements for one month, whatever their interval (rule 47)."""
        shares = (
            minutes_per_month(getattr(hours[period.pk], what), row.interval)
            for row in running
            if (period := newest.get(row.pk)) and period.pk in hours
        )
        return sum(shares)

    def _coming(self, running: list[Agreement]) -> list[NextPayment]:
        """What is due in the next 31 days, soonest first; what is overdue is among the to-dos."""
        until = self.today + timedelta(days=31)
        of_no_retainer = self.rows(Invoice).filter(agreement__isnull=True)
        payments = next_payments.next_payments(running, self.today, invoices=of_no_retainer)
        return [payment for payment in payments if self.today <= payment.due_on <= until][:SHOWN]

    def _retainers(
        self,
        running: list[Agreement],
        hours: Any,
        newest_periods: Any,
        risks: dict[UUID, Outlook],
        rates: Rates,
    ) -> list[dict[str, Any]]:
        """One row per running agreement, what matters first: failing, largest, due next."""
        following = next_starts(running, self.today)
        late = queries.late_agreements(self.business)
        rows = []
        for agreement in running:
            period = newest_periods.get(agreement.pk)
            statement = hours.get(period.pk) if period else None
            rows.append(
                {
                    "agreement": agreement,
                    "terms": effective_terms.terms_on(agreement, self.today),
                    "hours": statement,
                    "next_on": following.get(agreement.pk),
                    "risk": risks[agreement.pk],
                    "status": _status(agreement, statement, late.get(agreement.pk)),
                }
            )
        return sorted(rows, key=lambda row: self._place(row, rates))

    def _place(self, row: dict[str, Any], rates: Rates) -> tuple[int, int, date, str]:
        """Where a retainer stands in the list: by trouble, then by fee, then by its next day."""
        agreement = row["agreement"]
        fee = {agreement.currency: guaranteed.monthly_fee(agreement, self.today)}
        in_own, _apart = exchange.in_own(fee, self.business, rates)
        return TONES.index(row["status"][1]), -in_own, row["next_on"] or date.max, str(agreement.pk)


def _at_risk(
    running: list[Agreement], risks: dict[UUID, Outlook]
) -> list[tuple[Agreement, Outlook]]:
    """Agreements with a reason not to renew, the highest risk first."""
    at_risk = [(row, risks[row.pk]) for row in running if risks[row.pk].reasons]
    return sorted(at_risk, key=lambda pair: -pair[1].points)


def _status(agreement: Agreement, statement: Any, late: Way | None) -> tuple[str, str]:
    """A retainer's status as words and a tone ("good", "warn" or "bad").

    `late` is how the agreement is paid, if a payment is late.
    """
    if late:
        return (_("Transfer overdue") if late == Way.TRANSFER else _("Charge failed")), "bad"
    if agreement.parked_because:
        return _("Billing on hold"), "warn"
    if statement and statement.remaining < 0:
        return _("Over plan"), "warn"
    return _("On track"), "good"


class Search(DashboardView):
    """Find rows, pages and actions by words or by a sum; the palette asks for the lines alone."""

    template = "dashboard/home/search.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        text = query_string.text(request.GET, "q")
        found, guesses = found_rows(self, text) if text else ([], [])
        if "lines" in request.GET:
            self.template = "dashboard/home/found.html"
        return self.show(request, search=text, found=found, guesses=guesses)
