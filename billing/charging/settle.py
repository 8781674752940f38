"""Writes the outcomes of charges; no other module does (docs/charging.md, T4).

An object that was just fetched from the gateway becomes the state of the charge, and if it was
paid, a payment with a receipt.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, prefetch_related_objects
from django.utils.translation import gettext_lazy

from agreements.models import Agreement
from billing.books import owing, received_payments, transitions
from billing.charging import cancel_invoice
from billing.charging.notices import charge_notices
from billing.gateways import registry
from billing.gateways.base import DirectObject, GatewayObject, Outcome
from billing.models import Charge, Collection, Invoice, PaymentMethod
from billing.rules import dunning
from billing.rules.asking import PART_PAID
from billing.rules.method_kinds import may_try_again
from billing.rules.states import IN_FLIGHT, ChargeState, CollectionState, InvoiceState
from core.continuity import standing
from core.dates import local_day, local_instant
from core.jobs import batches
from core.jobs.set_aside import Step

SETTLE = Step(
    "settle",
    "billing.tasks.resolve",
    gettext_lazy("Store the outcome of a charge"),
    Collection,
    title="invoice__client__name",
    page=("invoice", "invoice_id"),
)
#: Columns of an invoice for its PDF; they are large, and charging does not need them.
PARTIES = ("seller", "buyer")
NOT_CONFIRMED, CANCELLED_THERE = "not_confirmed", "cancelled_at_gateway"


def settle(collection: Collection, fetched: GatewayObject, *, now: datetime) -> None:
    """Store what the gateway reports now. Storing it again changes nothing; paid stays paid."""
    settle_together([(collection, fetched)], now=now)


def settle_together(pairs: Sequence[tuple[Collection, GatewayObject]], *, now: datetime) -> None:
    """Store many outcomes in one transaction, or none of them."""
    with transaction.atomic():
        _apply(pairs, now)


def settle_all(pairs: Sequence[tuple[Collection, GatewayObject]], *, now: datetime) -> None:
    """Store many outcomes in one transaction.

    If one of them cannot be stored, it is set aside, and looked up again like one without answer.
    """
    found = {collection.pk: (collection, fetched) for collection, fetched in pairs}

    def store(batch: Sequence[uuid.UUID]) -> int:
        _apply([found[pk] for pk in batch], now)
        return len(batch)

    batches.run(SETTLE, found, store, now=now)


def close_collection(collection: Collection, *, now: datetime) -> None:
    """Close a collection on which nothing is owed after credit, if no charge is under way."""
    with transaction.atomic():
        held = _locked([collection.pk])[0]
        if held.state == CollectionState.READY and not owing.amount_owed(held.invoice):
            if held.invoice.state == InvoiceState.OPEN:
                received_payments.mark_paid([held.invoice])
            _done([held], "nothing is owed", now)


def _locked(ids: Sequence[uuid.UUID]) -> list[Collection]:
    """Lock the collections, then load what a payment needs of them."""
    rows = list(Collection.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    prefetch_related_objects(
        rows, Prefetch("invoice", Invoice.objects.defer(*PARTIES)), "invoice__business"
    )
    return rows


def _with_people(rows: Sequence[Collection]) -> Sequence[Collection]:
    """Load the people who get emails about these collections."""
    agreements = Agreement.objects.defer("terms", "tier")
    prefetch_related_objects(
        rows,
        "business__owner",
        "invoice__client",
        Prefetch("invoice__agreement", agreements),
        "invoice__agreement__contact",
        "invoice__contact",
    )
    return rows


def _apply(pairs: Sequence[tuple[Collection, GatewayObject]], now: datetime) -> None:
    objects = {collection.pk: fetched for collection, fetched in pairs}
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


def _unpaid(row: Collection, charge: Charge | None, fetched: GatewayObject, now: datetime) -> None:
    if fetched.outcome == Outcome.CANCELLED:
        _cancelled(row, charge, fetched, now)
    elif fetched.outcome == Outcome.DECLINED and isinstance(fetched, DirectObject):
        _declined_for_good(row, charge, fetched, now)
    elif charge is None:
        return
    elif fetched.outcome in (Outcome.PROCESSING, Outcome.REQUIRES_ACTION):
        _waiting(row, charge, fetched, now)
    elif fetched.outcome == Outcome.DECLINED and fetched.key == str(charge.id):
        _declined(row, charge, fetched.code, now)
    elif isinstance(fetched, DirectObject) and row.state == CollectionState.VOIDING:
        return  # the charge may still be on its way
    else:
        _never_executed(row, charge, now)


# --- paid -----------------------------------------------------------------------------------------


def _paid(paid: Sequence[tuple[Collection, Charge | None, GatewayObject]], now: datetime) -> None:
    if not paid:
        return
    less = [row.invoice for row, _, fetched in paid if fetched.amount < row.invoice.total]
    known = [charge for _, charge, _ in paid if charge]
    transitions.move_charges(known, ChargeState.SUCCEEDED, now=now, finished_at=now)
    received_payments.book_payments(
        [
            _received(row, charge or _recovered(row, fetched, now), fetched, now)
            for row, charge, fetched in paid
        ],
        now=now,
    )
    for row, _, _ in paid:
        if row.state == CollectionState.VOIDING:
            cancel_invoice.book_late_payment(row, now=now)
            charge_notices.paid_not_cancelled(row, now=now)
    rows = [row for row, _, _ in paid]
    # Something can only be left after the database went back.
    left = owing.amounts_owed(less) if less else {}
    _done([row for row in rows if not left.get(row.invoice_id)], "paid", now)
    for row in rows:
        if left.get(row.invoice_id):
            _part_paid(row, now)


def _part_paid(row: Collection, now: datetime) -> None:
    """Leave the rest to a person: less was taken than is owed, and no second charge is made.

    That is so after the database went back, if what made the amount smaller is lost.
    """
    sets: dict[str, Any] = {"reason": PART_PAID, "next_at": None, "lease_until": None, "plan": {}}
    sets |= row.no_handle()
    if row.state == CollectionState.DUNNING:
        Collection.objects.filter(pk=row.pk).update(**sets)
    else:
        transitions.move_collection(row, CollectionState.DUNNING, now=now, why=PART_PAID, **sets)
    charge_notices.part_paid(row, now=now)


def _received(
    row: Collection, charge: Charge, fetched: GatewayObject, now: datetime
) -> received_payments.ReceivedPayment:
    return received_payments.ReceivedPayment(
        invoice=row.invoice,
        amount=fetched.amount,
        gateway=row.gateway,
        reference=fetched.handle,
        label=str(charge.method),
        received_at=now,
        charge=charge,
    )


def _done(rows: Sequence[Collection], why: str, now: datetime) -> None:
    ends = {"next_at": None, "lease_until": None, "reason": "", "action_url": ""}
    transitions.move_collections(rows, CollectionState.DONE, now=now, why=why, **ends)


def _recovered(row: Collection, fetched: GatewayObject, now: datetime) -> Charge:
    """Create the charge for money that was taken by a request we had given up.

    The gateway says which card it was, which need not be the one that the client has now.
    """
    last = row.charges.order_by("-n").first()
    used = PaymentMethod.objects.filter(gateway=row.gateway, client=row.invoice.client_id)
    lost = f"lost:{fetched.token or row.invoice_id}"  # the client may save the same card again
    method = used.filter(token__in=(fetched.token, lost)).first() or _lost_card(row, lost, now)
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


def _lost_card(row: Collection, token: str, now: datetime) -> PaymentMethod:
    """Store that a card was charged which these books have lost; it is not charged again."""
    return PaymentMethod.objects.create(
        business_id=row.business_id,
        client_id=row.invoice.client_id,
        gateway=row.gateway,
        token=token,
        brand="Card",
        last4="",
        removed_at=now,
        created_at=now,
    )


# --- not paid -------------------------------------------------------------------------------------


def _declined_for_good(
    row: Collection, charge: Charge | None, fetched: DirectObject, now: datetime
) -> None:
    """Store a decline at a direct gateway: its object is final, so a retry needs another handle.

    All charges under the handle went to the same card. The decline therefore applies to the charge
    that is under way, whichever of the requests the gateway has carried out.
    """
    if charge:
        _declined(row, charge, fetched.code, now, row.no_handle())
    elif row.state in (CollectionState.READY, CollectionState.DUNNING):
        Collection.objects.filter(pk=row.pk).update(**row.no_handle())
    if row.state != CollectionState.VOIDING:
        return
    if standing.ever_resumed():
        _look_for_the_next(row, now)
    else:
        cancel_invoice.finish_cancelling(row, now=now)


def _look_for_the_next(row: Collection, now: datetime) -> None:
    """Go on cancelling under the next key: books that went back may have lost that try."""
    fresh = row.no_handle()
    row.prepare_key = fresh["prepare_key"]
    Collection.objects.filter(pk=row.pk).update(**fresh | row.own_handle(), next_at=now)


def _declined(
    row: Collection,
    charge: Charge,
    code: str,
    now: datetime,
    also: dict[str, Any] | None = None,
) -> None:
    """Set the next try after a soft decline; after a hard or the last one a person must act.

    Client and owner are told (rule 23). `also` are further columns of the collection to set.
    """
    transitions.move_charge(
        charge, ChargeState.FAILED, now=now, why=code, code=code[:60], finished_at=now
    )
    if row.state != CollectionState.WAIT:
        return  # it is being cancelled, which `resolve_charges` continues
    tries = row.tries + 1
    invoice = row.invoice
    today = local_day(now, invoice.zone)
    is_hard = registry.kinds()[row.gateway].is_hard(code)
    is_hard = is_hard or not may_try_again(charge.method.kind, code, tries)
    again = None if is_hard else dunning.next_retry_day(invoice.first_try_on, today)
    sets = {"tries": tries, "reason": code[:60], "action_url": ""} | (also or {})
    if _is_superseded(row, charge):
        sets |= {"tries": 0, "reason": ""}
        transitions.move_collection(
            row, CollectionState.READY, now=now, why="new card meanwhile", next_at=now, **sets
        )
        return
    if again:
        at = local_instant(again, invoice.hour, invoice.zone)
        transitions.move_collection(
            row, CollectionState.READY, now=now, why=code, next_at=max(at, now), **sets
        )
    else:
        transitions.move_collection(
            row, CollectionState.DUNNING, now=now, why=code, next_at=None, **sets
        )
    charge_notices.charge_failed(row, charge, again, now=now)


def _is_superseded(row: Collection, charge: Charge) -> bool:
    """Whether the client saved another card while this one was being charged."""
    if charge.method.removed_at is None:
        return False
    return PaymentMethod.objects.filter(
        client=row.invoice.client_id, removed_at__isnull=True
    ).exists()


def _never_executed(row: Collection, charge: Charge, now: datetime) -> None:
    """Void a charge that took no money; the next charge uses the same handle.

    The handle is single-shot, so the two together cannot take the amount twice.
    """
    transitions.move_charge(
        charge, ChargeState.VOID, now=now, why="never executed", finished_at=now
    )
    if row.state == CollectionState.WAIT:
        transitions.move_collection(
            row, CollectionState.READY, now=now, why="never executed", next_at=now
        )


def _waiting(row: Collection, charge: Charge, fetched: GatewayObject, now: datetime) -> None:
    """Store that the bank needs time, or that the client has to confirm, and email them the link.

    This does not count as a try.
    """
    state = ChargeState(fetched.outcome)
    if charge.state != state:
        transitions.move_charge(charge, state, now=now)
    if state == ChargeState.REQUIRES_ACTION:
        Collection.objects.filter(pk=row.pk).update(action_url=fetched.action_url)
        row.action_url = fetched.action_url
        charge_notices.confirmation_needed(row, charge, now=now)


def _cancelled(
    row: Collection, charge: Charge | None, fetched: GatewayObject, now: datetime
) -> None:
    """Store a cancellation at the gateway: carry out the plan, or leave the decision to a person.

    If the card was never asked, or was replaced, the invoice is charged with a new object instead.
    """
    unconfirmed = charge is not None and charge.state == ChargeState.REQUIRES_ACTION
    why = NOT_CONFIRMED if unconfirmed else CANCELLED_THERE
    # The bank asked for the confirmation of an earlier charge, whose request arrived late.
    is_of_earlier = unconfirmed and charge is not None and fetched.key not in ("", str(charge.id))
    if charge:
        transitions.move_charge(charge, ChargeState.VOID, now=now, why="cancelled", finished_at=now)
    if row.state == CollectionState.VOIDING:
        cancel_invoice.finish_cancelling(row, now=now)
        return
    fresh = row.no_handle()
    if (
        charge
        and row.state == CollectionState.WAIT
        and (is_of_earlier or _is_superseded(row, charge))
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
