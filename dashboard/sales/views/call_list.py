"""Calls with all clients, and which prospects have had their fit check."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from clients.models import Call, Client, FitCheck
from clients.rules.pipeline import ODDS
from core.team.roles import Area
from dashboard import last_events
from dashboard.page import DashboardView
from dashboard.sales.views.fit import verdict_in_words

SHOWN = 50  # rows of each list


class Calls(DashboardView):
    """The calls that come, those that were held last, and the prospects with their fit."""

    needs = Area.SALES
    template = "dashboard/sales/calls.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        calls, now = self.rows(Call).select_related("client"), timezone.now()
        coming = list(calls.filter(starts_at__gte=now).order_by("starts_at", "pk")[:SHOWN])
        held, prospects = list(calls.filter(starts_at__lt=now)[:SHOWN]), self._prospects()
        clients = {row.client_id: row.client for row in (*coming, *held)}
        clients |= {row.pk: row for row, _fit in prospects}
        last = last_events.of_clients(self, clients.values())
        return self.show(
            request,
            coming=[(row, last[row.client_id]) for row in coming],
            held=[(row, last[row.client_id]) for row in held],
            prospects=[(row, fit, last[row.pk]) for row, fit in prospects],
        )

    def _prospects(self) -> list[tuple[Client, dict[str, Any] | None]]:
        """The open prospects, the newest first, each with the verdict of its fit check."""
        rows = list(
            self.rows(Client).filter(state__in=list(ODDS)).order_by("-stage_at", "pk")[:SHOWN]
        )
        checks = {row.client_id: row for row in self.rows(FitCheck).filter(client__in=rows)}
        return [
            (row, verdict_in_words(check.found) if (check := checks.get(row.pk)) else None)
            for row in rows
        ]
