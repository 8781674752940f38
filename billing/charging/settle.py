"""Writes the outcomes of charges, and is alone in that: fetched objects become charge, payment and receipt.

This is step T4 of docs/charging.md.
"""

import logging
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import Prefetch, prefetch_related_objects

from agreements.models import Agreement
from billing.books import owing, received_payments, transitions
from billing.charging import cancel_invoice, notices
from billing.gateways import registry
from billing.gateways.base import DirectObject, GatewayObject, Outcome
from billing.models import Charge, Collection, Invoice, PaymentMethod
from billing.rules import dunning
from billing.rules.states import IN_FLIGHT, ChargeState, CollectionState, InvoiceState
from core.dates import local_day, local_instant
from core.errors import RuleError

logger = logging.getLogger(__name__)
#: Columns of an invoice that its document shows, and that moving money need not read.
PARTIES = ("seller", "buyer", "taxes")
NOT_CONFIRMED, CANCELLED_THERE = "not_confirmed", "cancelled_at_gateway"


def settle(collection: Collection, found: GatewayObject, *, now: datetime) -> None:
    """Write what the gateway says now. The same object twice is a no-op; paid never turns unpaid."""
    with transaction.atomic():
        _apply([(collection, found)], now)


def settle_all(pairs: Sequence[tuple[Collection, GatewayObject]], *, now: datetime) -> None:
    """Write many in one transaction.

    If one of them cannot be written, each is tried alone, and the one that fails is asked about again later.
    """
    if not pairs:
        return
    try:
        with transaction.atomic():
            _apply(pairs, now)
    except (DatabaseError, RuleError):
        for collection, found in pairs:
            try:
                settle(collection, found, now=now)
            except (DatabaseError, RuleError):
                logger.exception(
                    "The outcome of collection %s could not be written; it is asked again.",
                    collection.pk,
                )


def close_collection(collection: Collection, *, now: datetime) -> None:
    """Close a collection that owes nothing any more, by credit notes or client credit, and has no charge out."""
    with transaction.atomic():
        held = _locked([collection.pk])[0]
        if held.state == CollectionState.READY and not owing.amount_owed(held.invoice):
            if held.invoice.state == InvoiceState.OPEN:
                received_payments.mark_paid([held.invoice])
            _done([held], "nothing is owed", now)


