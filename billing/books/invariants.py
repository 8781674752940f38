"""Invariants of the money in the database.

Each invariant is a function that yields the contradictions it finds, one sentence each; it yields
nothing while the invariant holds. Nothing here writes.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

from django.db.models import Count, Exists, F, Model, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from agreements.models import Amendment, Period, Upgrade
from agreements.rules.states import PeriodState
from billing.books import document_numbers
from billing.books.contradictions import journal
from billing.models import (
    Charge,
    Collection,
    CreditNote,
    Invoice,
    InvoiceLine,
    NextLine,
    PaidPart,
    Payment,
    PaymentReversal,
)
from billing.models.invoice import FEE, UPGRADE
from billing.models.payment import SettledBy
from billing.rules.states import (
    IN_FLIGHT,
    ChargeState,
    CollectionState,
    InvoiceState,
)
from core.documents import store
from core.models import Document, OutboxEmail
from core.models.tax_rate import TaxMode

M = TypeVar("M", bound=Model)
READ_AT_ONCE = 500  # rows that are read together
STUCK_AFTER = timedelta(days=2)
MOST_LISTED = 50  # contradictions of one invariant that are listed; the others are only counted


def find_contradictions(now: datetime, *, files: bool = False) -> list[str]:
    """Check every invariant and return the contradictions as sentences for the administrators.

    The list is empty when the books are consistent. With `files`, the stored PDFs are compared
    with their hashes as well. A row or an invariant that cannot be read is reported, too.
    """
    contradictions: list[str] = []
    for invariant in INVARIANTS if not files else [*INVARIANTS, stored_files_are_unchanged]:
        sentences = [f"{invariant.__name__}: {sentence}" for sentence in _sentences(invariant, now)]
        contradictions += sentences[:MOST_LISTED]
        if len(sentences) > MOST_LISTED:
            contradictions.append(f"{invariant.__name__}: and {len(sentences) - MOST_LISTED} more")
    return contradictions


def _sentences(invariant: Callable[[datetime], Iterator[str]], now: datetime) -> list[str]:
    """Return what an invariant yields, and why it stopped if it could not be checked to its end."""
    sentences: list[str] = []
    try:
        sentences.extend(invariant(now))
    except Exception as error:  # noqa: BLE001 - the other invariants are checked all the same
        sentences.append(f"it could not be checked to its end ({type(error).__name__}: {error})")
    return sentences


def _each(rows: QuerySet[M], check: Callable[[M], Iterable[str]]) -> Iterator[str]:
    """Yield what `check` finds in each row; a row that cannot be read is reported and passed."""
    ids = rows.order_by("pk").values_list("pk", flat=True)
    unread = ids.iterator(READ_AT_ONCE)
    while batch := list(islice(unread, READ_AT_ONCE)):
        yield from _each_of(rows, batch, check)


def _each_of(
    rows: QuerySet[M], ids: Sequence[Any], check: Callable[[M], Iterable[str]]
) -> Iterator[str]:
    try:
        found = [sentence for row in rows.filter(pk__in=ids) for sentence in check(row)]
    except Exception as error:  # noqa: BLE001 - the other rows are checked all the same
        if len(ids) == 1:
            name = rows.model._meta.model_name
            yield f"{name} {ids[0]} cannot be read ({type(error).__name__}: {error})"
            return
        middle = len(ids) // 2
        yield from _each_of(rows, ids[:middle], check)
        yield from _each_of(rows, ids[middle:], check)
    else:
        yield from found


def periods_tile(now: datetime) -> Iterator[str]:
    """Each period begins on the day the previous one ended; their numbers have no gap (rule 1)."""
    # Rows come agreement by agreement, so only the previous period has to be kept.
    before: dict[Any, Any] = {}
    rows = Period.objects.order_by("agreement_id", "index").values_list(
        "agreement_id", "index", "starts_on", "ends_on"
    )
    for agreement, index, starts_on, ends_on in rows.iterator(2000):
        last_index, last_end = before.get(agreement, (-1, starts_on))
        if index != last_index + 1 or starts_on != last_end:
            yield f"agreement {agreement}: period {index} starts on {starts_on}, not on {last_end}"
        before = {agreement: (index, ends_on)}


def every_period_has_its_invoice(now: datetime) -> Iterator[str]:
    """An invoiced period has one invoice, a carried one has a line, any other none (rule 16)."""
    has_invoice = Exists(Invoice.objects.filter(period=OuterRef("pk"), kind=FEE))
    billed, not_billed = Period.objects.filter(has_invoice), Period.objects.filter(~has_invoice)
    for pk in billed.exclude(state=PeriodState.INVOICED).values_list("pk", flat=True):
        yield f"period {pk} has an invoice, but its state is not invoiced"
    for pk in not_billed.filter(state=PeriodState.INVOICED).values_list("pk", flat=True):
        yield f"period {pk} is invoiced, but has no invoice"
    yield from _carried_without_line(Period)


def _carried_without_line(model: type[Period] | type[Upgrade]) -> Iterator[str]:
    """Yield the rows that are marked as carried to the next invoice but have no line for it."""
    carried = set(NextLine.objects.filter(kind="carried").values_list("ref", flat=True))
    for pk in model._default_manager.filter(state=PeriodState.CARRIED).values_list("pk", flat=True):
        if str(pk) not in carried:
            yield f"{model._meta.model_name} {pk} was carried to the next invoice, but has no line"


def every_upgrade_is_billed_as_signed(now: datetime) -> Iterator[str]:
    """A signed upgrade is billed once, inside its period, with the amounts signed (rule 9)."""
    yield from _carried_without_line(Upgrade)
    billed = {
        invoice.upgrade_id: [line.amount for line in invoice.lines.all()]
        for invoice in Invoice.objects.filter(kind=UPGRADE).prefetch_related("lines")
    }

    def check(upgrade: Upgrade) -> Iterator[str]:
        signed = upgrade.amendment.now or {}
        if (upgrade.credit, upgrade.charge) != (
            signed.get("credit"),
            signed.get("charge"),
        ) or not upgrade.amendment.signed_at:
            yield f"upgrade {upgrade.pk} has other amounts than its amendment, or nobody signed it"
        if not (
            upgrade.period.starts_on <= upgrade.starts_on
            and upgrade.ends_on == upgrade.period.ends_on
        ):
            yield f"upgrade {upgrade.pk} is not inside its period"
        if (upgrade.state == PeriodState.INVOICED) != (upgrade.pk in billed):
            yield f"upgrade {upgrade.pk} is {upgrade.state}, which does not fit its invoices"
        if upgrade.pk in billed and billed[upgrade.pk] != [
            amount for amount in (-upgrade.credit, upgrade.charge) if amount
        ]:
            yield f"upgrade {upgrade.pk} was billed with other lines than were signed"

    yield from _each(Upgrade.objects.select_related("amendment", "period"), check)
    for amendment in Amendment.objects.filter(
        signed_at__isnull=False, upgrade__isnull=True, terms__has_key="now"
    ):
        yield f"amendment {amendment.pk} was signed to apply at once, but has no upgrade to bill"


def numbers_have_no_gap(now: datetime) -> Iterator[str]:
    """The documents of a series are numbered from 1 to its last number (rule 15)."""
    for gap in document_numbers.find_gaps():
        yield f"{gap.kind} {gap.year}: {gap.documents} documents, last number {gap.last}"


def numbers_are_those_of_their_sequence(now: datetime) -> Iterator[str]:
    """The number that is printed on a document contains its running number (rule 15)."""
    for model, column in (
        (Invoice, "number"),
        (CreditNote, "number"),
        (Payment, "receipt_number"),
    ):
        for number, seq in model._default_manager.values_list(column, "seq").iterator(2000):
            if seq not in map(int, re.findall(r"[0-9]+", number)):
                yield f"{number} is printed on document {seq} of its series"


def papers_carry_their_numbers(now: datetime) -> Iterator[str]:
    """A stored document is titled by the number of its row."""
    papers = (
        (Invoice, "number", "document__title"),
        (CreditNote, "number", "document__title"),
        (Payment, "receipt_number", "receipt_document__title"),
    )
    for model, column, path in papers:
        rows = model._default_manager.filter(**{f"{path}__isnull": False})
        for number, title in rows.values_list(column, path).iterator(2000):
            if number not in title:
                yield f"{number}: its document is titled “{title}”"


def totals_are_their_lines(now: datetime) -> Iterator[str]:
    """An invoice's lines add up to its price, and its taxes to its tax (rule 12)."""
    lines = dict(InvoiceLine.objects.order_by().values_list("invoice").annotate(Sum("amount")))

    def check(invoice: Invoice) -> Iterator[str]:
        price = invoice.total if invoice.tax_mode == TaxMode.INCLUSIVE else invoice.subtotal
        if lines.get(invoice.pk, 0) != price:
            yield f"{invoice.number}: its lines add up to {lines.get(invoice.pk, 0)}, not {price}"
        if sum(rate["amount"] for rate in invoice.taxes) != invoice.tax:
            yield f"{invoice.number}: its taxes do not add up to {invoice.tax}"

    yield from _each(
        Invoice.objects.only("number", "subtotal", "tax", "total", "taxes", "tax_mode"), check
    )


