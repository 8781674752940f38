"""Records disputed payments. The bank holds the money until it has decided the dispute."""

from datetime import datetime

from django.db import transaction

from billing.books import ledger
from billing.charging import notices
from billing.gateways.base import GatewayDispute
from billing.invoices import upgrade_invoice
from billing.models import Dispute, Payment
from billing.models.journal import Account
from billing.rules.states import DISPUTE, DisputeState
from core.database.state_moves import move
from core.dates import local_day


def apply_dispute(payment: Payment, fetched: GatewayDispute, *, now: datetime) -> Dispute:
    """Store the present state of a dispute, as fetched from the gateway; the invoice stays paid.

    Storing the same state again changes nothing.
    """
    with transaction.atomic():
        row, made = Dispute.objects.get_or_create(
            gateway=payment.gateway,
            handle=fetched.handle,
            defaults={
                "business": payment.business,
                "client_id": payment.client_id,
                "payment": payment,
                "currency": payment.currency,
                "amount": fetched.amount,
                "reason": fetched.reason[:60],
                "answer_by": fetched.answer_by,
                "created_at": now,
            },
        )
        row = Dispute.objects.select_for_update(of=("self",)).get(pk=row.pk)
        if made:
            upgrade_invoice.void_waiting_upgrade(payment.invoice, now)
            _book(row, "dispute", Account.DISPUTED, Account.CASH, now)
            notices.disputed(row, now=now)
        state = DisputeState(fetched.outcome)
        if state != DisputeState.OPEN and row.state == DisputeState.OPEN:
            move(row, state, DISPUTE, sets={"closed_at": now})
            target = Account.CASH if state == DisputeState.WON else Account.LOSS
            _book(row, f"dispute_{state}", target, Account.DISPUTED, now)
            notices.disputed(row, now=now)
    return row


def _book(row: Dispute, kind: str, debit: str, credit: str, now: datetime) -> None:
    today = local_day(now, row.business.time_zone)
    ledger.append_entries(
        [ledger.build_entry(row, kind, row.pk, debit, credit, row.amount, today, now)]
    )
