"""The portal's home page: what waits, hours, work, the next payment, the last report."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from agreements.models import Agreement, Amendment, Period
from agreements.rules.states import RUNNING_STATES, AgreementState
from agreements.rules.terms import CollectBy
from agreements.running import added_for_a_time, effective_terms
from billing.charging import saved_cards
from billing.emails import next_payments
from billing.invoices import extra_line
from billing.models import Invoice
from core.dates import local_day
from core.tenancy import scoped
from delivery.hours import hours_left
from delivery.models import Handover, Report, Request
from delivery.requests import scope_check
from delivery.requests.response_status import OPEN
from delivery.rules.progress import Standing
from delivery.rules.states import ReportState
from delivery.work import checklist, pieces
from portal import needs
from portal.access import Money, PortalView

SHOWN = 4  # handovers, requests and payments listed at most


@dataclass(frozen=True)
class Retainer:
    """One running agreement as its client sees it today.

    `stated` is the statement of the current period's hours; None before the first period.
    """

    agreement: Agreement
    terms: Agreement | Amendment
    fit: scope_check.Scope
    stated: Any
    lines: list[checklist.ChecklistLine]
    added: list[added_for_a_time.Added]

    @property
    def period(self) -> Period | None:
        """The current period; None before the first one."""
        return self.fit.period

    @property
    def under_way(self) -> list[checklist.ChecklistLine]:
        """The deliverables still in progress, and the waived ones with their reason."""
        return [
            line for line in self.lines if line.standing not in (Standing.DONE, Standing.CARRIED)
        ]

    @property
    def done(self) -> list[checklist.ChecklistLine]:
        """The deliverables completed in this period.

        A single piece with a link or a file is left out: the list of handovers already shows it.
        """
        completed = [line for line in self.lines if line.standing == Standing.DONE]
        return [line for line in completed if line.row.promised > 1 or not line.handovers]


class Home(PortalView):
    """The home page: hours and the next renewal first, then everything in progress."""

    money = Money.PARTS

    def get(self, request: HttpRequest) -> HttpResponse:
        now = timezone.now()
        today = local_day(now, self.client.time_zone)
        signed = list(self.rows(Agreement).filter(signed_at__isnull=False).order_by("-signed_at"))
        running = [row for row in signed if row.state in RUNNING_STATES]
        retainers = self._retainers(running, today)
        paying = running if self.shows_money else []
        payments = next_payments.next_payments(paying, today, invoices=self.rows(Invoice))
        report = self.rows(Report).filter(state=ReportState.SENT).select_related("period").first()
        context = {
            "retainers": retainers,
            "any_under_way": any(retainer.under_way for retainer in retainers),
            "any_done": any(retainer.done for retainer in retainers),
            "ended": next((row for row in signed if row.state == AgreementState.ENDED), None),
            "may_ask": bool(signed),
            "requests": list(
                self.rows(Request).filter(state__in=OPEN).order_by("-created_at")[:SHOWN]
            ),
            "given": self._given(),
            "payments": [
                one
                for one in payments
                if one.invoice is None or one.due_on >= today  # what is late waits above
            ][:SHOWN],
            "next_lines": extra_line.waiting_lines(running) if self.shows_money else [],
            "pays_by_card": any(row.collect_by == CollectBy.CARD for row in running)
            or any(row.by_card for row in payments),
            "pays_by_transfer": any(row.collect_by != CollectBy.CARD for row in running)
            or any(not row.by_card for row in payments),
            "shows_money": self.shows_money,
            "method": saved_cards.card_in_use(self.client) if self.shows_money else None,
            "debits": saved_cards.debits_for(self.client),
            "report": report,
            "needs": needs.needs_of(self, report, now=now),
        }
        context["has_aside"] = bool(
            context["payments"] or report or (self.shows_money and retainers)
        )
        return render(request, "portal/home.html", context)

    def _retainers(self, running: list[Agreement], today: date) -> list[Retainer]:
        hours = hours_left.statements_of(running)
        fits = scope_check.scopes_of(running, now=timezone.now(), stated=hours)
        periods = {row.pk: fits[row.pk].period for row in running}
        lines = checklist.checklist_lines([period for period in periods.values() if period], today)
        added = added_for_a_time.by_agreement(running)
        retainers = []
        for row in running:
            period = periods[row.pk]
            retainers.append(
                Retainer(
                    row,
                    effective_terms.terms_on(row, today),
                    fits[row.pk],
                    hours.get(period.pk) if period else None,
                    lines[period.pk] if period else [],
                    [one for one in added[row.pk] if one.ends_on >= today],
                )
            )
        return retainers

    def _given(self) -> list[Handover]:
        """The latest handovers to this client."""
        handovers = scoped(Handover, self.contact.business).filter(
            deliverable__period__agreement__client=self.client
        )
        handovers = pieces.newest_versions(handovers)
        return list(handovers.select_related("deliverable").order_by("-on", "-created_at")[:SHOWN])
