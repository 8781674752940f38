"""Saves a client's card at the gateway's own page, and takes up again what waited for one."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from billing import log
from billing.errors import BadSession
from billing.gateways import gateway
from billing.models import Collection, PaymentMethod
from billing.states import CollectionState
from clients.models import Client
from core import doorbell


def start(*, client: Client, return_url: str) -> str:
    """Where to send the client; the card itself never enters our pages."""
    return gateway().setup_url(customer=str(client.id), return_url=return_url)


def finish(*, client: Client, session: str, now: datetime) -> PaymentMethod:
    """Keep the card of a session that came back; again with the same session changes nothing.

    It takes the place of the one in use, and what waited for a card is charged now. Raises BadSession.
    """
    bank = gateway()
    card = bank.setup_result(session)
    if card.customer != str(client.id):
        raise BadSession(_("The card was not saved. Please try again."))
    with transaction.atomic():
        Client.objects.select_for_update().get(pk=client.pk)
        there = PaymentMethod.objects.filter(gateway=bank.name, token=card.token).first()
        if there:
            return there
        PaymentMethod.objects.filter(client=client, removed_at__isnull=True).update(removed_at=now)
        method = PaymentMethod.objects.create(
            business_id=client.business_id,
            client=client,
            gateway=bank.name,
            token=card.token,
            brand=card.brand,
            last4=card.last4,
            expires_on=card.expires_on,
            created_at=now,
        )
        _take_up(client, now)
    doorbell.ring("billing.tasks.bill")
    return method


def in_use(client: Client) -> PaymentMethod | None:
    """The card that the next charge goes to."""
    return PaymentMethod.objects.filter(client=client, removed_at__isnull=True).first()


def _take_up(client: Client, now: datetime) -> None:
    """What needed a card is due now; what waits for its next try is tried with the new card now."""
    open_ones = Collection.objects.filter(invoice__client=client)
    for collection in open_ones.filter(state=CollectionState.DUNNING):
        log.move_collection(
            collection, CollectionState.READY, now=now, why="new card", next_at=now, tries=0, reason=""
        )
    open_ones.filter(state=CollectionState.READY).update(next_at=now)
