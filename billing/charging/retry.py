"""Retries collections on which the owner has to decide, now or on a later day."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from billing.books import owing, transitions
from billing.models import Collection
from billing.rules.errors import NothingToRetry
from billing.rules.states import CollectionState
from core import nudge
from core.dates import local_day, local_instant


def retry_now(*, collection: Collection, actor: str, now: datetime) -> Collection:
    """Make a collection due now.

    Raises NothingToRetry while a charge is being confirmed, if the invoice is settled, and if a
    charge has paid a part of it.
    """
    with transaction.atomic():
        collection = Collection.objects.select_for_update().get(pk=collection.pk)
        _require_uncharged(collection)
        if collection.state == CollectionState.DUNNING:
            transitions.move_collection(
                collection, CollectionState.READY, now=now, why=actor, next_at=now, tries=0
            )
        elif not Collection.objects.filter(pk=collection.pk, state=CollectionState.READY).update(
            next_at=now
        ):
            raise NothingToRetry(
                _("There is nothing to try again: the charge is being confirmed or is done.")
            )
    nudge.ring("billing.tasks.bill")
    return collection


def retry_on(*, collection: Collection, until: date, actor: str, now: datetime) -> Collection:
    """Try once more on the day `until`, at the client's hour (rule 23).

    If that try is declined, the owner has to decide again. Raises NothingToRetry if there is
    nothing to decide, if a charge has paid a part, or if the day is not after today.
    """
    with transaction.atomic():
        row = (
            Collection.objects.select_for_update(of=("self",))
            .select_related("invoice__agreement")
            .get(pk=collection.pk)
        )
        invoice = row.invoice
        if row.state != CollectionState.DUNNING:
            raise NothingToRetry(
                _("There is nothing to decide: we try again automatically, or it is done.")
            )
        _require_uncharged(row)
        if until <= local_day(now, invoice.zone):
            raise NothingToRetry(_("Choose a day after today."), field="until")
        at = local_instant(until, invoice.hour, invoice.zone)
        transitions.move_collection(
            row, CollectionState.READY, now=now, why=f"{actor}: {until}", next_at=at
        )
    return row


def _require_uncharged(row: Collection) -> None:
    """Raise NothingToRetry if a charge has paid a part of the invoice (docs/charging.md)."""
    is_open = row.state in (CollectionState.READY, CollectionState.DUNNING)
    if is_open and owing.charged_once([row.invoice_id]):
        raise NothingToRetry(
            _(
                "An invoice is charged only once, so the rest cannot be charged. The client can "
                "transfer it, or you write off the rest or void the invoice."
            )
        )
