"""Stops an invoice's way to its money: cancelled at the gateway first, and only then void, written off, or paid
another way (docs/charging.md, V). If the money was taken meanwhile it stays paid; a refund is a person's decision."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from billing import closing, log
from billing.errors import NotOpen
from billing.models import Collection, Invoice
from billing.states import CollectionState, InvoiceState
from core import doorbell


def void(*, invoice: Invoice, reason: str, actor: str, now: datetime) -> Collection:
    """Take the whole invoice back. Raises NotOpen."""
    return stop(invoice, {"do": closing.VOID, "reason": reason, "actor": actor}, now)


def write_off(*, invoice: Invoice, reason: str, actor: str, now: datetime) -> Collection:
    """Give up what it still owes. Raises NotOpen."""
    return stop(invoice, {"do": closing.WRITE_OFF, "reason": reason, "actor": actor}, now)


def stop(invoice: Invoice, plan: dict[str, Any], now: datetime) -> Collection:
    """Start it with what is to follow; done at once where the gateway holds nothing. Raises NotOpen."""
    with transaction.atomic():
        row = held(invoice)
        if row.invoice.state != InvoiceState.OPEN or row.state in (CollectionState.DONE, CollectionState.VOIDING):
            raise NotOpen(_("This invoice is settled, or is being cancelled already."))
        log.move_collection(
            row, CollectionState.VOIDING, now=now, why=plan["do"], plan=plan, next_at=now, lookups=0, lease_until=None
        )
        if not row.handle:
            closing.finish(row, now=now)
    doorbell.ring("billing.tasks.resolve")
    return row


def held(invoice: Invoice) -> Collection:
    """An invoice's collection, locked, with what settling needs."""
    rows = Collection.objects.select_for_update(of=("self",)).filter(invoice=invoice)
    return rows.select_related("invoice__client", "invoice__agreement__contact", "invoice__business__owner").get()
