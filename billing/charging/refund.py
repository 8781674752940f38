"""Refunds: a credit note, and its amount back to the card or kept as the client's credit (rule 17).

The refund is committed before the gateway is called, and its id is the idempotency key, so that a
repeated request pays back once. The request is repeated only while the gateway certainly knows the
key. After 23 hours without an outcome the owner is told, and the refund is looked up for a week.
"""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.books import ledger
from billing.charging import parallel_calls
from billing.charging.cancel_invoice import lock_collection
from billing.charging.notices import money_back_notices
from billing.charging.parallel_calls import Batch, Call, Steps
from billing.gateways import accounts, exchange
from billing.gateways.base import Gateway, GatewayRefund, GatewayUnknown, RefundOutcome
from billing.invoices import credit_note
from billing.models import CreditNote, Invoice, Payment, Refund
from billing.models.journal import Account
from billing.rules.dunning import look_up_after
from billing.rules.errors import NotConnected, NotOpen, NotOwed
from billing.rules.states import (
    BANK_TRANSFER,
    REFUND,
    WITHDRAWN,
    CollectionState,
    InvoiceState,
    RefundState,
)
from clients.models import Client
from core import nudge
from core.database.state_moves import move
from core.dates import local_day
from core.errors import NotAllowedNow
from core.jobs import set_aside
from core.jobs.set_aside import Step, without_waiting

TOLD_AFTER = timedelta(hours=23)
CARRY_OUT = Step(
    "carry_out_refunds",
    "billing.tasks.resolve",
    gettext_lazy("Send the refund"),
    Refund,
    title="client__name",
    page=("invoice", "payment__invoice_id"),
)
WAYS_OUT = 20  # how many payments are considered for a refund of credit
LOOKED_FOR = timedelta(days=7)  # a delayed request may arrive after its key was forgotten


def refund_invoice(
    *, invoice: Invoice, amount: int, reason: str, actor: str, to_card: bool, now: datetime
) -> tuple[CreditNote, Refund | None]:
    """Refund `amount` (minor units, tax included) of a paid invoice. Raises NotOwed and NotOpen.

    The money goes to the card if `to_card`, and otherwise becomes the client's credit.
    """
    with transaction.atomic():
        if to_card:
            exchange.hold(invoice.business_id)
        row = lock_collection(invoice)
        if row.state != CollectionState.DONE or row.invoice.state != InvoiceState.PAID:
            raise NotOpen(_("Only a paid invoice can be refunded. Void this one instead."))
        note = credit_note.issue_credit_note(
            invoice=row.invoice, amount=amount, reason=reason, actor=actor, now=now
        )
        refund = _start(row.invoice, note, amount, actor, now) if to_card else None
    nudge.ring("billing.tasks.resolve")
    return note, refund


def refundable_amount(payment: Payment) -> int:
    """Return how much of a payment is neither refunded nor disputed, in minor units (rule 17)."""
    refunds = payment.refunds.exclude(state=RefundState.FAILED)
    disputes = payment.disputes.filter(state__in=WITHDRAWN)
    refunded = refunds.aggregate(sum=Sum("amount"))["sum"] or 0
    disputed = disputes.aggregate(sum=Sum("amount"))["sum"] or 0
    return max(0, payment.amount - refunded - disputed)


def source(invoice: Invoice) -> Payment | None:
    """Return the invoice's payment with the largest refundable amount; None if nothing was paid."""
    return max(Payment.objects.filter(invoice=invoice), key=refundable_amount, default=None)


def payable(invoice: Invoice) -> int:
    """Return how much client credit can go back by this invoice's payment, in minor units."""
    credit = ledger.client_credit(invoice.client_id, invoice.currency)
    payment = source(invoice) if credit else None
    return min(credit, refundable_amount(payment)) if payment else 0


def way_out(client: Client, currency: str) -> Invoice | None:
    """Return the invoice whose payment can take back most of a client's credit in a currency.

    Only the newest payments are considered.
    """
    paid = Payment.objects.filter(client=client, currency=currency)
    newest = list(paid.select_related("invoice").order_by("-received_at", "-pk")[:WAYS_OUT])
    best = max(newest, key=refundable_amount, default=None)
    return best.invoice if best and refundable_amount(best) else None


