"""Issues an invoice for each period and upgrade that is due and has none (docs/charging.md, T0)."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement, Period, Upgrade
from agreements.models.agreement import NOT_BILLABLE
from agreements.rules.states import PERIOD, PeriodState
from agreements.rules.terms import CollectBy
from agreements.running.billing_hold import free_billable, hold_not_billable
from agreements.running.periods import scope_filter
from billing.books import document_numbers, ledger
from billing.charging import issued_rows, trial_credit
from billing.charging.elsewhere import found_objects
from billing.charging.issued_rows import Found, Rows
from billing.gateways import registry
from billing.gateways.accounts import names
from billing.invoices import agreed_extras, compose_invoice
from billing.invoices.compose_invoice import Billable
from billing.models import (
    Collection,
    FoundObject,
    NextLine,
    PaymentMethod,
    Series,
)
from billing.models.numbering import SeriesKind
from billing.rules.asking import credit_spent
from billing.rules.states import CollectionState, InvoiceState
from core.database.state_moves import move_all
from core.dates import local_day
from core.jobs import batches
from core.jobs.set_aside import Step, without_waiting
from core.models import Business
from core.outbox import emails

BATCH = 500
AHEAD = 20 * BATCH  # sorted by business at a time, so that each batch locks few series
PERIODS = Step(
    "issue_invoices",
    "billing.tasks.bill",
    _("Issue the invoice"),
    Period,
    hold=lambda pk: hold_not_billable(periods=pk),
    free=lambda pk: free_billable(periods=pk),
)
UPGRADES = Step(
    "issue_upgrades",
    "billing.tasks.bill",
    _("Issue the invoice of an upgrade"),
    Upgrade,
    hold=lambda pk: hold_not_billable(upgrades=pk),
    free=lambda pk: free_billable(upgrades=pk),
)

Ask = Callable[..., QuerySet[Any]]


def periods_to_invoice(now: datetime, only: Agreement | Business | None = None) -> QuerySet[Period]:
    """Return the periods that are due and have no invoice yet. Every run queries them again."""
    return without_waiting(periods_due(now, only), PERIODS, now)


def upgrades_to_invoice(
    now: datetime, only: Agreement | Business | None = None
) -> QuerySet[Upgrade]:
    """Return the upgrades within a period that are due and have no invoice yet."""
    return without_waiting(_due(Upgrade.objects.all(), now, only), UPGRADES, now)


def periods_due(now: datetime, only: Agreement | Business | None = None) -> QuerySet[Period]:
    """Return the periods that wait for their invoice, those that were set aside included."""
    return _due(Period.objects.all(), now, only)


def _due(rows: QuerySet[Any], now: datetime, only: Agreement | Business | None) -> QuerySet[Any]:
    # What was held because its invoice could not be made is tried again, and then released.
    due = rows.filter(
        agreement__parked_because__in=("", NOT_BILLABLE),
        state=PeriodState.DUE,
        due_at__lte=now,
        business__is_suspended=False,
    )
    return due.filter(scope_filter(only, "agreement"))


def issue_invoices(*, now: datetime, only: Agreement | Business | None = None) -> int:
    """Issue the invoices that are due, and return their number.

    If it runs twice, late, or in two workers at once, each period still has one invoice and the
    numbers have no gap.
    """
    return _issue_all(PERIODS, periods_to_invoice, now, only) + _issue_all(
        UPGRADES, upgrades_to_invoice, now, only
    )


def _issue_all(step: Step, ask: Ask, now: datetime, only: Agreement | Business | None) -> int:
    issued, seen = 0, set[UUID]()
    oldest = ask(now, only).order_by("due_at").values_list("business_id", "due_at", "pk")
    while ahead := sorted(row for row in oldest.all()[:AHEAD] if row[2] not in seen):
        businesses = {pk: business for business, _due_at, pk in ahead}

        def issue(batch: Sequence[UUID], businesses: dict[UUID, UUID] = businesses) -> int:
            trial_credit.credit_trials(batch, now=now)
            return _issue_batch(batch, {businesses[pk] for pk in batch}, now, ask)

        # The trial's credit and the invoices are a transaction each.
        made = batches.run(step, businesses, issue, now=now, size=BATCH, atomic=False)
        issued += made
        if len(ahead) < AHEAD:
            break
        if made < len(ahead):  # some may still be due, and are not tried again in this run
            seen.update(businesses)
    return issued


def _issue_batch(ids: Sequence[UUID], business_ids: set[UUID], now: datetime, ask: Ask) -> int:
    """Issue one batch in one transaction.

    The series are locked before the periods are read again, so that a second worker finds none of
    them.
    """
    with transaction.atomic():
        businesses = Business.objects.select_related("owner").in_bulk(business_ids)
        days = {pk: local_day(now, business.time_zone) for pk, business in businesses.items()}
        series_numbers = document_numbers.lock_series(
            dict.fromkeys(business_ids, SeriesKind.INVOICE), days
        )
        batch = _read(ask(now).filter(pk__in=ids), businesses, now)
        rows = _rows(batch, series_numbers)
        _write(rows, batch, series_numbers)
    _see_new_cards(rows.collections, now)
    return len(rows.invoices)


def _see_new_cards(collections: Sequence[Collection], now: datetime) -> None:
    """Make due what was issued while its client saved a card: neither saw what the other wrote."""
    patient = [row.pk for row in collections if row.next_at == now + issued_rows.PATIENCE]
    if patient:
        cards = PaymentMethod.objects.filter(
            client=OuterRef("invoice__client"), removed_at__isnull=True
        )
        waiting = Collection.objects.filter(
            Exists(cards),
            pk__in=patient,
            state=CollectionState.READY,
            next_at=now + issued_rows.PATIENCE,
        )
        waiting.update(next_at=now)


def _read(still: QuerySet[Any], businesses: dict[UUID, Business], now: datetime) -> Found:
    periods: list[Period | Upgrade] = list(
        compose_invoice.with_invoice_data(still.order_by("business_id", "due_at", "pk"))
    )
    for period in periods:
        period.business = businesses[period.business_id]
    clients = {period.agreement.client_id for period in periods}
    in_use = PaymentMethod.objects.filter(client__in=clients, removed_at__isnull=True)
    lines = _lines_that_wait(periods)
    own_periods = [period for period in periods if isinstance(period, Period)]
    for line in agreed_extras.lines_of(own_periods, now):
        lines[line.agreement_id].append(line)
    credit = ledger.client_credits(clients)
    if credit:
        ledger.lock_clients(client for client, _ in credit)
        credit = ledger.client_credits(clients)
    carded = set(in_use.values_list("client", flat=True))
    return Found(periods, lines, carded, credit, names(businesses), found_there(periods), now)


def _lines_that_wait(periods: Sequence[Billable]) -> dict[UUID, list[NextLine]]:
    """Return the lines that wait for the next invoice of these periods' agreements."""
    lines: dict[UUID, list[NextLine]] = defaultdict(list)
    for line in NextLine.objects.filter(
        agreement__in={p.agreement_id for p in periods},
        invoice__isnull=True,
        removed_at__isnull=True,
    ):
        lines[line.agreement_id].append(line)
    return lines


