"""The only writer of outcomes (CHARGES.md T4): what a fetched object says becomes charge, payment and receipt."""

from datetime import datetime

from django.db import transaction

from billing import dunning, log, notices, number
from billing.gateways.base import GatewayObject, Outcome
from billing.models import Allocation, Charge, Collection, Journal, Payment, PaymentMethod
from billing.models.journal import Account
from billing.models.series import SeriesKind
from billing.states import INVOICE, ChargeState, CollectionState, InvoiceState
from core.dates import local_day, local_instant
from core.states import move

IN_FLIGHT = (ChargeState.SENT, ChargeState.UNKNOWN, ChargeState.PROCESSING, ChargeState.REQUIRES_ACTION)


def apply(collection: Collection, found: GatewayObject, *, now: datetime) -> Collection:
    """Write what the gateway says now. The same object twice is a no-op; paid never turns unpaid."""
    with transaction.atomic():
        locked = (
            Collection.objects.select_for_update(of=("self",))
            .select_related("invoice__client", "invoice__agreement__contact", "business__owner")
            .get(pk=collection.pk)
        )
        if locked.state == CollectionState.DONE or locked.handle != found.handle:
            return locked
        charge = locked.charges.filter(state__in=IN_FLIGHT).select_related("method").first()
        if found.outcome == Outcome.SUCCEEDED:
            _paid(locked, charge or _recovered(locked, now), found, now)
        elif charge:
            _unpaid(locked, charge, found, now)
    return locked


def _unpaid(collection: Collection, charge: Charge, found: GatewayObject, now: datetime) -> None:
    if found.outcome in (Outcome.PROCESSING, Outcome.REQUIRES_ACTION):
        _waiting(collection, charge, ChargeState(found.outcome), now)
    elif found.outcome == Outcome.DECLINED and found.key == str(charge.id):
        _declined(collection, charge, found.code, now)
    elif found.outcome != Outcome.CANCELLED:
        _never_executed(collection, charge, now)


def _paid(collection: Collection, charge: Charge, found: GatewayObject, now: datetime) -> None:
    invoice = collection.invoice
    if charge.state != ChargeState.SUCCEEDED:
        log.move_charge(charge, ChargeState.SUCCEEDED, now=now, finished_at=now)
    business = collection.business
    today = local_day(now, business.time_zone)
    series = number.lock(business.pk, SeriesKind.RECEIPT, today)
    payment = Payment.objects.create(
        business=business,
        client_id=invoice.client_id,
        charge=charge,
        gateway=collection.gateway,
        reference=found.handle,
        currency=found.currency,
        amount=found.amount,
        method_label=str(charge.method),
        received_at=now,
        receipt_number=number.take(series)[0],
        created_at=now,
    )
    Allocation.objects.create(
        business=business, payment=payment, invoice=invoice, amount=payment.amount, created_at=now
    )
    Journal.objects.create(
        business=business,
        client_id=invoice.client_id,
        kind="payment",
        ref=str(payment.id),
        debit=Account.CASH,
        credit=Account.RECEIVABLE,
        currency=payment.currency,
        amount=payment.amount,
        on=today,
        created_at=now,
    )
    move(invoice, InvoiceState.PAID, INVOICE)
    _finish(collection, now)
    notices.receipt(payment, invoice, now=now)


def _finish(collection: Collection, now: datetime) -> None:
    """To DONE from wherever a late success found it: READY and DUNNING pass through WAIT."""
    for state in (CollectionState.READY, CollectionState.WAIT):
        if collection.state == CollectionState.DUNNING and state == CollectionState.READY:
            log.move_collection(collection, CollectionState.READY, now=now, why="paid after all")
        if collection.state == CollectionState.READY and state == CollectionState.WAIT:
            log.move_collection(collection, CollectionState.WAIT, now=now, why="paid after all")
    log.move_collection(
        collection, CollectionState.DONE, now=now, why="paid", next_at=None, lease_until=None, reason=""
    )


def _recovered(collection: Collection, now: datetime) -> Charge:
    """Money moved by a request that we had given up: it gets a charge row of its own."""
    invoice = collection.invoice
    last = collection.charges.select_related("method").order_by("-n").first()
    method = last.method if last else PaymentMethod.objects.filter(client=invoice.client_id).latest("created_at")
    return Charge.objects.create(
        business_id=collection.business_id,
        collection=collection,
        invoice=invoice,
        n=(last.n if last else 0) + 1,
        state=ChargeState.SUCCEEDED,
        method=method,
        currency=invoice.currency,
        amount=invoice.total,
        sent_at=now,
        finished_at=now,
        created_at=now,
    )


def _declined(collection: Collection, charge: Charge, code: str, now: datetime) -> None:
    """Soft: a date for the next try. Hard, or no try left: a person is needed. Both sides are told (rule 23)."""
    log.move_charge(charge, ChargeState.FAILED, now=now, why=code, code=code, finished_at=now)
    tries = collection.tries + 1
    agreement = collection.invoice.agreement
    again = None if dunning.is_hard(code) else dunning.next_try(collection.invoice.due_on, tries)
    if again:
        at = local_instant(again, agreement.charge_hour, agreement.time_zone)
        log.move_collection(
            collection,
            CollectionState.READY,
            now=now,
            why=code,
            tries=tries,
            reason=code,
            next_at=max(at, now),
        )
    else:
        log.move_collection(
            collection, CollectionState.DUNNING, now=now, why=code, tries=tries, reason=code, next_at=None
        )
    notices.charge_failed(collection, charge, again, now=now)


def _never_executed(collection: Collection, charge: Charge, now: datetime) -> None:
    log.move_charge(charge, ChargeState.VOID, now=now, why="never executed", finished_at=now)
    log.move_collection(collection, CollectionState.READY, now=now, why="never executed", next_at=now)


def _waiting(collection: Collection, charge: Charge, state: ChargeState, now: datetime) -> None:
    if charge.state != state:
        log.move_charge(charge, state, now=now)