def _start(
    invoice: Invoice, note: CreditNote | None, amount: int, actor: str, now: datetime
) -> Refund:
    """Create a refund. Its amount leaves the client's credit in the same transaction."""
    payment = source(invoice)
    ledger.lock_clients([invoice.client_id])
    if payment is None or not 0 < amount <= refundable_amount(payment):
        raise NotOwed(_("Less than that was paid, or it was given back already."), field="amount")
    if amount > ledger.client_credit(invoice.client_id, invoice.currency):
        raise NotOwed(_("The client's credit is less than that."), field="amount")
    refund = Refund.objects.create(
        business_id=invoice.business_id,
        client_id=invoice.client_id,
        payment=payment,
        credit_note=note,
        currency=invoice.currency,
        amount=amount,
        actor=actor[:200],
        sent_at=now,
        next_at=now,
        created_at=now,
    )
    book_start(refund, now)
    return refund


def book_start(refund: Refund, now: datetime) -> None:
    """Book that the refund is on its way: it leaves the client's credit.

    What is not covered by credit is a loss.
    """
    _book(refund, "refund", now, *_covered(refund, Account.REFUNDING))


def refund_credit(*, invoice: Invoice, amount: int, actor: str, now: datetime) -> Refund:
    """Send client credit (minor units) back to the card that paid this invoice. Raises NotOwed."""
    with transaction.atomic():
        exchange.hold(invoice.business_id)
        refund = _start(lock_collection(invoice).invoice, None, amount, actor, now)
    nudge.ring("billing.tasks.resolve")
    return refund


def carry_out_refunds(*, now: datetime, limit: int = 200) -> int:
    """Send or look up every refund that is due; return how many.

    The accounts are asked at the same time, so that a silent one delays no other.
    """
    due = without_waiting(Refund.objects.filter(next_at__lte=now), CARRY_OUT, now)
    oldest = due.order_by("next_at", "pk").values_list(
        "pk", "payment__gateway", "business_id", "next_at", "lookups"
    )
    by_account: dict[Hashable, list[Batch[int]]] = defaultdict(list)
    for pk, name, business, next_at, lookups in oldest[:limit]:
        ask = partial(_ask, claim=_Claim(next_at, lookups), now=now)
        by_account[accounts.account_of(name, business)].append(Batch(CARRY_OUT, [pk], ask))
    return sum(parallel_calls.run_batches(by_account, now=now))


@dataclass(frozen=True)
class _Claim:
    """What a refund had when it was found due: another worker that claims it changes both."""

    next_at: datetime
    lookups: int


def _ask(ids: Sequence[UUID], claim: _Claim, now: datetime) -> Steps[int]:
    mine = Refund.objects.filter(pk=ids[0], next_at=claim.next_at)
    if not mine.update(next_at=now + look_up_after(claim.lookups), lookups=F("lookups") + 1):
        return 0
    refund = Refund.objects.select_related("payment", "business").get(pk=ids[0])
    fetched = _paid_back_by_hand(refund) or (yield from _heard(refund, now))
    if isinstance(fetched, GatewayUnknown):
        with suppress(NotAllowedNow):  # a webhook may have brought the outcome in the meantime
            if refund.state == RefundState.SENT:
                move(refund, RefundState.UNKNOWN, REFUND)
    elif fetched:
        apply_refund(refund, fetched, now=now)
    elif now - refund.sent_at >= TOLD_AFTER:
        with transaction.atomic():
            money_back_notices.refund_stuck(refund, now=now)
            if now - refund.sent_at >= LOOKED_FOR:
                Refund.objects.filter(pk=refund.pk).update(next_at=None)
    return 1


def is_by_hand(payment: Payment) -> bool:
    """Whether the owner pays back what comes from a payment, and we only record it.

    So it is with a bank transfer, and with what came in at an account that was exchanged since: it
    is refunded in that account's own dashboard.
    """
    return payment.gateway == BANK_TRANSFER or exchange.is_at_former_account(payment)


