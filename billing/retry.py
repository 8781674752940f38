"""The owner tries again what waits for a person, or before its date."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from billing import log
from billing.errors import NothingToRetry
from billing.models import Collection
from billing.states import CollectionState
from core import doorbell


def retry(*, collection: Collection, actor: str, now: datetime) -> Collection:
    """Make it due now. Raises NothingToRetry while a charge is out, and when it is done."""
    with transaction.atomic():
        collection = Collection.objects.select_for_update().get(pk=collection.pk)
        if collection.state == CollectionState.DUNNING:
            log.move_collection(collection, CollectionState.READY, now=now, why=actor, next_at=now, tries=0)
        elif not Collection.objects.filter(pk=collection.pk, state=CollectionState.READY).update(next_at=now):
            raise NothingToRetry(_("There is nothing to try again: the charge is being confirmed or is done."))
    doorbell.ring("billing.tasks.bill")
    return collection
