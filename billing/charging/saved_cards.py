"""Saves a client's card on the gateway's page, and then charges what waited for a card.

Where the account can take direct debits and the client's currency has one, the client can authorise
that instead; it is the same page, the same row and the same charge (rule 53).
"""

from contextlib import suppress
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.models import Agreement
from agreements.rules.states import RUNNING_STATES
from agreements.rules.terms import CollectBy
from billing.books import transitions
from billing.books.queries import scheduled_one_offs
from billing.gateways import exchange
from billing.gateways.accounts import debits_of, gateway, name_of
from billing.gateways.base import Gateway, GatewayUnknown
from billing.models import Collection, PaymentMethod
from billing.rules.errors import BadSession, NotConnected
from billing.rules.method_kinds import MethodKind, debits_in
from billing.rules.states import ChargeState, CollectionState
from clients import sample_rules
from clients.models import Client
from core import nudge


def start_setup(*, client: Client, return_url: str) -> str:
    """Return the gateway's page on which the client saves a card. Raises BadSession.

    Card numbers are never entered on our pages. Raises SampleClient.
    """
    sample_rules.refuse(client)
    try:
        return _gateway(client).setup_url(
            customer=str(client.id), return_url=return_url, debits=debits_for(client)
        )
    except (GatewayUnknown, NotConnected):
        raise BadSession(
            _("Cards cannot be saved at the moment. Please try again later.")
        ) from None


def debits_for(client: Client) -> list[MethodKind]:
    """Return the direct debits that a client can authorise instead of saving a card.

    A scheme has one currency, so everything that the client is charged has to be in it.
    """
    if not client.business.debits_on:
        return []
    charged = Agreement.objects.filter(
        client=client, collect_by=CollectBy.CARD, state__in=RUNNING_STATES
    ).values_list("currency", flat=True)
    owed = Collection.objects.filter(invoice__client=client, gateway=name_of(client.business_id))
    unpaid = owed.exclude(state=CollectionState.DONE).values_list("invoice__currency", flat=True)
    return debits_in({*charged, *unpaid}, debits_of(client.business))


def finish_setup(*, client: Client, session: str, now: datetime) -> PaymentMethod:
    """Store the card of a completed session. Repeating it with the same session changes nothing.

    The card replaces the one in use, and what waited for a card is charged now. Raises BadSession,
    also if the card was saved at an account that was exchanged in the meantime.
    """
    sample_rules.refuse(client)
    name = name_of(client.business_id)
    exchanged_at = exchange.exchanged_at(name, client.business_id)
    try:
        its_gateway = gateway(name, client.business_id)
        card = its_gateway.setup_result(session)
    except (GatewayUnknown, NotConnected):
        raise BadSession(_("The card was not saved. Please try again.")) from None
    if card.customer != str(client.id):
        raise BadSession(_("The card was not saved. Please try again."))
    with transaction.atomic():
        exchange.hold(client.business_id)
        if exchange.exchanged_at(name, client.business_id) != exchanged_at:
            raise BadSession(_("The card was not saved. Please try again."))
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
            kind=card.kind,
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


def runs_out(method: PaymentMethod, day: date) -> bool:
    """Whether a card can no longer be used on a day. Its last day is the end of a month."""
    return method.expires_on is not None and method.expires_on < day


def had_a_card(client: Client) -> bool:
    """Whether the client ever saved a card, also one that was replaced or removed since."""
    return PaymentMethod.objects.filter(client=client).exists()


def _take_up(client: Client, now: datetime) -> None:
    """Make due what waits for a card, for its next try, or for a confirmation with the old card."""
    collections = Collection.objects.filter(invoice__client=client)
    held = collections.select_for_update().filter(state=CollectionState.DUNNING)
    for collection in held.exclude(charges__state=ChargeState.SUCCEEDED):
        transitions.move_collection(
            collection,
            CollectionState.READY,
            now=now,
            why="new card",
            next_at=now,
            tries=0,
            reason="",
        )
    waiting = collections.filter(state=CollectionState.READY)
    waiting.exclude(scheduled_one_offs(now)).update(next_at=now)
    unconfirmed = collections.filter(
        state=CollectionState.WAIT, charges__state=ChargeState.REQUIRES_ACTION
    )
    # The old card's confirmation is cancelled by `resolve_charges`, then the new card is charged.
    collections.filter(pk__in=list(unconfirmed.values_list("pk", flat=True))).update(next_at=now)