def nothing_is_settled_twice(now: datetime) -> Iterator[str]:
    """Allocations never exceed the total, and equal it once the invoice is closed (rule 18)."""
    settled = Coalesce(Sum("allocations__amount"), 0)
    rows = Invoice.objects.order_by().annotate(settled=settled)
    for row in rows.filter(settled__gt=F("total")).only("number"):
        yield f"{row.number}: more was allocated than its total"
    for row in (
        rows.exclude(state=InvoiceState.OPEN).exclude(settled=F("total")).only("number", "state")
    ):
        yield f"{row.number} is {row.state}, but {row.settled} was allocated to it"
    for row in rows.filter(state=InvoiceState.OPEN, settled=F("total")).only("number"):
        yield f"{row.number} is open, but nothing is owed on it"


def charges_fit_their_collections(now: datetime) -> Iterator[str]:
    """The states of invoices, collections and charges fit each other (docs/charging.md)."""
    uncollected = Invoice.objects.filter(collection__isnull=True)
    for number in uncollected.values_list("number", flat=True):
        yield f"{number} has no collection"
    in_flight = Charge.objects.filter(state__in=IN_FLIGHT)
    misplaced = in_flight.exclude(
        collection__state__in=(CollectionState.WAIT, CollectionState.VOIDING)
    )
    for charge in misplaced.select_related("invoice", "collection"):
        yield (
            f"{charge.invoice.number}: a charge is {charge.state} while its collection is "
            f"{charge.collection.state}"
        )
    waiting = Collection.objects.filter(state=CollectionState.WAIT).annotate(
        live=Count("charges", filter=Q(charges__state__in=IN_FLIGHT))
    )
    for number in waiting.exclude(live=1).values_list("invoice__number", flat=True):
        yield f"{number} waits for a charge that does not exist"
    unpaid = Charge.objects.filter(
        state=ChargeState.SUCCEEDED, payment__isnull=True
    ).select_related("invoice")
    for charge in unpaid:
        yield f"{charge.invoice.number}: a charge succeeded, but there is no payment"
    reversed_ones = Exists(PaymentReversal.objects.filter(payment__charge=OuterRef("pk")))
    is_returned = Q(state=ChargeState.RETURNED)
    for charge in Charge.objects.filter(
        is_returned & ~reversed_ones | ~is_returned & reversed_ones
    ).select_related("invoice"):
        yield f"{charge.invoice.number}: a charge is {charge.state}, unlike its payment"
    done = Collection.objects.filter(state=CollectionState.DONE, invoice__state=InvoiceState.OPEN)
    for row in done.select_related("invoice"):
        yield f"{row.invoice.number} is open, but its collection is done"


