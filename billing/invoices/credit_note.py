"""Issues credit notes for the whole or a part of an invoice.

An invoice never changes after it was issued; a credit note is its only correction (rule 17).
"""

from collections import defaultdict
from datetime import datetime

from django.db.models import Sum
from django.utils.translation import gettext as _

from billing.books import document_numbers, ledger, owing, paid_parts
from billing.invoices import upgrade_invoice
from billing.models import Allocation, CreditNote, Invoice
from billing.models.journal import Account
from billing.models.numbering import SeriesKind
from billing.models.payment import SettledBy
from billing.rules import derived_ids, taxes
from billing.rules.errors import NotOwed
from core.dates import local_day
from core.outbox import emails


def amount_credited(invoice: Invoice) -> int:
    """Return the sum of the invoice's credit notes, in minor units with tax."""
    return invoice.credit_notes.aggregate(sum=Sum("total"))["sum"] or 0


def issue_credit_note(
    *, invoice: Invoice, amount: int, reason: str, actor: str, now: datetime
) -> CreditNote:
    """Issue a credit note over `amount` (minor units, tax included).

    It settles what is owed on the invoice; the rest becomes client credit. The caller has opened a
    transaction and locked the collection. Raises NotOwed if less than `amount` is left.
    """
    before = amount_credited(invoice)
    if not 0 < amount <= invoice.total - before:
        raise NotOwed(_("The invoice has less left than that."), field="amount")
    figures = _figures(invoice, before, amount)
    today = local_day(now, invoice.business.time_zone)
    series, seq, number, on = document_numbers.take_number(
        invoice.business_id,
        SeriesKind.CREDIT_NOTE,
        today,
        derived_ids.paper(str(invoice.reference), f"{before}+", amount),
        now=now,
    )
    note = CreditNote.objects.create(
        business_id=invoice.business_id,
        client_id=invoice.client_id,
        invoice=invoice,
        series=series,
        seq=seq,
        number=number,
        issued_on=on,
        reason=reason[:300],
        actor=actor[:200],
        currency=invoice.currency,
        subtotal=figures.subtotal,
        tax=figures.tax,
        total=figures.total,
        taxes=figures.taxes,
        created_at=now,
    )
    upgrade_invoice.void_waiting_upgrade(invoice, now)
    _settle(note, min(amount, owing.amount_owed(invoice)), now)
    emails.post("credit_note", [(str(note.pk), invoice.business)], now=now)
    return note


def _figures(invoice: Invoice, before: int, amount: int) -> taxes.InvoiceTotals:
    """Split a credit note into its taxes and its part before tax.

    Each tax is the part that all credit notes up to this one should have, less what the earlier
    ones had. So rounding never adds up, and the credit notes over a whole invoice have exactly its
    taxes. A note over one or two minor units may be too small for two taxes; what does not fit goes
    to the next note.
    """
    notes = list(invoice.credit_notes.values_list("taxes", flat=True))
    left, parts = amount, []
    due_taxes = taxes.split_credit_note(before + amount, invoice.total, invoice.taxes).taxes
    for place, due in enumerate(due_taxes):
        part = min(due["amount"] - sum(note[place]["amount"] for note in notes), left)
        parts.append({**due, "amount": part})
        left -= part
    return taxes.InvoiceTotals(left, amount - left, amount, 0, parts)


def _settle(note: CreditNote, applied: int, now: datetime) -> None:
    """Book the note: revenue and tax are reduced, first against what is owed, then as credit."""
    if applied:
        Allocation.objects.create(
            business_id=note.business_id,
            invoice=note.invoice,
            by=SettledBy.CREDIT_NOTE,
            ref=note.pk,
            amount=applied,
            created_at=now,
        )
        paid_parts.settle_part(
            note.invoice,
            by=SettledBy.CREDIT_NOTE,
            ref=note.pk,
            gross=applied,
            on=note.issued_on,
            now=now,
        )
    left = {Account.RECEIVABLE: applied, Account.CREDIT: note.total - applied}
    moves: dict[tuple[str, str], int] = defaultdict(int)
    for source, amount in ((Account.REVENUE, note.subtotal), (Account.TAX, note.tax)):
        for target in left:
            part = min(amount, left[target])
            moves[source, target] += part
            amount, left[target] = amount - part, left[target] - part
    ledger.append_entries(
        ledger.build_entry(note, "credit_note", note.pk, source, target, part, note.issued_on, now)
        for (source, target), part in moves.items()
    )
