"""Connects a business's Stripe account: the key is tried before it is stored."""

from datetime import datetime

from django.utils.translation import gettext as _

from billing.gateways import accounts
from billing.gateways.base import GatewayUnknown
from billing.gateways.stripe.gateway import Stripe
from billing.models import GatewayAccount
from billing.rules.errors import NotConnected
from core.errors import RuleError
from core.models import Business
from core.safety import log


def connect(
    *,
    business: Business,
    secret: str,
    webhook_secret: str,
    confirmed: bool = False,
    by: log.By = log.INSTALLATION,
    now: datetime,
) -> GatewayAccount:
    """Store a secret key that Stripe accepts. Raises RuleError, also while another account is busy.

    A restricted key that may not read the account is told from another account's by what it knows.
    """
    is_live = "_live_" in secret
    if not secret.startswith(("sk_", "rk_")):
        raise RuleError(_("A secret key starts with sk_ or rk_."), field="secret")
    accounts.refuse_live_key(is_live)
    try:
        stripe = Stripe(secret=secret, webhook_secret=webhook_secret)
        stripe.clock()
        debits = stripe.debits()
        return accounts.keep(
            business=business,
            gateway=Stripe.name,
            secret=secret,
            webhook_secret=webhook_secret,
            hint=f"{secret[:8]}…{secret[-4:]}",
            is_live=is_live,
            debits=debits,
            account_id=stripe.account_id,
            knows=stripe.knows,
            confirmed=confirmed,
            by=by,
            now=now,
        )
    except NotConnected:
        raise RuleError(_("Stripe does not accept this key."), field="secret") from None
    except GatewayUnknown:
        raise RuleError(
            _("Stripe did not answer. Try again in a moment."), field="secret"
        ) from None
