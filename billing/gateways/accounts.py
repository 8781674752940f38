"""Which gateway and account charge a business's cards, and how accounts are stored and used."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.gateways import exchange, registry
from billing.gateways.base import Gateway
from billing.gateways.pace import paced
from billing.models import GatewayAccount
from billing.rules.errors import NotConnected
from billing.rules.method_kinds import MethodKind
from clients.models import Client
from core.database import vault
from core.errors import RuleError
from core.jobs.set_aside import Step
from core.models import Business
from core.safety import log

#: What identifies an account: the gateway's name, and the business, or None if all share it.
Account = tuple[str, UUID | None]
#: A business's account at a gateway that cannot be used at present; the row is the business.
USE = Step(
    "use_gateway_account",
    "billing.tasks.bill",
    gettext_lazy("Use the account at the payment gateway"),
    Business,
    business="pk",
    title="name",
    page=("paying", "pk"),
    patience=2,  # a gateway that was silent for a moment is no news
)


def names(businesses: Iterable[UUID]) -> dict[UUID, str]:
    """Return the name of the gateway that charges each business's cards, by business id.

    It is the gateway of the account that the business connected last, or the installation's gateway
    if it has connected none.
    """
    own = GatewayAccount.objects.filter(business__in=list(businesses))
    in_order = own.order_by("connected_at", "pk").values_list("business", "gateway")
    return dict.fromkeys(businesses, str(settings.GATEWAY)) | dict(in_order)


def name_of(business: UUID) -> str:
    """Return the name of the gateway that charges this business's cards."""
    return names([business])[business]


def save_test_card(*, client: Client, behaviour: str, expires_on: date) -> str:
    """Save a test card as the client would on a sandbox's page; return the session.

    Raises NotConnected if the business's gateway is not a sandbox.
    """
    kind = registry.kinds()[name_of(client.business_id)]
    if kind.save_test_card is None:
        raise NotConnected(f"{kind.label} has no test cards.")
    return kind.save_test_card(customer=str(client.pk), behaviour=behaviour, expires_on=expires_on)


def of(business: Business) -> dict[str, GatewayAccount]:
    """Return the accounts that a business has connected, by the name of the gateway."""
    return {row.gateway: row for row in GatewayAccount.objects.filter(business=business)}


def debits_of(business: Business) -> list[MethodKind]:
    """Return the direct debits that the business's account can take, as far as we know."""
    name = name_of(business.pk)
    kind = registry.kinds().get(name)
    if kind and kind.is_shared:
        return list(kind.debits)
    account = GatewayAccount.objects.filter(business=business, gateway=name).first()
    return [MethodKind(debit) for debit in account.debits] if account else []


def look_up_debits(gateway: Gateway, business: UUID) -> None:
    """Store which direct debits an account can take now, and its id if it was not known yet.

    Raises GatewayUnknown and NotConnected.
    """
    account = GatewayAccount.objects.filter(business=business, gateway=gateway.name)
    account.update(debits=gateway.debits())
    if account_id := getattr(gateway, "account_id", ""):
        account.filter(account_id="").update(account_id=account_id)


def account_of(name: str, business: UUID) -> Account:
    """Return the account at which a business's collections of this gateway are."""
    kind = registry.kinds().get(name)
    return name, None if kind and kind.is_shared else business


def gateway(name: str, business: UUID) -> Gateway:
    """Return the gateway with the business's account, limited to its rate. Raises NotConnected."""
    kind = registry.kinds().get(name)
    if kind is None:
        raise NotConnected(f"There is no gateway {name!r}.")
    if kind.is_shared:
        if kind.is_pretended and settings.CHARGING == "real":
            raise NotConnected("A sandbox does not charge while CHARGING=real.")
        return paced(kind.build(None), None)
    account = GatewayAccount.objects.filter(business=business, gateway=name).first()
    if account is None:
        raise NotConnected(f"There is no {kind.label} account.")
    return connect(account)


def connect(account: GatewayAccount) -> Gateway:
    """Return the gateway of an account. Raises NotConnected.

    That includes a live account while CHARGING is not real, and a test account while it is (rule
    24).
    """
    kind = registry.kinds().get(account.gateway)
    if kind is None or kind.is_shared:
        raise NotConnected(f"There is no gateway {account.gateway!r} with accounts.")
    if account.is_live != (settings.CHARGING == "real"):
        raise NotConnected(
            "A live key needs CHARGING=real, and a test key must not be used with it (rule 24)."
        )
    try:
        built = kind.build(account)
    except vault.Sealed:
        raise NotConnected(
            _("The key of the %(gateway)s account cannot be read: enter it again.")
            % {"gateway": kind.label}
        ) from None
    return paced(built, account.business_id)


def keep(
    *,
    business: Business,
    gateway: str,
    secret: str,
    webhook_secret: str,
    hint: str,
    is_live: bool,
    now: datetime,
    debits: Iterable[MethodKind] = (),
    account_id: str = "",
    knows: Callable[[str], bool] | None = None,
    confirmed: bool = False,
    by: log.By = log.INSTALLATION,
) -> GatewayAccount:
    """Store an account whose key was tried. Secrets are encrypted; `hint` may be shown.

    The key may be another account's than the one that is connected; then that one is exchanged
    (billing.gateways.exchange), and what was prepared and saved there is let go. `account_id` is
    the gateway's id of the account, "" if it does not say; then `knows` tells whether the key knows
    a handle or a token of ours. Raises UnderWay, OtherAccount unless a person has `confirmed` that
    clients lose their cards, and GatewayUnknown and NotConnected if `knows` does. The security log
    says that `by` did it.
    """
    fields = {
        "secret": vault.seal(secret),
        "webhook_secret": vault.seal(webhook_secret),
        "hint": hint,
        "is_live": is_live,
        "debits": list(debits),
        "connected_at": now,
    }
    mine = GatewayAccount.objects.filter(business=business, gateway=gateway)
    is_known = _is_known(mine.first(), account_id, knows)
    with transaction.atomic():
        row = mine.select_for_update(no_key=True).first()
        is_other = row is not None and exchange.is_other(
            row, account_id=account_id, is_live=is_live, is_known=is_known
        )
        if row and is_other:
            fields["exchanged_at"] = exchange.let_go(row, confirmed=confirmed, now=now)
        if account_id or is_other:
            fields["account_id"] = account_id
        _log(business, row, gateway, hint, by, now)
        return GatewayAccount.objects.update_or_create(
            business=business, gateway=gateway, defaults=fields
        )[0]


def _log(
    business: Business,
    row: GatewayAccount | None,
    gateway: str,
    hint: str,
    by: log.By,
    now: datetime,
) -> None:
    """Write that an account was connected, or its key replaced."""
    log.write(
        what="gateway_changed" if row else "gateway_connected",
        person=business.owner,
        business=business,
        by=by,
        facts={"gateway": registry.kinds()[gateway].label, "hint": hint},
        now=now,
    )


def _is_known(
    row: GatewayAccount | None, account_id: str, knows: Callable[[str], bool] | None
) -> bool | None:
    """Ask whether a key knows what is ours, where the ids of both accounts do not tell."""
    if row is None or knows is None or (row.account_id and account_id):
        return None
    return exchange.knows_ours(row, knows)


def refuse_live_key(is_live: bool) -> None:
    """Raise RuleError for a live key if this installation does not charge real money."""
    if is_live and settings.CHARGING != "real":
        message = _("This installation does not charge real money (CHARGING). Use a test key.")
        raise RuleError(message, field="secret")
