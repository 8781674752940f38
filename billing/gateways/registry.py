"""Which gateway charges a business's cards, and how each is made from its account."""

from collections.abc import Callable, Iterable
from uuid import UUID

from django.conf import settings

from billing.gateways.base import Gateway
from billing.gateways.pace import paced
from billing.models import GatewayAccount
from billing.rules.errors import NotConnected
from core.database.vault import unseal

SANDBOX, STRIPE = "sandbox", "stripe"


def names(businesses: Iterable[UUID]) -> dict[UUID, str]:
    """The gateway that charges each business's cards: its own account, or else the installation's."""
    own = GatewayAccount.objects.filter(business__in=list(businesses)).values_list(
        "business", "gateway"
    )
    found = dict.fromkeys(businesses, str(settings.GATEWAY))
    return found | dict(own)


def name_of(business: UUID) -> str:
    """The gateway that charges this business's cards."""
    return names([business])[business]


def gateway(name: str, business: UUID) -> Gateway:
    """The gateway of that name, with the business's own account, kept to its limit. Raises NotConnected."""
    return paced(BUILD[name](business), business)


def _sandbox(business: UUID) -> Gateway:
    from billing.gateways.sandbox.gateway import Sandbox

    return Sandbox()


def _stripe(business: UUID) -> Gateway:
    account = GatewayAccount.objects.filter(business=business, gateway=STRIPE).first()
    if account is None:
        raise NotConnected("There is no Stripe account.")
    return connect(account)


def connect(account: GatewayAccount) -> Gateway:
    """The gateway of an account, or NotConnected where real money meets an installation that does not charge it."""
    from billing.gateways.stripe.gateway import Stripe

    if account.is_live != (settings.CHARGING == "real"):
        raise NotConnected(
            "A live key needs CHARGING=real, and a test key must not stand there (rule 24)."
        )
    return Stripe(secret=unseal(account.secret), webhook_secret=unseal(account.webhook_secret))


#: Who makes a gateway, by its name.
BUILD: dict[str, Callable[[UUID], Gateway]] = {SANDBOX: _sandbox, STRIPE: _stripe}
