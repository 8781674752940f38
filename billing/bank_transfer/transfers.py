"""Invoices paid by bank transfer: recording payments, certificates, reminders."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import Agreement
from agreements.running import working_days
from agreements.running.periods import scope_filter
from billing.books import ledger, owing, paid_parts, received_payments, transitions
from billing.charging import cancel_invoice
from billing.models import (
    Allocation,
    BankStatementLine,
    Collection,
    Invoice,
    Payment,
    WithholdingCertificate,
)
from billing.models.bank import BankLineState
from billing.models.certificate import CertificateState
from billing.models.journal import Account
from billing.models.payment import SettledBy
from billing.rules import dunning
from billing.rules.errors import NotOpen, NotOwed
from billing.rules.states import BANK_TRANSFER, CollectionState, InvoiceState
from core import formats
from core.dates import local_day, local_instant
from core.errors import RuleError
from core.jobs import batches
from core.jobs.set_aside import Step, without_waiting
from core.models import Business
from core.models.notification import Event
from core.outbox import emails, owner_notes

FAR_ABOVE = 110  # percent of what is open, above which a sum has to be confirmed
REMIND = Step(
    "remind_of_transfers",
    "billing.tasks.bill",
    gettext_lazy("Remind of the transfer"),
    Collection,
    title="invoice__client__name",
    page=("invoice", "invoice_id"),
)
OVERDUE = "overdue"  # a collection's `reason` once the client was reminded


class Surprising(RuleError):
    """A transfer that looks mistyped; a person has to confirm it."""


def _require_possible(invoice: Invoice, amount: int, fee: int, on: date, now: datetime) -> None:
    """Raise NotOwed for what cannot have arrived."""
    if amount <= 0:
        raise NotOwed(
            _("Enter the amount that arrived. It must be more than zero."), field="amount"
        )
    # A bank's day may be a day ahead of the business's own.
    if on > local_day(now, invoice.business.time_zone) + timedelta(days=1):
        raise NotOwed(_("This day has not come yet."), field="on")
    if not 0 <= fee < amount:
        raise NotOwed(_("A bank takes less than what arrived."), field="fee")


def record_transfer(
    *,
    invoice: Invoice,
    amount: int,
    on: date,
    reference: str,
    actor: str,
    now: datetime,
    fee: int = 0,
    line: BankStatementLine | None = None,
    confirmed: bool = True,
) -> None:
    """Record a transfer that arrived for an open invoice; `amount` is minor units, `on` its day.

    `fee` is what the bank took off before it arrived: the client has paid both.

    Unless a person has `confirmed` it, Surprising is raised for a sum far above what is open, and
    for a day before the invoice (rule 44).

    Each reference is accepted once per business. If the invoice may be charged to a card at this
    moment, the charge is first cancelled at the gateway and the payment booked afterwards
    (docs/charging.md, V). With `line`, this line of a bank statement becomes matched.
    Raises NotOwed if the amount is not positive or the fee cannot be; NotOpen if the invoice is
    settled, or if the reference or the line was used before.
    """
    _require_possible(invoice, amount, fee, on, now)
    paid, unique = amount + fee, _unique(invoice, reference)
    with transaction.atomic():
        collection = cancel_invoice.lock_collection(invoice)
        if collection.invoice.state != InvoiceState.OPEN:
            raise NotOpen(_("This invoice is settled already."))
        if not confirmed:
            _require_plausible(collection.invoice, paid, on)
        elif line and fee:
            _require_fitting(collection.invoice, paid)
        _must_be_new(collection, unique)
        if collection.state == CollectionState.SENT:
            _book(collection, paid, on, unique, now, fee)
        else:
            plan = {
                "do": cancel_invoice.PAYMENT,
                "reason": reference,
                "actor": actor,
                "amount": paid,
                "fee": fee,
                "on": on.isoformat(),
                "reference": unique,
                "label": _label(collection.invoice),
                "line": str(line.pk) if line else None,
            }
            cancel_invoice.start_cancelling(collection.invoice, plan, now)
        if line:
            open_line = BankStatementLine.objects.filter(pk=line.pk, state=BankLineState.OPEN)
            if not open_line.update(
                state=BankLineState.MATCHED,
                payment=collection.invoice.payments.filter(reference=unique).first(),
            ):
                raise NotOpen(_("This line was matched already."))


def _require_plausible(invoice: Invoice, amount: int, on: date) -> None:
    """Raise Surprising for a transfer that looks mistyped."""
    left = owing.amount_owed(invoice)
    if amount * 100 > left * FAR_ABOVE:
        values = {
            "amount": formats.money(amount, invoice.currency),
            "left": formats.money(left, invoice.currency),
        }
        raise Surprising(_("%(amount)s arrived, although only %(left)s is open.") % values)
    if on < invoice.issued_on:
        values = {"day": formats.day(on), "issued": formats.day(invoice.issued_on)}
        message = _("It arrived on %(day)s, before the invoice was issued on %(issued)s.")
        raise Surprising(message % values)


def _unique(invoice: Invoice, reference: str) -> str:
    """Return the reference as it is stored, unique per business.

    One that was used for a payment that was taken back may be used again; it gets a number.
    """
    base = f"{invoice.business_id}:{reference}"[:110]
    used = Payment.objects.filter(gateway=BANK_TRANSFER, reference__startswith=base)
    taken_back = sum(
        row.reference == base or row.reference.startswith(f"{base}#")
        for row in used.filter(reversal__isnull=False)
    )
    return f"{base}#{taken_back}" if taken_back else base


def _must_be_new(collection: Collection, reference: str) -> None:
    """Raise NotOpen if a transfer with this reference was recorded before.

    A transfer that waits for a charge to be cancelled counts, although it has no payment yet.
    """
    waiting = Collection.objects.filter(
        business=collection.business_id, state=CollectionState.VOIDING, plan__reference=reference
    )
    if (
        Payment.objects.filter(gateway=BANK_TRANSFER, reference=reference).exists()
        or waiting.exists()
    ):
        raise NotOpen(_("A transfer with this reference was recorded already."), field="reference")


def _book(
    collection: Collection, amount: int, on: date, reference: str, now: datetime, fee: int
) -> None:
    invoice = collection.invoice
    # A bank gives the day only; noon keeps that day in every report of the business.
    at = local_instant(on, 12, invoice.business.time_zone)
    arrived = received_payments.ReceivedPayment(
        invoice, amount, BANK_TRANSFER, reference, _label(invoice), at, fee=fee
    )
    received_payments.book_payments([arrived], now=now)
    if not received_payments.await_certificate(invoice, now=now) and not owing.amount_owed(invoice):
        _close(collection, now)


def _label(invoice: Invoice) -> str:
    """How it was paid, in the language of the receipt."""
    with translation.override(invoice.language):
        return _("Bank transfer")


def _close(collection: Collection, now: datetime) -> None:
    transitions.move_collection(
        collection, CollectionState.DONE, now=now, why="paid", next_at=None, reason=""
    )


def receive_certificate(
    *, certificate: WithholdingCertificate, number: str, on: date, now: datetime
) -> WithholdingCertificate:
    """Record a withholding certificate that was received: it settles the tax that was withheld.

    If less is owed on the invoice by now, the rest becomes client credit. Raises NotOpen if the
    certificate was received before.
    """
    with transaction.atomic():
        collection = cancel_invoice.lock_collection(certificate.invoice)
        open_certificate = WithholdingCertificate.objects.filter(
            pk=certificate.pk, state=CertificateState.OWED
        )
        if not open_certificate.update(
            state=CertificateState.RECEIVED, number=number[:60], received_on=on
        ):
            raise NotOpen(_("This certificate was received already."))
        applied = min(certificate.amount, owing.amount_owed(collection.invoice))
        _book_certificate(certificate, collection, applied, now)
        if applied and not owing.amount_owed(collection.invoice):
            received_payments.mark_paid([collection.invoice])
            _close(collection, now)
    certificate.refresh_from_db()
    return certificate


def _book_certificate(
    certificate: WithholdingCertificate, collection: Collection, applied: int, now: datetime
) -> None:
    """Book a certificate: its amount becomes tax prepaid; the client owes less, or gets credit."""
    if applied:
        Allocation.objects.create(
            business_id=collection.business_id,
            invoice=collection.invoice,
            by=SettledBy.CERTIFICATE,
            ref=certificate.pk,
            amount=applied,
            created_at=now,
        )
    today = local_day(now, collection.invoice.business.time_zone)
    if applied:
        paid_parts.settle_part(
            collection.invoice,
            by=SettledBy.CERTIFICATE,
            ref=certificate.pk,
            gross=applied,
            on=today,
            now=now,
        )
    parts = ((Account.RECEIVABLE, applied), (Account.CREDIT, certificate.amount - applied))
    ledger.append_entries(
        ledger.build_entry(
            collection.invoice,
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


def request_certificate(*, certificate: WithholdingCertificate, now: datetime) -> None:
    """Email the client a request for the withholding certificate, at most once a day (UTC)."""
    with transaction.atomic():
        WithholdingCertificate.objects.filter(pk=certificate.pk).update(chased_at=now)
        ref = f"{certificate.pk}:{now.date().isoformat()}"
        emails.post("certificate_owed", [(ref, certificate.business)], now=now)


def send_reminders(
    *, now: datetime, only: Agreement | Business | None = None, limit: int = 500
) -> int:
    """Send the reminders that are due for transfers that have not arrived.

    Returns how many invoices they were sent for; at most `limit` are looked at.
    """
    sent = Collection.objects.filter(
        scope_filter(only, "invoice__agreement"), state=CollectionState.SENT, next_at__lte=now
    )
    due = without_waiting(sent, REMIND, now).order_by("next_at", "pk")
    ids = list(due.values_list("pk", flat=True)[:limit])
    return batches.run_each(REMIND, ids, lambda pk: _remind(pk, now), now=now)


def _remind(pk: UUID, now: datetime) -> int:
    """Remind client and owner once, and return 1; 0 if another run was faster."""
    collection = Collection.objects.select_related("invoice__agreement", "business__owner").get(
        pk=pk
    )
    if received_payments.await_certificate(collection.invoice, now=now):
        return 0
    invoice, sent = collection.invoice, collection.tries + 1
    today = local_day(now, invoice.zone)
    if (working_day := working_days.first_from(collection.business, today)) != today:
        unchanged = Collection.objects.filter(pk=pk, next_at=collection.next_at)
        unchanged.update(next_at=local_instant(working_day, invoice.hour, invoice.zone))
        return 0
    while (following := dunning.reminder_day(invoice.due_on, sent)) and following <= today:
        sent += 1  # if reminders were missed, only one email is sent for all of them
    at = None
    if following:
        day = working_days.first_from(collection.business, following)
        at = local_instant(day, invoice.hour, invoice.zone)
    with transaction.atomic():
        unchanged = Collection.objects.filter(
            pk=collection.pk, state=CollectionState.SENT, next_at=collection.next_at
        )
        if not unchanged.update(tries=sent, next_at=at, reason=OVERDUE):
            return 0
        ref = f"{collection.invoice_id}:{sent}"
        emails.post("overdue_client", [(ref, collection.business)], now=now)
        owner_notes.post(
            business=collection.business,
            event=Event.REMINDED,
            kind="overdue_owner",
            ref=ref,
            sentence=lambda: _reminded(invoice),
            now=now,
        )
    return 1


def _reminded(invoice: Invoice) -> str:
    """What the owner's email of the day says of a reminder."""
    return _("We reminded %(client)s of invoice %(number)s, which was due on %(day)s.") % {
        "client": invoice.client.name,
        "number": invoice.number,
        "day": formats.day(invoice.due_on),
    }


def _require_fitting(invoice: Invoice, amount: int) -> None:
    """Raise NotOwed for a fee with which far more would have been paid than is open."""
    left = owing.amount_owed(invoice)
    if amount * 100 > left * FAR_ABOVE:
        values = {
            "amount": formats.money(amount, invoice.currency),
            "left": formats.money(left, invoice.currency),
        }
        sentence = _(
            "With this fee the client would have paid %(amount)s, but only %(left)s is open."
        )
        raise NotOwed(sentence % values, field="fee")
