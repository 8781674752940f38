"""The lines of bank statements: stored, matched with an invoice, or set aside by a person."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from billing.bank_transfer import transfers
from billing.models import BankStatementLine, Invoice
from billing.models.bank import BankLineState
from billing.rules.errors import NotOpen
from core.errors import RuleError


def store_lines(*, business: Any, lines: Sequence[Any], now: datetime) -> list[BankStatementLine]:
    """Store the lines of a bank statement and return those that are new.

    A line that was imported before, from this file or another, is skipped.
    """
    rows = [
        BankStatementLine(
            business=business,
            fingerprint=line.fingerprint,
            on=line.on,
            currency=line.currency,
            amount=line.amount,
            text=line.text[:500],
            created_at=now,
        )
        for line in lines
    ]
    BankStatementLine.objects.bulk_create(rows, ignore_conflicts=True)
    # With ignored conflicts the database does not say which rows it stored, so it is asked.
    stored = set(
        BankStatementLine.objects.filter(pk__in=[row.pk for row in rows]).values_list(
            "pk", flat=True
        )
    )
    return [row for row in rows if row.pk in stored]


def match_line(
    *, line: BankStatementLine, invoice: Invoice, actor: str, now: datetime, fee: int = 0
) -> None:
    """Record a line of a bank statement as the payment of an invoice. Raises RuleError.

    `fee` is what the bank took off before the transfer arrived, in minor units: the client has paid
    both.
    """
    if line.currency != invoice.currency:
        raise RuleError(_("The transfer is in another currency than the invoice."))
    transfers.record_transfer(
        invoice=invoice,
        amount=line.amount,
        fee=fee,
        on=line.on,
        reference=line.fingerprint,
        actor=actor,
        now=now,
        line=line,
    )


def ignore_line(*, line: BankStatementLine) -> None:
    """Mark an open line as not being for any invoice."""
    BankStatementLine.objects.filter(pk=line.pk, state=BankLineState.OPEN).update(
        state=BankLineState.IGNORED
    )


def reopen_line(*, line: BankStatementLine) -> None:
    """Let a line that was marked as not being for any invoice be matched again.

    Raises NotOpen where it is not marked so.
    """
    ignored = BankStatementLine.objects.filter(pk=line.pk, state=BankLineState.IGNORED)
    if not ignored.update(state=BankLineState.OPEN):
        raise NotOpen(_("This line was matched already."))
