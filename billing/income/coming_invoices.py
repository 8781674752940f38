"""What the billing job will ask in the coming months, by its own code run in memory (rule 63).

Nothing is written, locked, numbered or sent. What falls in the next thirty days is what
`billing.runs.preview` says, to the cent.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from uuid import UUID

from agreements.changing import renew
from agreements.models import Agreement, Period, Upgrade
from agreements.models.agreement import NOT_BILLABLE
from agreements.rules.states import PeriodState
from agreements.running import periods
from billing.books import owing
from billing.charging import issue, issued_rows
from billing.invoices import compose_invoice
from billing.models import Collection, Invoice
from billing.rules.states import CollectionState, InvoiceState
from core.dates import local_day
from core.models import Business
from core.money import prorate

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ComingInvoice:
    """An invoice that will be asked on a day, or that is open and asked already.

    `source` is its agreement, or itself where it belongs to none. `amount` is before tax and
    `to_pay` with it, both in minor units of the source's currency.
    `term` is the number of renewals that it needs. `state` is how an open invoice is collected, and
    None for one that is not issued yet; a `retry` was declined before.
    """

    source: Agreement | Invoice
    on: date
    amount: int
    to_pay: int
    term: int = 0
    state: CollectionState | None = None
    issued_on: date | None = None
    retry: bool = False

    @property
    def will_be_asked(self) -> bool:
        """Whether the job asks for it; otherwise it waits for a transfer, a bank or a person."""
        return self.state in (None, CollectionState.READY)


def coming_invoices(business: Business, *, until: datetime) -> list[ComingInvoice]:
    """Return every invoice that is open, or that the job will issue up to `until`.

    They are in the order of their days. The number of queries does not depend on their number.
    """
    found = [*_open(business, until), *_not_issued(business, until)]
    return sorted(found, key=lambda row: (row.on, str(row.source.pk)))


def _open(business: Business, until: datetime) -> list[ComingInvoice]:
    """The invoices that were issued and are not paid."""
    rows = (
        Collection.objects.filter(business=business, invoice__state=InvoiceState.OPEN)
        .exclude(state__in=(CollectionState.DONE, CollectionState.VOIDING))
        .select_related("invoice__agreement__client", "invoice__client")
    )
    owed = owing.amounts_owed([row.invoice for row in rows])
    found = []
    for row in rows:
        invoice, left = row.invoice, owed[row.invoice_id]
        is_ready = row.state == CollectionState.READY
        if is_ready and (row.next_at is None or row.next_at > until):
            continue
        found.append(
            ComingInvoice(
                invoice.agreement or invoice,
                _next_day(row) if is_ready else invoice.due_on,
                prorate(invoice.subtotal, left, invoice.total),
                left,
                state=CollectionState(row.state),
                issued_on=invoice.issued_on,
                retry=bool(row.reason),
            )
        )
    return found


def _next_day(collection: Collection) -> date:
    """The day on which an open invoice is asked again."""
    invoice = collection.invoice
    try:
        assert collection.next_at
        return local_day(collection.next_at, invoice.zone)
    except periods.UNREADABLE:
        return invoice.due_on


def _not_issued(business: Business, until: datetime) -> list[ComingInvoice]:
    """The invoices that the job will issue, those after a renewal among them."""
    if business.is_suspended:
        return []
    renewed = periods.after_renewals(business, until=until)
    opened = [*periods.unopened(business, until=until), *renewed]
    stored = list(compose_invoice.with_invoice_data(issue.periods_to_invoice(until, business)))
    upgrades = list(compose_invoice.with_invoice_data(issue.upgrades_to_invoice(until, business)))
    _share_agreements([*opened, *stored, *upgrades])
    due = [*stored, *(row for row in opened if _is_billed(row, until))]
    due.sort(key=lambda row: (row.due_at, str(row.pk)))
    rows = _would_issue([*due, *upgrades], business, until)
    terms = _terms(renewed)
    by_reference = {compose_invoice.reference_of(row): row for row in chain(due, upgrades)}
    asked = {row.invoice_id: row for row in rows.collections}
    spent: dict[UUID, int] = defaultdict(int)
    for allocation in rows.allocations:
        spent[allocation.invoice_id] += allocation.amount
    found = []
    for invoice in rows.invoices:
        if asked[invoice.pk].state not in (CollectionState.READY, CollectionState.SENT):
            continue
        period, left = by_reference[invoice.reference], invoice.total - spent[invoice.pk]
        found.append(
            ComingInvoice(
                period.agreement,
                local_day(period.due_at, period.agreement.time_zone),
                prorate(invoice.subtotal, left, invoice.total),
                left,
                term=terms.get(period.pk, 0),
            )
        )
    return found


def _would_issue(
    due: Sequence[Period | Upgrade], business: Business, until: datetime
) -> issued_rows.Rows:
    """What would be issued, without the clients of whom a stored value cannot be read."""
    try:
        return issue.would_issue(due, business, now=until)
    except periods.UNREADABLE:
        log.exception("An invoice of %s cannot be computed.", business.pk)
    rows = issued_rows.Rows()
    by_client: dict[UUID, list[Period | Upgrade]] = defaultdict(list)
    for row in due:
        by_client[row.agreement.client_id].append(row)
    for own in by_client.values():
        with suppress(*periods.UNREADABLE):
            found = issue.would_issue(own, business, now=until)
            rows.invoices += found.invoices
            rows.collections += found.collections
            rows.allocations += found.allocations
    return rows


def _is_billed(period: Period, until: datetime) -> bool:
    held = period.agreement.parked_because not in ("", NOT_BILLABLE)
    return period.state == PeriodState.DUE and not held and period.due_at <= until


def _share_agreements(rows: Iterable[Period | Upgrade]) -> None:
    """Give all rows of an agreement the same object, with all that a forecast reads of it."""
    rows = list(rows)
    wanted = {row.agreement_id for row in rows}
    whole = {row.agreement_id: row.agreement for row in rows if row._state.adding}
    missing = Agreement.objects.filter(pk__in=wanted - set(whole)).select_related("client")
    whole |= {row.pk: row for row in missing}
    for row in rows:
        row.agreement = whole[row.agreement_id]


def _terms(renewed: Iterable[Period]) -> dict[UUID, int]:
    """How many renewals each of these periods needs; they are in order for each agreement."""
    terms: dict[UUID, int] = {}
    ends: dict[UUID, tuple[int, date]] = {}
    for period in renewed:
        agreement = period.agreement
        term, end = ends.get(agreement.pk) or (1, _after(agreement, agreement.ends_on))
        while period.starts_on >= end:
            term, end = term + 1, _after(agreement, end)
        ends[agreement.pk] = (term, end)
        terms[period.pk] = term
    return terms


def _after(agreement: Agreement, end: date | None) -> date:
    """The end of the term that follows the one that ends on `end`."""
    assert end
    return renew.term_end_after(agreement, end)
