"""A business's account at a gateway, the webhooks it received, and the clients' saved cards."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.rules.method_kinds import SCHEMES, MethodKind, is_debit
from core.database.ids import new_id
from core.models import TenantRow

METHOD_KINDS = [
    (MethodKind.CARD.value, _("card")),
    *((kind.value, scheme.label) for kind, scheme in SCHEMES.items()),
]


class GatewayAccount(TenantRow):
    """A business's account at a payment gateway; one per business and gateway.

    `secret` (the API key) and `webhook_secret` are encrypted with core.database.vault. `hint` is
    the part of the key that may be shown. `account_id` is the gateway's own id of the account, ""
    if the key may not read it. `debits` are the direct debits (MethodKind) that the account can
    take, as the gateway said last. `exchanged_at` is when this account took the place of another
    one: payments and cards made until then are at that one (billing.gateways.exchange).
    """

    gateway = models.CharField(_("gateway"), max_length=20)
    secret = models.BinaryField(editable=False)
    webhook_secret = models.BinaryField(editable=False, blank=True, default=b"")
    hint = models.CharField(_("key"), max_length=20)
    account_id = models.CharField(_("account"), max_length=80, blank=True, default="")
    is_live = models.BooleanField(_("real money"), default=False)
    debits = models.JSONField(_("direct debits"), default=list, blank=True)
    connected_at = models.DateTimeField(_("connected"))
    exchanged_at = models.DateTimeField(_("exchanged"), null=True, blank=True)

    class Meta:
        verbose_name = _("gateway account")
        verbose_name_plural = _("gateway accounts")
        constraints = [
            models.UniqueConstraint(fields=["business", "gateway"], name="gateway_account_once")
        ]

    def __str__(self) -> str:
        return f"{self.gateway} {self.hint}"


class GatewayEvent(models.Model):
    """One webhook as it was received. `account` is empty for the sandbox.

    The body is stored but never trusted: a worker asks the gateway for the object's present state.
    `about` (billing.gateways.base.About) decides what it asks for. `next_at` is when it may be
    asked: null at once, later while a worker has claimed the event or after the gateway gave no
    answer.
    """

    gateway = models.CharField(_("gateway"), max_length=20)
    account = models.ForeignKey(
        "billing.GatewayAccount", models.PROTECT, null=True, blank=True, related_name="+"
    )
    event_id = models.CharField(_("event"), max_length=80)
    handle = models.CharField(_("gateway object"), max_length=80)
    about = models.CharField(_("about"), max_length=10, blank=True, default="")
    body = models.BinaryField(_("body"))
    received_at = models.DateTimeField(_("received"))
    done_at = models.DateTimeField(_("applied"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_at = models.DateTimeField(_("next try"), null=True, blank=True)

    class Meta:
        verbose_name = _("gateway event")
        verbose_name_plural = _("gateway events")
        constraints = [
            models.UniqueConstraint(fields=["account", "event_id"], name="event_once"),
            models.UniqueConstraint(
                fields=["gateway", "event_id"],
                condition=models.Q(account__isnull=True),
                name="house_event_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"], name="event_to_apply", condition=models.Q(done_at__isnull=True)
            ),
            models.Index(fields=["done_at"], name="event_applied"),
        ]

    def __str__(self) -> str:
        return self.event_id


class FoundObject(models.Model):
    """A payment object that these books did not know when the database had gone back (rule 46).

    `reference` says what it is for (billing.models.Invoice.reference). `amount` is in minor units,
    `outcome` as the gateway said when the object was found. A collection that is made for the same
    reference takes the object over; then `taken_at` is set. `closed_at` is when a person dealt with
    one that is for nothing these books know.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    business = models.ForeignKey(
        "core.Business", models.PROTECT, null=True, blank=True, related_name="+"
    )
    gateway = models.CharField(_("gateway"), max_length=20)
    handle = models.CharField(_("gateway object"), max_length=80)
    reference = models.CharField(_("for"), max_length=80, db_index=True)
    amount = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    outcome = models.CharField(_("outcome"), max_length=20)
    made_at = models.DateTimeField(_("made at the gateway"), null=True, blank=True)
    found_at = models.DateTimeField(_("found"))
    taken_at = models.DateTimeField(_("taken over"), null=True, blank=True)
    closed_at = models.DateTimeField(_("dealt with"), null=True, blank=True)
    closed_by = models.CharField(_("dealt with by"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("payment found at the gateway")
        verbose_name_plural = _("payments found at the gateway")
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["gateway", "handle"], name="found_object_once")
        ]

    def __str__(self) -> str:
        return self.handle


class PaymentMethod(TenantRow):
    """A card, or a bank account to debit, that a client saved at a gateway.

    `token` is the gateway's id of it. A client has at most one in use; one that was removed has
    `removed_at`. `checked_at` is when it was last looked up at the gateway. Of a direct debit,
    `brand` names the scheme, `last4` are the last digits of the account, and it never expires.
    """

    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="payment_methods")
    gateway = models.CharField(_("gateway"), max_length=20)
    token = models.CharField(max_length=80)
    kind = models.CharField(
        _("kind"), max_length=20, choices=METHOD_KINDS, default=MethodKind.CARD.value
    )
    brand = models.CharField(_("card"), max_length=20)
    last4 = models.CharField(_("last four digits"), max_length=4)
    expires_on = models.DateField(_("valid until"), null=True, blank=True)
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)
    checked_at = models.DateTimeField(_("last looked up"), null=True, blank=True)

    class Meta:
        verbose_name = _("payment method")
        verbose_name_plural = _("payment methods")
        constraints = [
            models.UniqueConstraint(fields=["gateway", "token"], name="method_once"),
            models.UniqueConstraint(
                fields=["client"],
                condition=models.Q(removed_at__isnull=True),
                name="one_method_in_use",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand} ···· {self.last4}"

    @property
    def icon(self) -> str:
        """The icon beside it."""
        return "cash" if self.is_debit else "credit-card"

    @property
    def is_debit(self) -> bool:
        """Whether it is a bank account that is debited, and not a card."""
        return is_debit(self.kind)
