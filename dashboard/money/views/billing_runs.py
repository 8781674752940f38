"""Billing runs: upcoming charges, progress, latest charges, and charges of unknown outcome."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.books import queries
from billing.runs import billing_run, preview
from core import nudge
from core.team.roles import Area
from dashboard.page import DashboardView


class BillingRunPage(DashboardView):
    """Charges due tonight and in the next 30 days, and what the last run did.

    The forecast comes from the billing code itself, and nothing is charged. POST starts a run.
    """

    needs = Area.INVOICES
    template = "dashboard/money/billing_run.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        now = timezone.now()
        rows = preview.upcoming_invoices(self.business, now=now)
        tonight = [row for row in rows if row.on <= self.today]
        later = [row for row in rows if row.on > self.today]
        return self.show(
            request,
            tonight=tonight,
            later=later,
            totals=preview.totals_by_currency(rows),
            happened=queries.recent_charges(self.business),
            **_progress(),
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        nudge.ring("billing.tasks.bill")
        messages.success(request, _("The billing run starts now."))
        return redirect("dashboard:billing_run")


class RunProgress(DashboardView):
    """The progress bar alone, requested every two seconds while a run goes on."""

    needs = Area.INVOICES
    template = "dashboard/money/billing_run_progress.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(request, **_progress())


class ConfirmClock(DashboardView):
    """Confirm that the server's clock is right, so that billing goes on.

    A run is held back when the clock has jumped; see the billing run's own checks.
    """

    needs = Area.INVOICES

    def post(self, request: HttpRequest) -> HttpResponse:
        if request.POST.get("go") != "yes":
            raise PermissionDenied
        billing_run.confirm_clock(now=timezone.now())
        nudge.ring("billing.tasks.bill")
        messages.success(request, _("The next run continues."))
        return redirect("dashboard:billing_run")


class UnknownCharges(DashboardView):
    """Charges whose outcome is not known yet."""

    needs = Area.INVOICES
    template = "dashboard/money/unknown_charges.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(request, rows=queries.unknown_charges(self.business))


def _progress() -> dict[str, Any]:
    """The progress of the last run in percent, and the run that was held back, if any."""
    last_run = billing_run.last_run()
    percent = (
        last_run.charged * 100 // last_run.to_charge if last_run and last_run.to_charge else 100
    )
    return {
        "run": last_run,
        "running": bool(last_run and last_run.finished_at is None),
        "share": min(100, percent),
        "refused": billing_run.refused_run(),
    }
