"""What must always be true of the money in the database, each as a question whose answers are the contradictions."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from agreements.models import Amendment, Period, Upgrade
from agreements.rules.states import PeriodState
from billing.books import ledger, numbers
from billing.models import (
    Allocation,
    Charge,
    Collection,
    CreditNote,
    Dispute,
    Invoice,
    InvoiceLine,
    JournalEntry,
    NextLine,
    Payment,
    Refund,
)
from billing.models.invoice import FEE, UPGRADE
from billing.models.journal import Account
from billing.rules.states import (
    IN_FLIGHT,
    ChargeState,
    CollectionState,
    DisputeState,
    InvoiceState,
    RefundState,
)
from core.documents import store
from core.models import Document, OutboxEmail
from core.models.tax_rate import TaxMode

STUCK_AFTER = timedelta(days=2)
FEW = 50  # of each kind are named; more are counted


def broken(now: datetime, *, files: bool = False) -> list[str]:
    """Every contradiction, in words for whoever looks after the installation; none is the promise."""
    found: list[str] = []
    for rule in RULES if not files else [*RULES, stored_files]:
        rows = [f"{rule.__name__}: {words}" for words in rule(now)]
        found += rows[:FEW]
        if len(rows) > FEW:
            found.append(f"{rule.__name__}: and {len(rows) - FEW} more")
    return found


def periods_tile(now: datetime) -> Iterator[str]:
    """Each period begins where the one before it ended, and they are numbered without a gap (rule 1)."""
    before: dict[Any, Any] = {}
    rows = Period.objects.order_by("agreement_id", "index").values_list(
        "agreement_id", "index", "starts_on", "ends_on"
    )
    for agreement, index, starts_on, ends_on in rows.iterator(2000):
        last_index, last_end = before.get(agreement, (-1, starts_on))
        if index != last_index + 1 or starts_on != last_end:
            yield f"agreement {agreement}: period {index} starts on {starts_on}, not on {last_end}"
        before = {agreement: (index, ends_on)}


def every_period_has_its_paper(now: datetime) -> Iterator[str]:
    """Invoiced periods have one invoice, carried ones a line, the others none (rule 16)."""
    invoice = Exists(Invoice.objects.filter(period=OuterRef("pk"), kind=FEE))
    with_, without = Period.objects.filter(invoice), Period.objects.filter(~invoice)
    for pk in with_.exclude(state=PeriodState.INVOICED).values_list("pk", flat=True):
        yield f"period {pk} has an invoice and does not say so"
    for pk in without.filter(state=PeriodState.INVOICED).values_list("pk", flat=True):
        yield f"period {pk} says it has an invoice, and there is none"
    yield from _carried(Period)


def _carried(model: type[Period] | type[Upgrade]) -> Iterator[str]:
    carried = set(NextLine.objects.filter(kind="carried").values_list("ref", flat=True))
    for pk in model._default_manager.filter(state=PeriodState.CARRIED).values_list("pk", flat=True):
        if str(pk) not in carried:
            yield f"{model._meta.model_name} {pk} was carried to the next invoice, and there is no line"


def every_upgrade_is_what_was_signed(now: datetime) -> Iterator[str]:
    """A signed upgrade is billed once, inside its period, with the credit and the charge of its paper (rule 9)."""
    yield from _carried(Upgrade)
    billed = {
        invoice.upgrade_id: [line.amount for line in invoice.lines.all()]
        for invoice in Invoice.objects.filter(kind=UPGRADE).prefetch_related("lines")
    }
    for row in Upgrade.objects.select_related("amendment", "period"):
        signed = row.amendment.now or {}
        if (row.credit, row.charge) != (
            signed.get("credit"),
            signed.get("charge"),
        ) or not row.amendment.signed_at:
            yield f"upgrade {row.pk} has other sums than its amendment, or nobody signed it"
        if not (row.period.starts_on <= row.starts_on and row.ends_on == row.period.ends_on):
            yield f"upgrade {row.pk} is not inside its period"
        if (row.state == PeriodState.INVOICED) != (row.pk in billed):
            yield f"upgrade {row.pk} is {row.state}, and its invoice says something else"
        if row.pk in billed and billed[row.pk] != [
            each for each in (-row.credit, row.charge) if each
        ]:
            yield f"upgrade {row.pk} was billed with other lines than were signed"
    for pk in Amendment.objects.filter(
        signed_at__isnull=False, upgrade__isnull=True, terms__has_key="now"
    ):
        yield f"amendment {pk.pk} was signed to apply at once, and nothing bills it"


def numbers_have_no_gap(now: datetime) -> Iterator[str]:
    """1 to the last of each series (rule 15)."""
    for gap in numbers.gaps():
        yield f"{gap.kind} {gap.year}: {gap.papers} papers, last number {gap.last}"


def totals_are_their_lines(now: datetime) -> Iterator[str]:
    """Lines sum to the price, taxes to the tax (rule 12)."""
    lines = dict(InvoiceLine.objects.order_by().values_list("invoice").annotate(Sum("amount")))
    fields = ("pk", "number", "subtotal", "tax", "total", "taxes", "tax_mode")
    for pk, text, subtotal, tax, total, taxes, mode in Invoice.objects.values_list(
        *fields
    ).iterator(2000):
        price = total if mode == TaxMode.INCLUSIVE else subtotal
        if lines.get(pk, 0) != price:
            yield f"{text}: its lines sum to {lines.get(pk, 0)}, not {price}"
        if sum(each["amount"] for each in taxes) != tax:
            yield f"{text}: its taxes do not sum to {tax}"


def nothing_is_settled_twice(now: datetime) -> Iterator[str]:
    """Allocations never exceed the total, and equal it where the invoice is closed (rule 18)."""
    settled = Coalesce(Sum("allocations__amount"), 0)
    rows = Invoice.objects.order_by().annotate(settled=settled)
    for row in rows.filter(settled__gt=F("total")).only("number"):
        yield f"{row.number}: more was allocated than it asks for"
    for row in (
        rows.exclude(state=InvoiceState.OPEN).exclude(settled=F("total")).only("number", "state")
    ):
        yield f"{row.number} is {row.state}, and {row.settled} was allocated to it"
    for row in rows.filter(state=InvoiceState.OPEN, settled=F("total")).only("number"):
        yield f"{row.number} is open and owes nothing"


def journal_agrees(now: datetime) -> Iterator[str]:
    """The journal's receivables are what invoices owe; its cash what was paid less what went back."""
    for currency in (
        JournalEntry.objects.order_by("currency").values_list("currency", flat=True).distinct()
    ):
        owed = _sum(Invoice, "total", currency=currency) - _sum(
            Allocation, invoice__currency=currency
        )
        back = _sum(Refund, state=RefundState.SUCCEEDED, currency=currency)
        held = _sum(Dispute, currency=currency) - _sum(
            Dispute, currency=currency, state=DisputeState.WON
        )
        under_way = (
            _sum(Refund, currency=currency)
            - back
            - _sum(Refund, state=RefundState.FAILED, currency=currency)
        )
        expected = {
            Account.RECEIVABLE: owed,
            Account.CASH: _sum(Payment, currency=currency) - back - held,
            Account.REFUNDING: -under_way,
        }
        for account, amount in expected.items():
            said = _sum(JournalEntry, debit=account, currency=currency) - _sum(
                JournalEntry, credit=account, currency=currency
            )
            if said != amount:
                yield f"{account} in {currency} is {said}, the papers say {amount}"
    for text in _unbooked(Invoice.objects.all(), "invoice"):
        yield f"{text}: the journal has another sum than the invoice"
    for text in _unbooked(CreditNote.objects.all(), "credit_note"):
        yield f"{text}: the journal has another sum than the credit note"


