"""Income by how certain it is, and until when it covers the costs."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from billing.income import expected, guaranteed, history
from billing.income.expected import Income
from billing.rules.certainty import HORIZON, Certainty, Movement
from core import charts, formats, money
from core.dates import add_months, month_of, months_back
from dashboard.money.forms.income import CostsForm
from dashboard.page import DashboardView

#: How each certainty is drawn in the chart.
DRAWN = {
    Certainty.INVOICED: "signed",
    Certainty.OWED: "signed",
    Certainty.RECURRING: "steady",
    Certainty.NO_WAY: "added",
    Certainty.RENEWING: "likely",
}


class IncomePage(DashboardView):
    """What is received, owed by contract, recurring, renewing and offered; and how it moved."""

    template = "dashboard/money/income.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, CostsForm(business=self.business))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = CostsForm(request.POST, business=self.business)
        if not form.is_valid():
            return self._page(request, form, 422)
        form.save()
        messages.success(request, _("Saved."))
        return redirect("dashboard:income")

    def _page(self, request: HttpRequest, form: CostsForm, status: int = 200) -> HttpResponse:
        business, today = self.business, self.today
        signed = guaranteed.signed_agreements(business)
        incomes = expected.expected_income(business, signed, today)
        own = next((one for one in incomes if one.currency == business.currency), None)
        rate = expected.own_closing_rate(business)
        return self.show(
            request,
            status,
            form=form,
            costs=business.monthly_costs,
            own=own,
            safe=[_safe(day, today) for day in own.safe_until(business.monthly_costs)]
            if own
            else [],
            incomes=[_shown(income, rate, today) for income in incomes],
            rate=rate,
            movements={
                currency: [{"movement": row, "changes": _changes(row, currency)} for row in months]
                for currency, months in history.movements(signed, today).items()
            },
            today=today,
        )


def _shown(income: Income, rate: Fraction | None, today: date) -> dict[str, Any]:
    """One currency as the page shows it."""
    offered = sum(fee for _proposal, fee in income.offered)
    return {
        "income": income,
        "rows": [_row(income, certainty) for certainty in Certainty if income.sums[certainty]],
        "chart": _chart(income, today) if income.expected else None,
        "offered": offered,
        "weighted": money.round_half_up(rate * offered) if rate else None,
        "share": formats.share(income.largest[1], income.total) if income.largest else 0,
    }


def _safe(day: date | None, today: date) -> str:
    """Until when the costs are covered, in words; nothing is known beyond the horizon."""
    if day is None:
        return _("Not covered")
    if day >= add_months(today, HORIZON) - timedelta(days=1):
        return _("More than a year")
    return formats.day(day)


def _changes(row: Movement, currency: str) -> list[str]:
    """What changed the fees in one month, in words."""
    kinds = {
        _("New: %(sum)s"): row.new,
        _("Upgraded: %(sum)s"): row.up,
        _("Downgraded: %(sum)s"): row.down,
        _("Paused: %(sum)s"): row.paused,
        _("Lost: %(sum)s"): row.lost,
    }
    return [
        words % {"sum": formats.money(amount, currency)}
        for words, amount in kinds.items()
        if amount
    ]


def _row(income: Income, certainty: Certainty) -> dict[str, Any]:
    """A certainty in words, its sum, and the sum of each agreement behind it."""
    by_agreement: dict[Any, int] = {}
    rows = {}
    for one in income.expected:
        if one.certainty == certainty:
            rows[one.agreement.pk] = one.agreement
            by_agreement[one.agreement.pk] = by_agreement.get(one.agreement.pk, 0) + one.amount
    label, why = _words()[certainty]
    return {
        "label": label,
        "why": why,
        "sum": income.sums[certainty],
        "agreements": sorted(
            ((rows[pk], amount) for pk, amount in by_agreement.items()), key=lambda pair: -pair[1]
        ),
    }


def _words() -> dict[Certainty, tuple[str, str]]:
    return {
        Certainty.INVOICED: (_("Invoiced"), _("Open invoices.")),
        Certainty.OWED: (
            _("Owed by contract"),
            _("Comes even if every client gives notice today."),
        ),
        Certainty.RECURRING: (
            _("Recurring"),
            _("Comes as long as nobody gives notice; the way to pay works."),
        ),
        Certainty.NO_WAY: (
            _("No working payment method"),
            _("No card is saved, or the last payment is late."),
        ),
        Certainty.RENEWING: (_("After a renewal"), _("Comes if the term is renewed at its end.")),
    }


def _chart(income: Income, today: date) -> charts.Columns:
    """The months ahead as stacked columns, the most certain at the bottom."""
    firsts = months_back(add_months(today, HORIZON), HORIZON + 1)
    kinds = list(dict.fromkeys(DRAWN.values()))
    sums = {first: dict.fromkeys(kinds, 0) for first in firsts}
    for one in income.expected:
        month = max(month_of(one.on), firsts[0])
        if month in sums:
            sums[month][DRAWN[one.certainty]] += one.amount
    return charts.stacked(
        [(formats.month_short(first), list(sums[first].items())) for first in firsts],
        limit=None,
        show=lambda amount: formats.number_short(money.to_decimal(amount, income.currency)),
    )
