"""Saves a client's card on the gateway's page, and then charges what waited for a card."""

from contextlib import suppress
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from billing.books import transitions
from billing.gateways.accounts import gateway, name_of
from billing.gateways.base import Gateway, GatewayUnknown
from billing.models import Collection, PaymentMethod
from billing.rules.errors import BadSession, NotConnected
from billing.rules.states import ChargeState, CollectionState
from clients.models import Client
from core import nudge


def start_setup(*, client: Client, return_url: str) -> str:
    """Return the gateway's page on which the client saves a card. Raises BadSession.

    Card numbers are never entered on our pages.
    """
    try:
        return _gateway(client).setup_url(customer=str(client.id), return_url=return_url)
    except (GatewayUnknown, NotConnected):
        raise BadSession(
            _("Cards cannot be saved at the moment. Please try again later.")
        ) from None


def finish_setup(*, client: Client, session: str, now: datetime) -> PaymentMethod:
    """Store the card of a completed session. Repeating it with the same session changes nothing.

    The card replaces the one in use, and what waited for a card is charged now. Raises BadSession.
    """
    try:
        its_gateway = _gateway(client)
        card = its_gateway.setup_result(session)
    except (GatewayUnknown, NotConnected):
        raise BadSession(_("The card was not saved. Please try again.")) from None
    if card.customer != str(client.id):
        raise BadSession(_("The card was not saved. Please try again."))
    with transaction.atomic():
        Client.objects.select_for_update().get(pk=client.pk)
        existing = PaymentMethod.objects.filter(gateway=its_gateway.name, token=card.token).first()
        if existing:
            return existing
        replaced = PaymentMethod.objects.filter(client=client, removed_at__isnull=True)
        for old in list(replaced):
            _forget_later(old)
        replaced.update(removed_at=now)
        method = PaymentMethod.objects.create(
            business_id=client.business_id,
            client=client,
            gateway=its_gateway.name,
            token=card.token,
            brand=card.brand,
            last4=card.last4,
            expires_on=card.expires_on,
            created_at=now,
        )
        _take_up(client, now)
    nudge.ring("billing.tasks.bill")
    return method


def _gateway(client: Client) -> Gateway:
    return gateway(name_of(client.business_id), client.business_id)


def _forget_later(method: PaymentMethod) -> None:
    """Delete a replaced card at the gateway after the commit; a failure has no consequences."""

    def forget() -> None:
        with suppress(GatewayUnknown, NotConnected):
            gateway(method.gateway, method.business_id).detach(method.token)

    transaction.on_commit(forget)


def card_in_use(client: Client) -> PaymentMethod | None:
    """Return the card that the next charge goes to, if there is one."""
    return PaymentMethod.objects.filter(client=client, removed_at__isnull=True).first()


def had_a_card(client: Client) -> bool:
    """Whether the client ever saved a card, also one that was replaced or removed since."""
    return PaymentMethod.objects.filter(client=client).exists()


def _take_up(client: Client, now: datetime) -> None:
    """Make due what waits for a card, for its next try, or for a confirmation with the old card."""
    collections = Collection.objects.filter(invoice__client=client)
    for collection in collections.select_for_update().filter(state=CollectionState.DUNNING):
        transitions.move_collection(
            collection,
            CollectionState.READY,
            now=now,
            why="new card",
            next_at=now,
            tries=0,
            reason="",
        )
    collections.filter(state=CollectionState.READY).update(next_at=now)
    unconfirmed = collections.filter(
        state=CollectionState.WAIT, charges__state=ChargeState.REQUIRES_ACTION
    )
    # The old card's confirmation is cancelled by `resolve_charges`, then the new card is charged.
    collections.filter(pk__in=list(unconfirmed.values_list("pk", flat=True))).update(next_at=now)