def _locked(ids: Sequence[uuid.UUID]) -> list[Collection]:
    """Lock the collections, then read what a payment needs of them."""
    rows = list(Collection.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    prefetch_related_objects(
        rows, Prefetch("invoice", Invoice.objects.defer(*PARTIES)), "invoice__business"
    )
    return rows


def _with_people(rows: Sequence[Collection]) -> Sequence[Collection]:
    """Read the people to whom an email about them goes."""
    agreements = Agreement.objects.defer("terms", "tier")
    prefetch_related_objects(
        rows,
        "business__owner",
        "invoice__client",
        Prefetch("invoice__agreement", agreements),
        "invoice__agreement__contact",
    )
    return rows


def _apply(pairs: Sequence[tuple[Collection, GatewayObject]], now: datetime) -> None:
    objects = {collection.pk: found for collection, found in pairs}
    rows = [
        row
        for row in _locked(list(objects))
        if row.state != CollectionState.DONE and row.handle == objects[row.pk].handle
    ]
    out = Charge.objects.filter(collection__in=rows, state__in=IN_FLIGHT).select_related("method")
    charges = {charge.collection_id: charge for charge in out}
    for row in rows:
        if row.pk in charges:
            charges[row.pk].collection = row
    paid = [row for row in rows if objects[row.pk].outcome == Outcome.SUCCEEDED]
    for row in _with_people([row for row in rows if objects[row.pk].outcome != Outcome.SUCCEEDED]):
        _unpaid(row, charges.get(row.pk), objects[row.pk], now)
    _paid([(row, charges.get(row.pk), objects[row.pk]) for row in paid], now)


def _unpaid(row: Collection, charge: Charge | None, found: GatewayObject, now: datetime) -> None:
    if found.outcome == Outcome.CANCELLED:
        _cancelled(row, charge, found, now)
    elif found.outcome == Outcome.DECLINED and isinstance(found, DirectObject):
        _declined_for_good(row, charge, found, now)
    elif charge is None:
        return
    elif found.outcome in (Outcome.PROCESSING, Outcome.REQUIRES_ACTION):
        _waiting(row, charge, found, now)
    elif found.outcome == Outcome.DECLINED and found.key == str(charge.id):
        _declined(row, charge, found.code, now)
    elif isinstance(found, DirectObject) and row.state == CollectionState.VOIDING:
        return  # nothing is there yet: the charge may still be on its way
    else:
        _never_executed(row, charge, now)


# --- paid ---------------------------------------------------------------------------------------------------


def _paid(found: Sequence[tuple[Collection, Charge | None, GatewayObject]], now: datetime) -> None:
    if not found:
        return
    known = [charge for _, charge, _ in found if charge]
    transitions.move_charges(known, ChargeState.SUCCEEDED, now=now, finished_at=now)
    received_payments.book_payments(
        [
            _received(row, charge or _recovered(row, now), there, now)
            for row, charge, there in found
        ],
        now=now,
    )
    for row, _, _ in found:
        if row.state == CollectionState.VOIDING:
            cancel_invoice.book_late_payment(row, now=now)
            notices.paid_not_cancelled(row, now=now)
    _done([row for row, _, _ in found], "paid", now)


def _received(
    row: Collection, charge: Charge, found: GatewayObject, now: datetime
) -> received_payments.ReceivedPayment:
    return received_payments.ReceivedPayment(
        invoice=row.invoice,
        amount=found.amount,
        gateway=row.gateway,
        reference=found.handle,
        label=str(charge.method),
        received_at=now,
        charge=charge,
    )


def _done(rows: Sequence[Collection], why: str, now: datetime) -> None:
    ends = {"next_at": None, "lease_until": None, "reason": "", "action_url": ""}
    transitions.move_collections(rows, CollectionState.DONE, now=now, why=why, **ends)


def _recovered(row: Collection, now: datetime) -> Charge:
    """The charge of money that moved by a request which was given up: it gets a row of its own."""
    last = row.charges.select_related("method").order_by("-n").first()
    client = row.invoice.client_id
    method = (
        last.method if last else PaymentMethod.objects.filter(client=client).latest("created_at")
    )
    return Charge.objects.create(
        business_id=row.business_id,
        collection=row,
        invoice=row.invoice,
        n=(last.n if last else 0) + 1,
        state=ChargeState.SUCCEEDED,
        method=method,
        handle=row.handle or "",
        currency=row.invoice.currency,
        amount=row.amount or row.invoice.total,
        sent_at=now,
        finished_at=now,
        created_at=now,
    )


# --- not paid -----------------------------------------------------------------------------------------------


def _declined_for_good(
    row: Collection, charge: Charge | None, found: DirectObject, now: datetime
) -> None:
    """A direct gateway's object is over once it is declined: what follows needs another handle.

    Every charge that was sent under the handle went to the same card, so the decline is that of the charge which is
    out, whichever of their requests the gateway has carried out.
    """
    if charge:
        _declined(row, charge, found.code, now, Collection.no_handle())
    elif row.state in (CollectionState.READY, CollectionState.DUNNING):
        Collection.objects.filter(pk=row.pk).update(**Collection.no_handle())
    if row.state == CollectionState.VOIDING:
        cancel_invoice.finish_cancelling(row, now=now)


def _declined(
    row: Collection,
    charge: Charge,
    code: str,
    now: datetime,
    also: dict[str, Any] | None = None,
) -> None:
    """Soft: a date for the next try. Hard, or no try left: a person is needed. Both sides are told (rule 23).

    `also` are columns of the collection that are written with it.
    """
    transitions.move_charge(
        charge, ChargeState.FAILED, now=now, why=code, code=code[:60], finished_at=now
    )
    if row.state != CollectionState.WAIT:
        return  # it is being cancelled: the sweep goes on with that
    tries = row.tries + 1
    agreement = row.invoice.agreement
    today = local_day(now, agreement.time_zone)
    is_hard = registry.kinds()[row.gateway].is_hard(code)
    again = None if is_hard else dunning.next_retry_day(row.invoice.due_on, today)
    sets = {"tries": tries, "reason": code[:60], "action_url": ""} | (also or {})
    if _is_superseded(row, charge):
        sets |= {"tries": 0, "reason": ""}
        transitions.move_collection(
            row, CollectionState.READY, now=now, why="new card meanwhile", next_at=now, **sets
        )
        return
    if again:
        at = local_instant(again, agreement.charge_hour, agreement.time_zone)
        transitions.move_collection(
            row, CollectionState.READY, now=now, why=code, next_at=max(at, now), **sets
        )
    else:
        transitions.move_collection(
            row, CollectionState.DUNNING, now=now, why=code, next_at=None, **sets
        )
    notices.charge_failed(row, charge, again, now=now)


def _is_superseded(row: Collection, charge: Charge) -> bool:
    """Whether the client saved another card while this one was being charged."""
    if charge.method.removed_at is None:
        return False
    return PaymentMethod.objects.filter(
        client=row.invoice.client_id, removed_at__isnull=True
    ).exists()


def _never_executed(row: Collection, charge: Charge, now: datetime) -> None:
    """The charge took nothing, and can take nothing beside the next one: that goes to the same handle."""
    transitions.move_charge(
        charge, ChargeState.VOID, now=now, why="never executed", finished_at=now
    )
    if row.state == CollectionState.WAIT:
        transitions.move_collection(
            row, CollectionState.READY, now=now, why="never executed", next_at=now
        )


def _waiting(row: Collection, charge: Charge, found: GatewayObject, now: datetime) -> None:
    """The bank needs time, or asks the client to confirm: the client is emailed the link, and no try is counted."""
    state = ChargeState(found.outcome)
    if charge.state != state:
        transitions.move_charge(charge, state, now=now)
    if state == ChargeState.REQUIRES_ACTION:
        Collection.objects.filter(pk=row.pk).update(action_url=found.action_url)
        row.action_url = found.action_url
        notices.confirmation_needed(row, charge, now=now)


def _cancelled(row: Collection, charge: Charge | None, found: GatewayObject, now: datetime) -> None:
    """Nothing can move on this object any more: the plan is carried out, or a person is asked.

    A charge whose card was never asked, or is no longer in use, goes to a new object instead.
    """
    unconfirmed = charge is not None and charge.state == ChargeState.REQUIRES_ACTION
    why = NOT_CONFIRMED if unconfirmed else CANCELLED_THERE
    # The confirmation was asked for by a late request of an earlier charge.
    was_anothers = unconfirmed and charge is not None and found.key not in ("", str(charge.id))
    if charge:
        transitions.move_charge(charge, ChargeState.VOID, now=now, why="cancelled", finished_at=now)
    if row.state == CollectionState.VOIDING:
        cancel_invoice.finish_cancelling(row, now=now)
        return
    fresh = Collection.no_handle()
    if (
        charge
        and row.state == CollectionState.WAIT
        and (was_anothers or _is_superseded(row, charge))
    ):
        transitions.move_collection(
            row, CollectionState.READY, now=now, why="new card", next_at=now, reason="", **fresh
        )
    elif row.state == CollectionState.DUNNING:
        Collection.objects.filter(pk=row.pk).update(**fresh)
    else:
        transitions.move_collection(
            row, CollectionState.DUNNING, now=now, why=why, next_at=None, reason=why, **fresh
        )
