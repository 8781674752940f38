"""Records disputed payments. The bank holds the money until it has decided the dispute.

An inquiry asks for evidence before the bank withdraws anything: it is recorded and its owner is
told, and nothing is booked. It ends, or becomes a dispute. A direct debit that the bank returned
comes as a dispute that is lost: its payment is reversed (billing.charging.elsewhere.returns).
"""

from datetime import datetime

from django.db import transaction

from billing.books import ledger
from billing.charging.elsewhere import returns
from billing.charging.elsewhere.currency import require_same_currency
from billing.charging.notices import money_back_notices
from billing.gateways.base import GatewayDispute
from billing.invoices import upgrade_invoice
from billing.models import Dispute, Payment
from billing.models.journal import Account
from billing.rules.states import DISPUTE, DisputeState
from core.database.state_moves import move
from core.dates import local_day

_OF_AN_INQUIRY = (DisputeState.INQUIRY, DisputeState.CLOSED)


def apply_dispute(payment: Payment, fetched: GatewayDispute, *, now: datetime) -> Dispute:
    """Store the present state of a dispute, as fetched from the gateway; the invoice stays paid.

    Storing the same state again changes nothing. Raises OtherCurrency.
    """
    require_same_currency(payment, fetched)
    state = DisputeState(fetched.outcome)
    with transaction.atomic():
        if returns.is_debit(payment):
            returns.lock(payment)
        row, made = Dispute.objects.get_or_create(
            gateway=payment.gateway,
            handle=fetched.handle,
            defaults={
                "business": payment.business,
                "client_id": payment.client_id,
                "payment": payment,
                "state": DisputeState.INQUIRY,
                "currency": payment.currency,
                "amount": fetched.amount,
                "reason": fetched.reason[:60],
                "answer_by": fetched.answer_by,
                "created_at": now,
            },
        )
        row = Dispute.objects.select_for_update(of=("self",)).get(pk=row.pk)
        if made and state == DisputeState.INQUIRY:
            money_back_notices.disputed(row, now=now)
        if row.is_open and state == DisputeState.LOST and returns.can_reverse(row):
            _return(row, now)
            return row
        if row.state == DisputeState.INQUIRY and state not in _OF_AN_INQUIRY:
            _withdraw(row, now)
        if row.is_open and state not in (DisputeState.INQUIRY, DisputeState.OPEN):
            _close(row, state, now)
    return row


def _withdraw(row: Dispute, now: datetime) -> None:
    """Book the money that the bank has taken out of the account."""
    move(row, DisputeState.OPEN, DISPUTE)
    upgrade_invoice.void_waiting_upgrade(row.payment.invoice, now)
    _book(row, "dispute", Account.DISPUTED, Account.CASH, now)
    money_back_notices.disputed(row, now=now)


def _return(row: Dispute, now: datetime) -> None:
    """Reverse the payment that the bank has returned; what it held meanwhile is held no more."""
    if row.state == DisputeState.OPEN:
        _book(row, "dispute_returned", Account.CASH, Account.DISPUTED, now)
    else:
        move(row, DisputeState.OPEN, DISPUTE)
        upgrade_invoice.void_waiting_upgrade(row.payment.invoice, now)
    move(row, DisputeState.RETURNED, DISPUTE, sets={"closed_at": now})
    returns.reverse(row, now=now)


def _close(row: Dispute, state: DisputeState, now: datetime) -> None:
    """Book what became of the money, if it was withdrawn."""
    was_withdrawn = row.state == DisputeState.OPEN
    move(row, state, DISPUTE, sets={"closed_at": now})
    if was_withdrawn:
        target = Account.LOSS if state == DisputeState.LOST else Account.CASH
        _book(row, f"dispute_{state}", target, Account.DISPUTED, now)
    money_back_notices.disputed(row, now=now)


def _book(row: Dispute, kind: str, debit: str, credit: str, now: datetime) -> None:
    today = local_day(now, row.business.time_zone)
    ledger.append_entries(
        [ledger.build_entry(row, kind, row.pk, debit, credit, row.amount, today, now)]
    )
