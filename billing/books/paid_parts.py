"""Writes what each settlement is of its invoice: net, tax, and when that tax falls due (rule 42).

Everything is written in the caller's transaction, and the caller has locked the collections. Where
an invoice's tax falls due on payment, the journal keeps it as not due yet (DEFERRED) from the issue
on, and each part moves its own tax to TAX (rule 43).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from billing.books import ledger
from billing.models import Invoice, JournalEntry, PaidPart, Payment
from billing.models.journal import Account
from billing.models.payment import SettledBy
from billing.rules import taxes

TAX_DUE = "tax_due"  # kind of the journal entries that move tax from DEFERRED to TAX


@dataclass
class Settled:
    """What was settled of an invoice before: the sum, and the sum of each tax. Minor units."""

    gross: int
    by_tax: list[int]


def settled_before(invoices: Iterable[Invoice]) -> dict[UUID, Settled]:
    """Return what was settled of each invoice, in one query."""
    rows = {invoice.pk: invoice for invoice in invoices}
    parts: dict[UUID, list[PaidPart]] = defaultdict(list)
    for part in PaidPart.objects.filter(invoice__in=list(rows)):
        parts[part.invoice_id].append(part)
    return {pk: _sum(invoice, parts[pk]) for pk, invoice in rows.items()}


def _sum(invoice: Invoice, parts: Sequence[PaidPart]) -> Settled:
    by_tax = [sum(part.taxes[place]["amount"] for part in parts) for place in _places(invoice)]
    return Settled(sum(part.gross for part in parts), by_tax)


def _places(invoice: Invoice) -> range:
    return range(len(invoice.taxes))


def build_part(
    invoice: Invoice,
    before: Settled,
    *,
    by: SettledBy,
    ref: UUID,
    gross: int,
    on: date,
    now: datetime,
    withheld: int = 0,
    beyond: int = 0,
    left: int = 0,
) -> PaidPart:
    """Build the part that a settlement of `gross` (minor units) is, and count it in `before`.

    What was settled before and now never exceeds the invoice: withheld tax that is paid in money
    after all is no new part.
    """
    gross = max(0, min(gross, invoice.total - before.gross))
    figures = taxes.split_part(before.gross, gross, invoice.total, invoice.taxes, before.by_tax)
    before.gross += gross
    before.by_tax = [
        had + tax["amount"] for had, tax in zip(before.by_tax, figures.taxes, strict=True)
    ]
    return PaidPart(
        business_id=invoice.business_id,
        invoice_id=invoice.pk,
        by=by,
        ref=ref,
        on=on,
        subtotal=figures.subtotal,
        tax=figures.tax,
        taxes=figures.taxes,
        withheld=withheld,
        beyond=beyond,
        left=left,
        created_at=now,
    )


def settle_part(
    invoice: Invoice, *, by: SettledBy, ref: UUID, gross: int, on: date, now: datetime
) -> PaidPart | None:
    """Write one part of an invoice and let its tax fall due; None if it is no new part.

    A credit note over a part that was not paid lets its tax fall due and takes it back at once. The
    tax of what is written off never falls due.
    """
    part = build_part(
        invoice, settled_before([invoice])[invoice.pk], by=by, ref=ref, gross=gross, on=on, now=now
    )
    if not part.gross:
        return None
    part.save(force_insert=True)
    ledger.append_entries([tax_entry(invoice, part, now)])
    return part


def undo(invoice: Invoice, part: PaidPart, *, on: date, now: datetime) -> PaidPart:
    """Build the part that takes a payment's part back: all its amounts are negative."""
    return PaidPart(
        business_id=invoice.business_id,
        invoice_id=invoice.pk,
        by=SettledBy.REVERSAL,
        ref=part.ref,
        on=on,
        subtotal=-part.subtotal,
        tax=-part.tax,
        taxes=[{**tax, "amount": -tax["amount"]} for tax in part.taxes],
        withheld=-part.withheld,
        beyond=-part.beyond,
        left=0,
        created_at=now,
    )


def tax_entry(invoice: Invoice, part: PaidPart, now: datetime) -> JournalEntry | None:
    """Build the journal entry by which the tax of a part falls due; None if it was due before."""
    if not invoice.tax_on_payment:
        return None
    accounts = (Account.DEFERRED, Account.TAX) if part.tax >= 0 else (Account.TAX, Account.DEFERRED)
    if part.by == SettledBy.WRITE_OFF:
        accounts = (Account.DEFERRED, Account.LOSS)
    ref = f"{part.ref}:{part.by}" if part.by == SettledBy.REVERSAL else part.ref
    return ledger.build_entry(invoice, TAX_DUE, ref, *accounts, abs(part.tax), part.on, now)


def tax_account(invoice: Invoice) -> Account:
    """Return the account that an invoice's tax is booked to when it is issued."""
    return Account.DEFERRED if invoice.tax_on_payment else Account.TAX


def figures_of(payment: Payment) -> dict[str, Any]:
    """Return what the receipt and its email show of a payment, in minor units.

    `part` is its part of the invoice, `is_part` whether that is less than the whole, `for_withheld`
    the money that came in place of tax that an earlier receipt shows as withheld.
    """
    part = PaidPart.objects.get(invoice=payment.invoice_id, by=SettledBy.PAYMENT, ref=payment.pk)
    return {
        "part": part,
        "is_part": part.gross != payment.invoice.total,
        "for_withheld": payment.amount - part.beyond - (part.gross - part.withheld),
    }
