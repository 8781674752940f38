"""The list of invoices with its sums and its file, and the open amounts by how late they are."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from billing.books import asked_words, queries
from billing.invoices import invoice_list, open_amounts
from billing.invoices.invoice_list import Wanted
from billing.invoices.open_amounts import OpenAmounts
from billing.rules.aging import Age
from billing.rules.states import InvoiceState
from clients.models import Client
from core.money import CURRENCIES
from core.tables import spreadsheet
from core.team.roles import Area
from core.web.download import csv_response
from dashboard import last_events
from dashboard.lists.list_page import ListPage, Order, changed, choice_is_gone
from dashboard.money.forms.invoice_filter import (
    FILTERS,
    STATES,
    quick_periods,
    wanted_from,
)
from dashboard.page import DashboardView

CLIENTS_LISTED = 200  # with more, the list is searched instead
DEBTORS_LISTED = 100


Row = tuple[str, Mapping[Age, int], int, dict[str, str]]


class Invoices(ListPage):
    """The list of invoices: search, filters, sums and order stand in its address."""

    needs = Area.INVOICES
    template = "dashboard/money/invoices.html"
    page_name = "invoices"
    filters = FILTERS
    orders = (
        Order("number", gettext_lazy("Invoice"), by="number"),
        Order("client", gettext_lazy("Client"), by="client__name_key"),
        Order("issued_on", pgettext_lazy("column", "Date"), by="issued_on", starts_up=False),
        Order("due_on", gettext_lazy("Due"), by="due_on"),
        Order("total", gettext_lazy("Amount"), by="total", within=("currency",)),
    )
    usual_order = "-issued_on"

    def get(self, request: HttpRequest) -> HttpResponse:
        now, wanted = timezone.now(), wanted_from(request.GET)
        invoices = invoice_list.find(self.business, wanted, now)
        own = self.business.currency
        sums = sorted(invoice_list.sums(invoices, now), key=lambda one: one.currency != own)
        page = self.page_in_order(invoices.select_related("client", "collection", "agreement"))
        last = last_events.of_invoices(self, page.rows)
        return self.show(
            request,
            page=page,
            rows=[
                (row, standing, last[row.pk])
                for row, standing in asked_words.statuses(page.rows, now=now)
            ],
            wanted=wanted,
            sums=sums,
            is_filtered=wanted != Wanted(),
            states=STATES,
            periods=_periods(request.GET, self.today),
            clients=invoice_list.clients_with_invoices(self.business, CLIENTS_LISTED),
            client=self._client(wanted),
            currencies=invoice_list.currencies(self.business),
            age_label=age_labels()[wanted.age] if wanted.age else "",
            unknown=queries.unknown_charges(self.business).count(),
        )

    def gone(self) -> bool:
        wanted, query = wanted_from(self.request.GET), self.request.GET
        return (
            choice_is_gone(query, "state", dict(STATES))
            or choice_is_gone(query, "currency", CURRENCIES)
            or choice_is_gone(query, "age", {age.value for age in Age})
            or bool(query.get("client") and not self._client(wanted))
        )

    def _client(self, wanted: Wanted) -> Client | None:
        """The client whose invoices are listed, if it is one of this business."""
        return self.rows(Client).filter(pk=wanted.client).first() if wanted.client else None


class InvoicesCsv(DashboardView):
    """The invoices of the list, exactly as they are filtered, as a CSV file."""

    needs = Area.INVOICES

    def get(self, request: HttpRequest) -> HttpResponse:
        now, wanted = timezone.now(), wanted_from(request.GET)
        rows = invoice_list.find(self.business, wanted, now).order_by("issued_on", "pk")
        text = "".join(spreadsheet.lines(invoice_list.table(rows, now)))
        return csv_response(text, _("Invoices"))


class Aging(DashboardView):
    """What is still to come, by client and by how late it is; each amount opens its invoices."""

    needs = Area.INVOICES
    template = "dashboard/money/aging.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(
            request,
            currencies=[
                (one, _rows(one), max(0, len(one.debtors) - DEBTORS_LISTED))
                for one in open_amounts.by_currency(self.business, timezone.now())
            ],
            ages=list(age_labels().values()),
        )


def _rows(one: OpenAmounts) -> list[tuple[str, list[tuple[str, int, str]], tuple[int, str]]]:
    """Return the line for all clients and that of each debtor, with the link of each amount."""
    of_all: Row = (_("All clients"), one.ages, one.total, {})
    debtors: list[Row] = [
        (debt.client.name, debt.ages, debt.total, {"client": str(debt.client.pk)})
        for debt in one.debtors[:DEBTORS_LISTED]
    ]
    labels, found = age_labels(), []
    for name, ages, total, client in [of_all, *debtors]:
        asked = {"state": InvoiceState.OPEN, "currency": one.currency} | client
        cells = [(labels[age], amount, _open(asked, age=age)) for age, amount in ages.items()]
        found.append((name, cells, (total, _open(asked))))
    return found


def _open(asked: Mapping[str, str], **more: str) -> str:
    return f"{reverse('dashboard:invoices')}?{urlencode({**asked, **more})}"


def age_labels() -> dict[Age, str]:
    """Return the names of the buckets."""
    return {
        Age.CURRENT: _("Not due yet"),
        Age.TO_30: _("1–30 days"),
        Age.TO_60: _("31–60 days"),
        Age.TO_90: _("61–90 days"),
        Age.OLDER: _("Over 90 days"),
    }


def _periods(query: QueryDict, today: Any) -> list[tuple[Any, str, bool]]:
    """Return label, address and whether it is chosen, of the periods that are one press away."""
    return [
        (
            label,
            changed(query, since=since, until=until, month=""),
            (query.get("since"), query.get("until")) == (since, until),
        )
        for label, since, until in quick_periods(today)
    ]
