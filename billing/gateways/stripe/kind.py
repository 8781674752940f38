"""Stripe's entry in the registry; its client is imported only when an account is used."""

from typing import TYPE_CHECKING, Any

from billing.gateways.base import ConnectCard, GatewayKind
from billing.gateways.stripe.declines import is_hard
from billing.gateways.stripe.minimums import smallest
from core.database.vault import unseal

if TYPE_CHECKING:
    from datetime import datetime

    from billing.gateways.stripe.forms import ConnectForm
    from billing.gateways.stripe.gateway import Stripe
    from billing.models import GatewayAccount
    from core.models import Business


def _build(account: "GatewayAccount | None") -> "Stripe":
    from billing.gateways.stripe.gateway import Stripe

    assert account is not None, "Stripe has an account for each business."
    return Stripe(secret=unseal(account.secret), webhook_secret=unseal(account.webhook_secret))


def _form() -> "type[ConnectForm]":
    from billing.gateways.stripe.forms import ConnectForm

    return ConnectForm


def _connect(*, business: "Business", now: "datetime", **entered: Any) -> "GatewayAccount":
    from billing.gateways.stripe.connect import connect

    return connect(business=business, now=now, **entered)


KIND = GatewayKind(
    name="stripe",
    label="Stripe",
    build=_build,
    is_hard=is_hard,
    smallest=smallest,
    card=ConnectCard(form=_form, connect=_connect, template="stripe/connect.html"),
)
