"""Collects what is due: claim, prepare, bind, arm, execute, each step committed (CHARGES.md T1–T3, G1–G2).

Kill it anywhere: before `_arm` has committed nothing can have moved money; after it the charge is in the
database and `resolve` asks the gateway what became of it.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet

from agreements.models import Agreement
from billing import log, notices, settle
from billing.dunning import look_up_after
from billing.gateways import gateway
from billing.gateways.base import Gateway, GatewayUnknown
from billing.models import Charge, Collection, PaymentMethod
from billing.states import ChargeState, CollectionState, InvoiceState

LEASE = timedelta(minutes=2)


def due(now: datetime, only: Agreement | None = None) -> QuerySet[Collection]:
    """Collections whose day has come and that nobody is working on."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    found = Collection.objects.filter(free, state=CollectionState.READY, next_at__lte=now)
    found = found.filter(invoice__agreement__parked_because="", business__charging_on=True)
    return found.filter(invoice__agreement=only) if only else found


def collect(*, now: datetime, only: Agreement | None = None, limit: int = 1000) -> int:
    """Charge everything that is due; the number of charges sent. Nothing where charging is switched off."""
    if settings.CHARGING == "off":
        return 0
    ids = list(due(now, only).order_by("next_at").values_list("pk", flat=True)[:limit])
    return sum(_collect(pk, now) for pk in ids)


def _collect(pk: UUID, now: datetime) -> int:
    collection = _claim(pk, now)
    if collection is None:
        return 0
    method = _method(collection)
    if method is None:
        _ask_for_card(collection, now)
        return 0
    bank = gateway(collection.gateway)
    try:
        _prepare(collection, bank)
    except GatewayUnknown:
        return 0  # no money can have moved; the lease runs out and it is tried again
    charge = _arm(collection, method, now)
    if charge is None:
        return 0
    _execute(collection, charge, bank, now)
    return 1


def _claim(pk: UUID, now: datetime) -> Collection | None:
    """T1. Of any number of workers one is told yes; the fence says which claim was the last."""
    if not due(now).filter(pk=pk).update(lease_until=now + LEASE, fence=F("fence") + 1):
        return None
    return Collection.objects.select_related("invoice__client", "invoice__agreement__contact", "business").get(pk=pk)


def _method(collection: Collection) -> PaymentMethod | None:
    return PaymentMethod.objects.filter(client=collection.invoice.client_id, removed_at__isnull=True).first()


def _ask_for_card(collection: Collection, now: datetime) -> None:
    with transaction.atomic():
        log.move_collection(
            collection,
            CollectionState.DUNNING,
            now=now,
            why="no_method",
            reason="no_method",
            lease_until=None,
        )
        notices.card_needed(collection, now=now)


def _prepare(collection: Collection, bank: Gateway) -> None:
    """G1 and T2: the gateway's object, unconfirmed; of two made at once the first that is bound counts."""
    if collection.handle:
        return
    invoice = collection.invoice
    handle = bank.prepare(
        key=str(collection.prepare_key),
        amount=invoice.total,
        currency=invoice.currency,
        reference=str(invoice.id),
    )
    Collection.objects.filter(pk=collection.pk, handle__isnull=True).update(handle=handle)
    collection.refresh_from_db(fields=["handle"])


def _arm(collection: Collection, method: PaymentMethod, now: datetime) -> Charge | None:
    """T3: the attempt is in the database before the call. None where anything changed since the claim."""
    with transaction.atomic():
        mine = Collection.objects.select_for_update().filter(
            pk=collection.pk,
            fence=collection.fence,
            state=CollectionState.READY,
            invoice__state=InvoiceState.OPEN,
            business__charging_on=True,
        )
        if not mine.exists() or not PaymentMethod.objects.filter(pk=method.pk, removed_at__isnull=True).exists():
            return None
        charge = Charge.objects.create(
            business_id=collection.business_id,
            collection=collection,
            invoice=collection.invoice,
            n=collection.invoice.charges.count() + 1,
            method=method,
            currency=collection.invoice.currency,
            amount=collection.invoice.total,
            sent_at=now,
            created_at=now,
        )
        log.move_collection(
            collection,
            CollectionState.WAIT,
            now=now,
            why=f"charge {charge.n}",
            lookups=0,
            lease_until=None,
            next_at=now + look_up_after(0),
        )
    return charge


def _execute(collection: Collection, charge: Charge, bank: Gateway, now: datetime) -> None:
    """G2, the only call that moves money, with no transaction open; then read back what happened."""
    handle = collection.handle or ""
    try:
        bank.execute(handle=handle, key=str(charge.id), token=charge.method.token)
        found = bank.lookup(handle)
    except GatewayUnknown as lost:
        with transaction.atomic():
            log.move_charge(charge, ChargeState.UNKNOWN, now=now, why=str(lost))
        return
    settle.apply(collection, found, now=now)
