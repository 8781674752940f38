"""The billing run on screen: what comes, how far it is, what happened, and what nobody knows yet."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.books import queries
from billing.runs import preview, run
from core import nudge
from dashboard.page import DashboardView


class Run(DashboardView):
    """What will be charged tonight and in the next 30 days, by the job's own code; and what the last run did."""

    template = "dashboard/run.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        now = timezone.now()
        rows = preview.coming(self.business, now=now)
        tonight = [row for row in rows if row.on <= self.today]
        later = [row for row in rows if row.on > self.today]
        return self.show(
            request,
            tonight=tonight,
            later=later,
            totals=preview.totals(rows),
            happened=queries.happened(self.business),
            **_progress(),
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        nudge.ring("billing.tasks.bill")
        messages.success(request, _("The worker was asked to look now."))
        return redirect("dashboard:run")


class Progress(DashboardView):
    """The bar alone, asked for every two seconds while a run goes on."""

    template = "dashboard/run_progress.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(request, **_progress())


class Allow(DashboardView):
    """A person says that the clock is right, and the run goes on."""

    def post(self, request: HttpRequest) -> HttpResponse:
        if request.POST.get("go") != "yes":
            raise PermissionDenied
        run.allow(now=timezone.now())
        nudge.ring("billing.tasks.bill")
        messages.success(request, _("The next run goes on."))
        return redirect("dashboard:run")


class Unknown(DashboardView):
    """Charges whose outcome nobody knows yet."""

    template = "dashboard/unknown.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(request, rows=queries.unknown(self.business))


def _progress() -> dict[str, Any]:
    last = run.last_run()
    share = last.charged * 100 // last.to_charge if last and last.to_charge else 100
    return {
        "run": last,
        "running": bool(last and last.finished_at is None),
        "share": min(100, share),
        "refused": run.refused(),
    }