def _sum(model: Any, column: str = "amount", **where: Any) -> int:
    return int(model.objects.filter(**where).order_by().aggregate(s=Coalesce(Sum(column), 0))["s"])


def _unbooked(papers: QuerySet[Any], kind: str) -> Iterator[str]:
    rows = (
        JournalEntry.objects.filter(kind=kind).order_by().values_list("ref").annotate(Sum("amount"))
    )
    booked = dict(rows)
    for pk, text, total in papers.values_list("pk", "number", "total").iterator(2000):
        if booked.get(str(pk), 0) != total:
            yield text


def credit_is_never_negative(now: datetime) -> Iterator[str]:
    """What is held for a client was received before it was spent."""
    both = JournalEntry.objects.filter(Q(debit=Account.CREDIT) | Q(credit=Account.CREDIT))
    clients = both.order_by().values_list("client", flat=True).distinct()
    for (client, currency), amount in ledger.credits(clients).items():
        if amount < 0:
            yield f"client {client}: {amount} {currency} of credit"


def charges_fit_their_collections(now: datetime) -> Iterator[str]:
    """One live charge at most, one collection per invoice, and each where its state says (docs/charging.md)."""
    bare = Invoice.objects.filter(collection__isnull=True)
    for text in bare.values_list("number", flat=True):
        yield f"{text} has no way to its money"
    live = Charge.objects.filter(state__in=IN_FLIGHT)
    idle = live.exclude(collection__state__in=(CollectionState.WAIT, CollectionState.VOIDING))
    for charge in idle.select_related("invoice", "collection"):
        yield f"{charge.invoice.number}: a charge is {charge.state} while its collection is {charge.collection.state}"
    waits = Collection.objects.filter(state=CollectionState.WAIT).annotate(
        live=Count("charges", filter=Q(charges__state__in=IN_FLIGHT))
    )
    for number_ in waits.exclude(live=1).values_list("invoice__number", flat=True):
        yield f"{number_} waits for a charge that is not there"
    unpaid = Charge.objects.filter(
        state=ChargeState.SUCCEEDED, payment__isnull=True
    ).select_related("invoice")
    for charge in unpaid:
        yield f"{charge.invoice.number}: a charge succeeded and there is no payment"
    done = Collection.objects.filter(state=CollectionState.DONE, invoice__state=InvoiceState.OPEN)
    for row in done.select_related("invoice"):
        yield f"{row.invoice.number} is open, and nothing collects it"


