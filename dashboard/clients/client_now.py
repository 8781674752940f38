"""What a freelancer wants to know when a client calls: hours, work, requests, reports and money."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from agreements.changing import end
from agreements.models import Agreement, Period
from agreements.rules.states import RUNNING_STATES
from agreements.running import effective_terms
from billing.invoices import open_amounts
from billing.models import Invoice
from clients.models import Client
from core.history_facts import Fact
from dashboard.money.views.invoice_list import age_labels
from dashboard.page import DashboardView
from delivery.hours import hours_left
from delivery.models import Report, Request
from delivery.requests import response_status
from delivery.rules.allowance import PeriodStatement
from delivery.work.checklist import ChecklistLine, checklist_lines
from exports.timeline import history_of, people_facts

SHOWN = 5  # requests, reports and events


@dataclass(frozen=True)
class Retainer:
    """A running agreement: its present period, what was agreed, and when it may end.

    `terms` are those in force today. `may_end` is the first day after the earliest end that a
    notice of today leads to.
    """

    agreement: Agreement
    terms: Any
    period: Period | None
    hours: PeriodStatement | None
    work: Sequence[ChecklistLine]
    may_end: date

    @property
    def promised(self) -> int:
        """How many things are promised for this period."""
        return sum(line.row.promised for line in self.work)

    @property
    def done(self) -> int:
        """How many of them are done."""
        return sum(line.row.done for line in self.work)


@dataclass(frozen=True)
class StillToPay:
    """What is still to come in a currency, in minor units, by the names of how late it is."""

    currency: str
    total: int
    ages: list[tuple[str, int]]


@dataclass(frozen=True)
class ClientNow:
    """Everything about a client at this moment; empty lists where there is no retainer."""

    retainers: list[Retainer]
    requests: list[tuple[Request, response_status.StatusText]]
    reports: list[Report]
    money: list[StillToPay]
    events: list[Fact]


def client_now(view: DashboardView, client: Client, agreements: Iterable[Agreement]) -> ClientNow:
    """Read it with a fixed number of queries for each running retainer.

    `agreements` are all of the client, as `agreements_of` loads them.
    """
    now = timezone.now()
    running = [row for row in agreements if row.state in RUNNING_STATES]
    running.sort(key=lambda row: row.starts_on, reverse=True)
    asked = view.rows(Request).filter(client=client, state__in=response_status.OPEN)
    reports = view.rows(Report).filter(client=client).select_related("period")
    return ClientNow(
        _retainers(view, running),
        [
            (row, response_status.status_text(row, now, view.business.time_zone))
            for row in asked.order_by("respond_by")[:SHOWN]
        ],
        list(reports.order_by("-period__starts_on")[:SHOWN]),
        _money(view, client, now),
        _events(client, running),
    )


def agreements_of(view: DashboardView, client: Client) -> list[Agreement]:
    """All agreements of a client with their amendments, the newest first."""
    related = ("client", "business", "document", "signed_document")
    return effective_terms.load_amendments(
        view.rows(Agreement).filter(client=client).select_related(*related)
    )


def _retainers(view: DashboardView, running: Sequence[Agreement]) -> list[Retainer]:
    if not running:
        return []
    today = view.today
    newest: dict[UUID, Period] = {}
    periods = view.rows(Period).filter(agreement__in=running, starts_on__lte=today)
    for period in periods.order_by("starts_on"):
        newest[period.agreement_id] = period
    hours = hours_left.statements_of(running)
    work = checklist_lines(newest.values(), today)
    return [_retainer(row, newest.get(row.pk), hours, work, today) for row in running]


def _retainer(
    agreement: Agreement,
    period: Period | None,
    hours: Mapping[UUID, PeriodStatement],
    work: Mapping[UUID, Sequence[ChecklistLine]],
    today: date,
) -> Retainer:
    return Retainer(
        agreement,
        effective_terms.terms_on(agreement, today),
        period,
        hours.get(period.pk) if period else None,
        work.get(period.pk, ()) if period else (),
        end.earliest_end(agreement, today),
    )


def _money(view: DashboardView, client: Client, now: datetime) -> list[StillToPay]:
    labels = age_labels()
    return [
        StillToPay(
            one.currency,
            one.total,
            [(labels[age], amount) for age, amount in one.ages.items() if amount],
        )
        for one in open_amounts.of_invoices(view.rows(Invoice).filter(client=client), now)
    ]


def _events(client: Client, running: Sequence[Agreement]) -> list[Fact]:
    """The latest events of the newest retainer and of the client's people; newest first."""
    facts = people_facts(client)
    if running:
        facts += history_of(running[0], inside=True).facts
    return list(reversed(sorted(facts, key=lambda fact: fact.at)[-SHOWN:]))
