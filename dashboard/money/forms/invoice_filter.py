"""Reads from an address which invoices are asked for."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from billing.invoices.invoice_list import OVERDUE, Wanted
from billing.models.invoice import INVOICE_STATES
from billing.rules.aging import Age
from billing.rules.states import InvoiceState
from core.dates import add_months
from core.money import CURRENCIES
from core.web import query_string

#: The states to choose from, in the order of the list.
STATES = [
    (InvoiceState.OPEN.value, pgettext_lazy("amount", "Open")),
    (OVERDUE, _("Overdue")),
    *INVOICE_STATES[1:],
]
FILTERS = ("q", "state", "since", "until", "month", "client", "currency", "age")


def wanted_from(query: Mapping[str, Any]) -> Wanted:
    """Return which invoices an address asks for; what is invalid does not limit them."""
    state, currency = query_string.text(query, "state"), query_string.text(query, "currency")
    age = query_string.text(query, "age")
    since, until = query_string.day(query, "since"), query_string.day(query, "until")
    if month := query_string.day({"on": f"{query_string.text(query, 'month')}-01"}, "on"):
        since, until = month, _last_day(month)
    return Wanted(
        term=query_string.text(query, "q"),
        state=state if state in dict(STATES) else "",
        since=since,
        until=until,
        client=UUID(client) if (client := query_string.row_id(query, "client")) else None,
        currency=currency if currency in CURRENCIES else "",
        age=Age(age) if age in list(Age) else None,
    )


def quick_periods(today: date) -> list[tuple[Any, str, str]]:
    """Return (label, first day, last day) of the periods that are one press away."""
    first = today.replace(day=1)
    before, year = add_months(first, -1), date(today.year, 1, 1)
    spans = [
        (_("This month"), first, _last_day(first)),
        (_("Last month"), before, _last_day(before)),
        (_("This year"), year, date(today.year, 12, 31)),
    ]
    return [(label, since.isoformat(), until.isoformat()) for label, since, until in spans]


def _last_day(first: date) -> date:
    """The last day of a month, from its first day."""
    return add_months(first, 1) - timedelta(days=1)