def each_payment_has_its_receipt(now: datetime) -> Iterator[str]:
    """One letter each, however often it was tried."""
    there = set(OutboxEmail.objects.filter(kind="receipt").values_list("ref", flat=True))
    for pk, text in Payment.objects.values_list("pk", "receipt_number").iterator(2000):
        if str(pk) not in there:
            yield f"{text} was never announced"


def nothing_is_stuck(now: datetime) -> Iterator[str]:
    """What waits for the gateway is asked about; what is due to be charged is charged."""
    asked = Collection.objects.filter(
        state__in=(CollectionState.WAIT, CollectionState.VOIDING), next_at__lt=now - STUCK_AFTER
    )
    for row in asked.select_related("invoice"):
        yield f"{row.invoice.number}: nobody has asked the gateway since {row.next_at:%Y-%m-%d}"


def stored_files(now: datetime) -> Iterator[str]:
    """The bytes on disk are the ones whose hash was written down."""
    for document in Document.objects.iterator(200):
        try:
            store.read(document)
        except store.DocumentAltered:
            yield f"document {document.pk} ({document.title}) is missing or altered"


RULES: list[Callable[[datetime], Iterator[str]]] = [
    periods_tile,
    every_period_has_its_paper,
    every_upgrade_is_what_was_signed,
    numbers_have_no_gap,
    totals_are_their_lines,
    nothing_is_settled_twice,
    journal_agrees,
    credit_is_never_negative,
    charges_fit_their_collections,
    each_payment_has_its_receipt,
    nothing_is_stuck,
]
