"""Looks up saved cards before they are charged: one may have been replaced or removed (rule 50).

Banks replace a card that runs out or was lost, and gateways learn of it; a card can also be removed
in the gateway's own dashboard. Webhooks tell of both, and may be lost. So each card is also looked
up in the days before its next charge, in time for the client to save another one.
"""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy

from agreements.models import Agreement
from agreements.rules.states import RUNNING_STATES
from agreements.rules.terms import CollectBy
from agreements.running.periods import scope_filter
from billing.charging import parallel_calls
from billing.charging.notices import card_notices
from billing.charging.parallel_calls import Batch, Call, Steps
from billing.gateways import accounts
from billing.gateways.base import GatewayUnknown, SavedCard
from billing.models import GatewayAccount, PaymentMethod
from billing.rules.errors import NotConnected
from clients.models import Client
from core.jobs import set_aside
from core.jobs.set_aside import Step, without_waiting
from core.models import Business

LOOK_UP = Step(
    "look_up_cards",
    "billing.tasks.bill",
    gettext_lazy("Look up the saved card"),
    PaymentMethod,
    title="client__name",
    page=("client", "client_id"),
)
AHEAD = timedelta(days=7)  # of the next charge
EVERY = timedelta(days=3)  # so that a card is looked up on the last day as well
AGAIN_AFTER = timedelta(hours=6)  # without an answer
BATCH = 50


def look_up_cards(*, now: datetime, only: Agreement | Business | None = None) -> int:
    """Look up the cards that are charged within a week; return how many were asked about."""
    soon = Agreement.objects.filter(
        state__in=RUNNING_STATES,
        collect_by=CollectBy.CARD,
        opens_at__gt=now,
        opens_at__lte=now + AHEAD,
        parked_because="",
    ).filter(scope_filter(only, "pk"))
    cards = _unseen(now).filter(client__in=soon.values("client"))
    waiting = without_waiting(cards, LOOK_UP, now).order_by("business", "pk")
    of_account: dict[tuple[str, UUID], list[UUID]] = defaultdict(list)
    for pk, name, business in waiting.values_list("pk", "gateway", "business"):
        of_account[name, business].append(pk)
    by_account: dict[Hashable, list[Batch[int]]] = defaultdict(list)
    for (name, business), ids in of_account.items():
        begin = partial(_ask, name=name, business=business, now=now)
        batches = [Batch(LOOK_UP, part, begin) for part in parallel_calls.parts(ids, BATCH)]
        by_account[accounts.account_of(name, business)] += batches
    return sum(parallel_calls.run_batches(by_account, now=now))


def _unseen(now: datetime) -> Any:
    long_ago = Q(checked_at__isnull=True) | Q(checked_at__lte=now - EVERY)
    return PaymentMethod.objects.filter(long_ago, removed_at__isnull=True)


def _ask(ids: Sequence[UUID], name: str, business: UUID, now: datetime) -> Steps[int]:
    rows = list(_unseen(now).filter(pk__in=ids).select_related("client"))
    try:
        gateway = accounts.gateway(name, business)
    except NotConnected as error:
        set_aside.put(accounts.USE, business, error, now=now)
        return 0
    answers = yield [Call(gateway, partial(gateway.saved_card, row.token)) for row in rows]
    for row, answer in zip(rows, answers, strict=True):
        if isinstance(answer, GatewayUnknown):
            later = now - EVERY + AGAIN_AFTER
            PaymentMethod.objects.filter(pk=row.pk).update(checked_at=later)
        else:
            apply_card(row, answer, now=now)
    return len(rows)


def read_card(name: str, handle: str, *, account: GatewayAccount | None, now: datetime) -> bool:
    """Look up the card that a webhook is about; return False if it is about none of ours.

    `handle` is the gateway's id of the card, which is the last part of our token of it. Raises
    GatewayUnknown and NotConnected.
    """
    row = find_card(name, handle, account=account)
    if row is None:
        return False
    apply_card(row, accounts.gateway(name, row.business_id).saved_card(row.token), now=now)
    return True


def find_card(name: str, handle: str, *, account: GatewayAccount | None) -> PaymentMethod | None:
    """Return the card in use that a webhook names, if it is one of ours."""
    cards = PaymentMethod.objects.filter(gateway=name, removed_at__isnull=True)
    if account:
        cards = cards.filter(business=account.business_id)
    named = cards.filter(Q(token=handle) | Q(token__endswith=f"/{handle}"))
    return named.select_related("client").first() if handle else None


def apply_card(row: PaymentMethod, fetched: SavedCard | None, *, now: datetime) -> None:
    """Store the card as it is at the gateway now; None if it was removed there.

    Then client and owner are told, and the client is asked for another one.
    """
    with transaction.atomic():
        Client.objects.select_for_update().get(pk=row.client_id)
        in_use = PaymentMethod.objects.filter(pk=row.pk, removed_at__isnull=True)
        if fetched:
            fields: dict[str, Any] = {"brand": fetched.brand[:20], "last4": fetched.last4}
            in_use.update(**fields, expires_on=fetched.expires_on, checked_at=now)
        elif in_use.update(removed_at=now, checked_at=now):
            _tell(row, now)


def _tell(row: PaymentMethod, now: datetime) -> None:
    by_card = Agreement.objects.filter(
        client=row.client_id, state__in=RUNNING_STATES, collect_by=CollectBy.CARD
    )
    charged = by_card.select_related("contact__business__owner", "client")
    if next_one := charged.order_by("opens_at", "pk").first():
        card_notices.card_removed(row, next_one, now=now)
