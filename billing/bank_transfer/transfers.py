"""Invoices that are paid by bank transfer: reminders, matching the bank's lines, and money written down by hand."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from billing.books import ledger, owing, receive, transitions
from billing.charging import void
from billing.models import (
    Allocation,
    BankStatementLine,
    Collection,
    Invoice,
    Payment,
    WithholdingCertificate,
)
from billing.models.bank import BankLineState
from billing.models.journal import Account
from billing.models.payment import CertificateState, SettledBy
from billing.rules import dunning
from billing.rules.errors import NotOpen, NotOwed
from billing.rules.states import BANK_TRANSFER, CollectionState, InvoiceState
from core.dates import local_day, local_instant
from core.errors import RuleError
from core.outbox import emails

OVERDUE = "overdue"


def record(
    *,
    invoice: Invoice,
    amount: int,
    on: date,
    reference: str,
    actor: str,
    now: datetime,
    line: BankStatementLine | None = None,
) -> None:
    """Write down a transfer that arrived. The same reference of a business a second time is refused.

    An invoice whose card charge is under way is cancelled at the gateway first (docs/charging.md, V).
    """
    if amount <= 0:
        raise NotOwed(_("Write what arrived: more than nothing."), field="amount")
    unique = f"{invoice.business_id}:{reference}"[:120]
    with transaction.atomic():
        row = void.held(invoice)
        if row.invoice.state != InvoiceState.OPEN:
            raise NotOpen(_("This invoice is settled already."))
        _must_be_new(row, unique)
        if row.state == CollectionState.SENT:
            _take(row, amount, on, unique, now)
        else:
            plan = {
                "do": void.PAYMENT,
                "reason": reference,
                "actor": actor,
                "amount": amount,
                "on": on.isoformat(),
                "reference": unique,
                "label": _("Bank transfer"),
                "line": str(line.pk) if line else None,
            }
            void.stop(row.invoice, plan, now)
        if line:
            mine = BankStatementLine.objects.filter(pk=line.pk, state=BankLineState.OPEN)
            if not mine.update(
                state=BankLineState.MATCHED,
                payment=row.invoice.payments.filter(reference=unique).first(),
            ):
                raise NotOpen(_("This line was matched already."))


def _must_be_new(row: Collection, reference: str) -> None:
    """One transfer is one payment, also while it waits for a card charge to be cancelled."""
    waiting = Collection.objects.filter(
        business=row.business_id, state=CollectionState.VOIDING, plan__reference=reference
    )
    if (
        Payment.objects.filter(gateway=BANK_TRANSFER, reference=reference).exists()
        or waiting.exists()
    ):
        raise NotOpen(
            _("A transfer with this reference was written down already."), field="reference"
        )


def _take(row: Collection, amount: int, on: date, reference: str, now: datetime) -> None:
    invoice = row.invoice
    at = local_instant(on, 12, invoice.business.time_zone)
    arrived = receive.Received(
        invoice, amount, BANK_TRANSFER, reference, str(_("Bank transfer")), at
    )
    receive.take([arrived], now=now)
    if not receive.only_the_certificate_is_missing(invoice, now=now) and not owing.owed(invoice):
        _close(row, now)


def _close(row: Collection, now: datetime) -> None:
    transitions.move_collection(
        row, CollectionState.DONE, now=now, why="paid", next_at=None, reason=""
    )


def receive_certificate(
    *, certificate: WithholdingCertificate, number: str, on: date, now: datetime
) -> WithholdingCertificate:
    """The paper is here: it settles what was withheld; what is not owed any more is client credit. Raises NotOpen."""
    with transaction.atomic():
        row = void.held(certificate.invoice)
        mine = WithholdingCertificate.objects.filter(pk=certificate.pk, state=CertificateState.OWED)
        if not mine.update(state=CertificateState.RECEIVED, number=number[:60], received_on=on):
            raise NotOpen(_("This certificate was received already."))
        used = min(certificate.amount, owing.owed(row.invoice))
        _book_certificate(certificate, row, used, now)
        if used and not owing.owed(row.invoice):
            receive.mark_paid([row.invoice])
            _close(row, now)
    certificate.refresh_from_db()
    return certificate


def _book_certificate(
    certificate: WithholdingCertificate, row: Collection, used: int, now: datetime
) -> None:
    """The tax office owes us what it says; the client owes that much less, or has credit."""
    if used:
        Allocation.objects.create(
            business_id=row.business_id,
            invoice=row.invoice,
            by=SettledBy.CERTIFICATE,
            ref=certificate.pk,
            amount=used,
            created_at=now,
        )
    today = local_day(now, row.invoice.business.time_zone)
    parts = ((Account.RECEIVABLE, used), (Account.CREDIT, certificate.amount - used))
    ledger.write(
        ledger.entry(
            row.invoice,
            "certificate",
            certificate.pk,
            Account.WITHHELD,
            account,
            amount,
            today,
            now,
        )
        for account, amount in parts
    )


def chase_certificate(*, certificate: WithholdingCertificate, now: datetime) -> None:
    """Ask the client for the paper, at most once a day."""
    with transaction.atomic():
        WithholdingCertificate.objects.filter(pk=certificate.pk).update(chased_at=now)
        ref = f"{certificate.pk}:{now.date().isoformat()}"
        emails.post("certificate_owed", [(ref, certificate.business)], now=now)


def remind(*, now: datetime, limit: int = 500) -> int:
    """Ask for transfers that have not come, on the calendar that both sides see; how many letters."""
    due = Collection.objects.filter(state=CollectionState.SENT, next_at__lte=now).order_by(
        "next_at", "pk"
    )
    return sum(_remind(pk, now) for pk in list(due.values_list("pk", flat=True)[:limit]))


def _remind(pk: UUID, now: datetime) -> int:
    row = Collection.objects.select_related("invoice__agreement", "business__owner").get(pk=pk)
    agreement, sent = row.invoice.agreement, row.tries + 1
    today = local_day(now, agreement.time_zone)
    while (following := dunning.reminder(row.invoice.due_on, sent)) and following <= today:
        sent += 1  # days that were missed are not made up by a letter each
    at = local_instant(following, agreement.charge_hour, agreement.time_zone) if following else None
    with transaction.atomic():
        mine = Collection.objects.filter(pk=row.pk, state=CollectionState.SENT, next_at=row.next_at)
        if not mine.update(tries=sent, next_at=at, reason=OVERDUE):
            return 0
        for side in ("client", "owner"):
            emails.post(f"overdue_{side}", [(f"{row.invoice_id}:{sent}", row.business)], now=now)
    return 1


def keep_lines(*, business: Any, lines: Sequence[Any], now: datetime) -> list[BankStatementLine]:
    """Store the lines of a bank statement, each once however often the file is read; those that are new."""
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
    kept = set(
        BankStatementLine.objects.filter(pk__in=[row.pk for row in rows]).values_list(
            "pk", flat=True
        )
    )
    return [row for row in rows if row.pk in kept]


def match_line(*, line: BankStatementLine, invoice: Invoice, actor: str, now: datetime) -> None:
    """A line of the bank pays this invoice. Raises RuleError."""
    if line.currency != invoice.currency:
        raise RuleError(_("The transfer is in another currency than the invoice."))
    record(
        invoice=invoice,
        amount=line.amount,
        on=line.on,
        reference=line.fingerprint,
        actor=actor,
        now=now,
        line=line,
    )


def ignore_line(*, line: BankStatementLine) -> None:
    """It is not for an invoice."""
    BankStatementLine.objects.filter(pk=line.pk, state=BankLineState.OPEN).update(
        state=BankLineState.IGNORED
    )
