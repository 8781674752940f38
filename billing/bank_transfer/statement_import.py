"""Imports bank statements: stores each line once, records safe matches, and proposes the others."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from billing.bank_transfer import matching, statement_csv, statement_lines
from billing.bank_transfer.codes.reference import creditor_reference
from billing.books import asking
from billing.models import BankStatementLine, Invoice
from billing.models.bank import BankLineState
from billing.rules.states import InvoiceState
from core.errors import RuleError
from core.models import Business

#: Matches that are recorded without asking the owner.
SAFE_KINDS = (matching.MatchKind.EXACT, matching.MatchKind.WITHHELD)


@dataclass(frozen=True)
class ImportResult:
    """Result of an import: new lines, those of them matched at once, and rows not readable."""

    new: int
    matched: int
    bad: list[statement_csv.BadLine]


def import_statement(
    *, business: Business, data: bytes, currency: str, actor: str, now: datetime
) -> ImportResult:
    """Import the incoming transfers of a CSV file.

    A new line with a reference and the right amount is recorded as the payment of its invoice.
    `currency` is that of the lines if the file names none. What cannot be read is in the result.
    """
    statement = statement_csv.read_statement(data, currency)
    new_lines = statement_lines.store_lines(business=business, lines=statement.lines, now=now)
    new_ids = {row.pk for row in new_lines}
    matched = 0
    for line, invoice, kind in proposed_matches(business):
        if kind in SAFE_KINDS and invoice and line.pk in new_ids:
            try:
                statement_lines.match_line(line=line, invoice=invoice, actor=actor, now=now)
                matched += 1
            except RuleError:
                continue  # the line stays open, and the owner sees it on the page
    return ImportResult(len(new_lines), matched, list(statement.bad))


def proposed_matches(business: Business) -> list[tuple[BankStatementLine, Invoice | None, str]]:
    """Return each open line with the invoice that it probably pays and the kind of match.

    The newest line is first; at most 500 lines are returned.
    """
    lines = list(
        BankStatementLine.objects.filter(business=business, state=BankLineState.OPEN)[:500]
    )
    unpaid = Invoice.objects.filter(business=business, state=InvoiceState.OPEN).select_related(
        "client", "collection", "agreement"
    )
    invoices = {row.pk: row for row in unpaid}
    asked = asking.asked_of_all(invoices.values())
    opens = [
        matching.OpenInvoice(
            row.pk,
            row.number,
            creditor_reference(row.number),
            row.currency,
            asked[row.pk].left,
            asked[row.pk].withheld,
            row.client.name,
        )
        for row in invoices.values()
    ]
    bank_lines = [
        statement_csv.BankLine(n, line.on, line.amount, line.currency, line.text, line.fingerprint)
        for n, line in enumerate(lines)
    ]
    matches: dict[str, tuple[UUID | None, str]] = {
        match.line.fingerprint: (match.invoice_id, match.kind)
        for match in matching.match_lines(bank_lines, opens)
    }
    proposed = []
    for line in lines:
        pk, kind = matches.get(line.fingerprint, (None, matching.MatchKind.NONE))
        proposed.append((line, invoices.get(pk) if pk else None, kind))
    return proposed