def each_payment_has_its_receipt(now: datetime) -> Iterator[str]:
    """Each payment has the figures of its receipt, and one email with it in the outbox.

    The figures add up to the payment: its part of the invoice without the tax that was withheld,
    and what became client credit. Money in place of withheld tax is no part of the invoice.
    """
    emailed = set(OutboxEmail.objects.filter(kind="receipt").values_list("ref", flat=True))
    for pk, number in Payment.objects.values_list("pk", "receipt_number").iterator(2000):
        if str(pk) not in emailed:
            yield f"{number}: there is no email with this receipt"
    parts = PaidPart.objects.filter(by=SettledBy.PAYMENT)
    figures = {part.ref: part for part in parts.iterator(2000)}
    for payment in Payment.objects.select_related("invoice").iterator(2000):
        part = figures.get(payment.pk)
        if part is None:
            yield f"{payment.receipt_number}: the figures of this receipt are missing"
        elif part.gross - part.withheld + part.beyond > payment.amount:
            yield f"{payment.receipt_number}: its figures are more than the payment"
        elif payment.invoice.business_id != payment.business_id:
            yield f"{payment.receipt_number} is of another business than its invoice"


def nothing_is_stuck(now: datetime) -> Iterator[str]:
    """The gateway is asked about every collection that waits for its answer."""
    overdue = Collection.objects.filter(
        state__in=(CollectionState.WAIT, CollectionState.VOIDING), next_at__lt=now - STUCK_AFTER
    )
    for row in overdue.select_related("invoice"):
        yield f"{row.invoice.number}: the gateway was not asked since {row.next_at:%Y-%m-%d}"


def stored_files_are_unchanged(now: datetime) -> Iterator[str]:
    """Every stored document is there, and its bytes have the hash that was stored with it."""

    def check(document: Document) -> Iterator[str]:
        try:
            store.read(document)
        except store.DocumentAltered:
            yield f"document {document.pk} ({document.title}) is missing or altered"

    yield from _each(Document.objects.all(), check)


INVARIANTS: list[Callable[[datetime], Iterator[str]]] = [
    periods_tile,
    every_period_has_its_invoice,
    every_upgrade_is_billed_as_signed,
    numbers_have_no_gap,
    numbers_are_those_of_their_sequence,
    papers_carry_their_numbers,
    totals_are_their_lines,
    nothing_is_settled_twice,
    journal.journal_agrees,
    journal.tax_falls_due_as_it_was_settled,
    journal.credit_is_never_negative,
    charges_fit_their_collections,
    each_payment_has_its_receipt,
    nothing_is_stuck,
]
