"""Connects a business to its own account at a gateway; the key is tried before it is kept, and kept encrypted."""

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from billing.gateways.base import GatewayUnknown
from billing.gateways.registry import STRIPE
from billing.gateways.stripe.gateway import Stripe
from billing.models import GatewayAccount
from billing.rules.errors import NotConnected
from core.database import vault
from core.errors import RuleError
from core.models import Business


def of(business: Business) -> GatewayAccount | None:
    """The account that charges this business's cards, if it has one of its own."""
    return GatewayAccount.objects.filter(business=business).first()


def connect_stripe(
    *, business: Business, secret: str, webhook_secret: str, now: datetime
) -> GatewayAccount:
    """Keep a key that Stripe accepts. Raises RuleError."""
    is_live = "_live_" in secret
    if not secret.startswith(("sk_", "rk_")):
        raise RuleError(_("A secret key starts with sk_ or rk_."), field="secret")
    if is_live and settings.CHARGING != "real":
        words = _("This installation does not charge real money (CHARGING). Use a test key.")
        raise RuleError(words, field="secret")
    try:
        Stripe(secret=secret, webhook_secret=webhook_secret).clock()
    except NotConnected:
        raise RuleError(_("Stripe does not accept this key."), field="secret") from None
    except GatewayUnknown:
        raise RuleError(
            _("Stripe did not answer. Try again in a moment."), field="secret"
        ) from None
    fields = {
        "secret": vault.seal(secret),
        "webhook_secret": vault.seal(webhook_secret),
        "hint": f"{secret[:8]}…{secret[-4:]}",
        "is_live": is_live,
        "connected_at": now,
    }
    return GatewayAccount.objects.update_or_create(
        business=business, gateway=STRIPE, defaults=fields
    )[0]