def _paid_back_by_hand(refund: Refund) -> GatewayRefund | None:
    """Return a refund as done that the owner makes."""
    if refund.handle or not is_by_hand(refund.payment):
        return None
    return GatewayRefund(
        str(refund.id), RefundOutcome.SUCCEEDED, refund.amount, refund.currency, str(refund.id)
    )


def _heard(refund: Refund, now: datetime) -> Steps[GatewayRefund | GatewayUnknown | None]:
    """Return what the gateway knows of the refund, None if nothing; any error makes it unknown."""
    try:
        its_gateway = accounts.gateway(refund.payment.gateway, refund.business_id)
    except NotConnected as error:
        set_aside.put(accounts.USE, refund.business_id, error, now=now)
        return GatewayUnknown(str(error))
    if now < _key_is_known_until(its_gateway, refund):
        Refund.objects.filter(pk=refund.pk).update(called_at=now)
    [fetched] = yield [Call(its_gateway, partial(_found, its_gateway, refund, now))]
    return fetched  # type: ignore[no-any-return]


def _key_is_known_until(gateway: Gateway, refund: Refund) -> datetime:
    return refund.sent_at + min(TOLD_AFTER, gateway.keys_last * 23 // 24)


def _found(gateway: Gateway, refund: Refund, now: datetime) -> GatewayRefund | None:
    """Look up the refund, and send it only while the gateway certainly still knows the key.

    A refund that is known to exist is never sent, least of all one that was made elsewhere.
    """
    handle, key = refund.payment.reference, str(refund.id)
    if refund.handle:
        return next((row for row in gateway.refunds(handle) if row.handle == refund.handle), None)
    fetched = next((row for row in gateway.refunds(handle) if row.key == key), None)
    if fetched is None and now < _key_is_known_until(gateway, refund):
        gateway.refund(handle=handle, key=key, amount=refund.amount)
        fetched = next((row for row in gateway.refunds(handle) if row.key == key), None)
    return fetched


def apply_refund(refund: Refund, fetched: GatewayRefund, *, now: datetime) -> None:
    """Store the present state of a refund, as fetched; storing the same again changes nothing.

    A refund that had succeeded can fail later, when the client's bank sends the money back.
    """
    with transaction.atomic():
        row = (
            Refund.objects.select_for_update(of=("self",))
            .select_related("client", "business__owner")
            .get(pk=refund.pk)
        )
        state = RefundState(fetched.outcome)
        was = RefundState(row.state)
        if state not in REFUND[was]:
            return
        is_final = state != RefundState.PENDING
        sets: dict[str, Any] = {"handle": fetched.handle, "code": fetched.code[:60]}
        sets |= {"next_at": None, "finished_at": now} if is_final else {}
        move(row, state, REFUND, sets=sets)
        if state == RefundState.SUCCEEDED:
            _book(row, "refund_paid", now, (Account.REFUNDING, Account.CASH, row.amount))
            money_back_notices.refunded(row, now=now)
        elif state == RefundState.FAILED:
            held = Account.CASH if was == RefundState.SUCCEEDED else Account.REFUNDING
            back = [(held, debit, amount) for debit, _held, amount in _covered(row, held)]
            _book(row, "refund_failed", now, *back)
            money_back_notices.refund_stuck(row, now=now)


def _covered(refund: Refund, target: str) -> list[tuple[str, str, int]]:
    """Return from which accounts a refund goes to `target`, with the amounts in minor units."""
    from_credit = refund.amount - refund.uncovered
    return [
        (Account.CREDIT, target, from_credit),
        (Account.LOSS, target, refund.uncovered),
    ]


def _book(refund: Refund, kind: str, now: datetime, *moves: tuple[str, str, int]) -> None:
    """Book the moves (debit, credit, amount) of a refund, on the day in the business's zone."""
    today = local_day(now, refund.business.time_zone)
    ledger.append_entries(
        ledger.build_entry(refund, kind, refund.pk, debit, credit, amount, today, now)
        for debit, credit, amount in moves
    )
