"""Reads a bank's file, keeps each line once, and proposes which invoice it pays; a safe match is written down."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from billing.bank_transfer import matching, statement_csv, transfers
from billing.bank_transfer.codes.reference import creditor_reference
from billing.books import owing
from billing.models import BankStatementLine, Invoice
from billing.models.bank import BankLineState
from billing.rules.states import InvoiceState
from core.errors import RuleError
from core.models import Business

SAFE = (matching.Kind.EXACT, matching.Kind.WITHHELD)


@dataclass(frozen=True)
class Imported:
    """What became of a file: lines that are new, those that were matched at once, and rows that could not be read."""

    new: int
    matched: int
    bad: list[statement_csv.BadLine]


def bring_in(
    *, business: Business, data: bytes, currency: str, actor: str, now: datetime
) -> Imported:
    """Keep the incoming transfers of a file; those with a reference and the right sum pay their invoices."""
    read = statement_csv.read(data, currency)
    fresh = transfers.keep_lines(business=business, lines=read.lines, now=now)
    matched = 0
    for line, invoice, kind in proposals(business):
        if kind in SAFE and invoice and line.pk in {row.pk for row in fresh}:
            try:
                transfers.match_line(line=line, invoice=invoice, actor=actor, now=now)
                matched += 1
            except RuleError:
                continue  # it stays on the page for a person
    return Imported(len(fresh), matched, list(read.bad))


def proposals(business: Business) -> list[tuple[BankStatementLine, Invoice | None, str]]:
    """Every open line with the invoice it probably pays, newest first."""
    lines = list(
        BankStatementLine.objects.filter(business=business, state=BankLineState.OPEN)[:500]
    )
    unpaid = Invoice.objects.filter(business=business, state=InvoiceState.OPEN).select_related(
        "client", "collection"
    )
    invoices = {row.pk: row for row in unpaid}
    owed = owing.of(invoices.values())
    opens = [
        matching.Open(
            row.pk,
            row.number,
            creditor_reference(row.number),
            row.currency,
            owed[row.pk],
            row.withholding,
            row.client.name,
        )
        for row in invoices.values()
    ]
    asked = [
        statement_csv.BankLine(n, line.on, line.amount, line.currency, line.text, line.fingerprint)
        for n, line in enumerate(lines)
    ]
    found: dict[str, tuple[UUID | None, str]] = {
        each.line.fingerprint: (each.invoice_id, each.kind) for each in matching.match(asked, opens)
    }
    answer = []
    for line in lines:
        pk, kind = found.get(line.fingerprint, (None, matching.Kind.NONE))
        answer.append((line, invoices.get(pk) if pk else None, kind))
    return answer
