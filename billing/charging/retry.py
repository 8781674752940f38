"""Charges again, now or on a later day, what waits for the owner's decision."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from billing.books import transitions
from billing.models import Collection
from billing.rules.errors import NothingToRetry
from billing.rules.states import CollectionState
from core import nudge
from core.dates import local_day, local_instant


def retry_now(*, collection: Collection, actor: str, now: datetime) -> Collection:
    """Make a collection due now. Raises NothingToRetry while a charge is being confirmed, and once it is paid."""
    with transaction.atomic():
        collection = Collection.objects.select_for_update().get(pk=collection.pk)
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
    """Try once more on that day at the client's hour; if that is declined, it waits for the owner again (rule 23).

    Raises NothingToRetry where nobody has to decide, and where the day has passed.
    """
    with transaction.atomic():
        row = (
            Collection.objects.select_for_update(of=("self",))
            .select_related("invoice__agreement")
            .get(pk=collection.pk)
        )
        agreement = row.invoice.agreement
        if row.state != CollectionState.DUNNING:
            raise NothingToRetry(
                _("There is nothing to decide: it is tried again by itself, or it is done.")
            )
        if until <= local_day(now, agreement.time_zone):
            raise NothingToRetry(_("Choose a day after today."), field="until")
        at = local_instant(until, agreement.charge_hour, agreement.time_zone)
        transitions.move_collection(
            row, CollectionState.READY, now=now, why=f"{actor}: {until}", next_at=at
        )
    return row
