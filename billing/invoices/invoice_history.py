"""What happened to one invoice: it was issued, charged, emailed about, paid and corrected."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from billing.books import money_history
from billing.books.queries import decline_message
from billing.models import Invoice
from billing.rules.states import ChargeState
from core import formats
from core.history_facts import Fact
from core.models import OutboxEmail

#: The emails about an invoice, whose references begin with the id of the invoice or of its rows.
EMAILS = (
    *("invoice", "charge_failed", "card_needed", "confirm_charge", "receipt", "credit_note"),
    *("overdue_client", "refunded", "payment_returned", "receipt_cancelled", "certificate_wanted"),
)
REMINDERS = 20  # more than are ever sent of one invoice


@dataclass(frozen=True)
class Event(Fact):
    """A fact of an invoice; `email` is the email that it is about, if it is one."""

    email: UUID | None = None


def history_of(invoice: Invoice) -> list[Event]:
    """Return what happened to an invoice, the oldest first; a fixed number of queries.

    They are fewer where its charges with their methods, payments and credit notes are loaded.
    """
    rows = Invoice.objects.filter(pk=invoice.pk)
    money = money_history.facts_of(rows, invoice.business, invoice.zone)
    found = [Event(**vars(fact)) for fact in money] + _declines(invoice) + _emails(invoice)
    return sorted(found, key=lambda event: event.at)


def _declines(invoice: Invoice) -> list[Event]:
    return [
        Event(
            row.finished_at,
            _("Charge declined: %(method)s") % {"method": row.method},
            f"{formats.money(row.amount, row.currency)} · "
            f"{decline_message(row.code, is_debit=row.method.is_debit)}",
        )
        for row in invoice.charges.all()
        if row.state == ChargeState.FAILED and row.finished_at
    ]


def _emails(invoice: Invoice) -> list[Event]:
    ids = [
        invoice.pk,
        invoice.collection.pk,
        *(row.pk for row in invoice.charges.all()),
        *(row.pk for row in invoice.payments.all()),
        *(row.pk for row in invoice.credit_notes.all()),
    ]
    refs = [str(pk) for pk in ids] + [f"{pk}:client" for pk in ids]
    refs += [f"{invoice.pk}:{n}" for n in range(REMINDERS)]
    rows = OutboxEmail.objects.filter(
        Q(business=invoice.business_id), kind__in=EMAILS, ref__in=refs
    )
    return [
        Event(
            row.sent_at or row.created_at,
            _("Emailed %(address)s") % {"address": row.to}
            if row.is_sent
            else _("Email to %(address)s: %(state)s")
            % {"address": row.to or _("the client"), "state": row.get_state_display()},
            row.subject,
            email=row.pk,
        )
        for row in rows
    ]