def would_issue(periods: Sequence[Period | Upgrade], business: Business, *, now: datetime) -> Rows:
    """Return what would be issued for these periods of one business; it writes and locks nothing.

    It is the code that issues, on rows in memory; `periods` are in the order in which they are due,
    and may be unsaved. What was found at a gateway after the database went back is left out.
    """
    for period in periods:
        period.business = business
    lines = _lines_that_wait(periods)
    own_periods = [period for period in periods if isinstance(period, Period)]
    for line in agreed_extras.lines_to_store(own_periods, now):
        lines[line.agreement_id].append(line)
    credit = defaultdict(int, ledger.client_credits({row.agreement.client_id for row in periods}))
    first = [row.agreement_id for row in own_periods if row.index == 0]
    for key, amount in trial_credit.credits_to_come(first).items():
        credit[key] += amount
    found = Found(list(periods), lines, set(), credit, names([business.pk]), {}, now)
    series = Series(business=business, kind=SeriesKind.INVOICE, year=0, last=0)
    numbers = document_numbers.LockedSeries(series, "{seq}", local_day(now, business.time_zone))
    return _rows(found, {business.pk: numbers})


def found_there(periods: Sequence[Billable]) -> dict[str, FoundObject]:
    """Return what was found at a gateway after the database went back, by what it is for."""
    references = [str(compose_invoice.reference_of(period)) for period in periods]
    found = FoundObject.objects.filter(
        reference__in=references, taken_at__isnull=True, closed_at__isnull=True
    )
    return found_objects.heaviest(found)


def _rows(batch: Found, series_numbers: dict[UUID, document_numbers.LockedSeries]) -> Rows:
    rows = Rows()
    for period in batch.periods:
        more = batch.lines.pop(period.agreement_id, []) if isinstance(period, Period) else []
        draft = compose_invoice.draft_invoice(period, more)
        if draft.figures.total < smallest(batch, period):
            rows.carried.append(compose_invoice.build_carried_line(period, batch.now))
            batch.lines[period.agreement_id] = [*more, rows.carried[-1]]  # for the next invoice
            continue
        paid = spent(batch, period, draft.figures.total)
        state = InvoiceState.PAID if paid == draft.figures.total else InvoiceState.OPEN
        invoice, lines = compose_invoice.build_invoice(
            period, draft, series_numbers[period.business_id], state, batch.now
        )
        issued_rows.add(rows, batch, period, invoice, lines, paid)
        for line in more:
            line.invoice_id = invoice.pk
        rows.used += more
    return rows


def spent(batch: Found, period: Billable, total: int) -> int:
    """Return how much the client's credit pays, in minor units."""
    held = batch.credit.get((compose_invoice.terms_of(period).client_id, period.currency), 0)
    return credit_spent(held, total, smallest(batch, period))


def smallest(batch: Found, period: Billable) -> int:
    """Return the smallest total that gets its own invoice: by card, the gateway's minimum."""
    if compose_invoice.terms_of(period).collect_by != CollectBy.CARD:
        return 1
    return registry.smallest(batch.gateways[period.business_id], period.currency)


def _write(
    rows: Rows, batch: Found, series_numbers: dict[UUID, document_numbers.LockedSeries]
) -> None:
    if not batch.periods:
        return
    issued_rows.insert(rows, series_numbers, batch.now)
    NextLine.objects.bulk_create(rows.carried)
    issued_rows.use_lines(rows)
    carried = {UUID(line.ref) for line in rows.carried}
    for state, periods in (
        (PeriodState.INVOICED, [row for row in batch.periods if row.pk not in carried]),
        (PeriodState.CARRIED, [row for row in batch.periods if row.pk in carried]),
    ):
        move_all(periods, state, PERIOD)
    paid = [row for row in rows.invoices if row.state == InvoiceState.PAID]
    sent = [row for row in rows.invoices if row.collect_by == CollectBy.TRANSFER or row in paid]
    businesses = {period.business_id: period.business for period in batch.periods}
    emails.post(
        "invoice", [(str(row.pk), businesses[row.business_id]) for row in sent], now=batch.now
    )
