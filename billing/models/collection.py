"""How an invoice is collected: the collection, the attempts to charge it, and the billing runs."""

import uuid
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.rules import derived_ids
from billing.rules.states import LIVE, ChargeState, CollectionState
from core.models import TenantRow

COLLECTION_STATES = [
    (CollectionState.READY.value, _("Scheduled")),
    (CollectionState.WAIT.value, _("Being confirmed")),
    (CollectionState.SENT.value, _("Sent, waiting for the transfer")),
    (CollectionState.DUNNING.value, _("Needs a new payment method")),
    (CollectionState.VOIDING.value, _("Being cancelled")),
    (CollectionState.DONE.value, _("Done")),
]


class Collection(TenantRow):
    """The state of collecting one invoice; there is one collection per invoice.

    `handle` is the gateway's payment object, for `amount` minor units: a prepared gateway's
    single-shot object, made under a key derived from `prepare_key`, or our own `prepare_key` at a
    direct gateway. That key is derived from what is billed (billing.rules.derived_ids).
    `missing_since` is the instant, by a direct gateway's clock, from which it is known to hold
    nothing under a handle that was sent. `lease_until` is how long the worker that claimed the row
    has, and `fence` is the id of the latest claim: a worker that finds another id there has lost
    the row. `tries` counts declines, `lookups` the questions to the gateway so far. `plan` says
    what follows once the collection is cancelled at the gateway, and who asked for it
    (billing.charging.cancel_invoice). Instants are UTC.
    """

    invoice = models.OneToOneField("billing.Invoice", models.PROTECT, related_name="collection")
    gateway = models.CharField(_("gateway"), max_length=20)
    prepare_key = models.UUIDField(default=uuid.uuid4, editable=False)
    handle = models.CharField(_("gateway object"), max_length=80, null=True, blank=True)  # noqa: DJ001 - unique where set
    state = models.CharField(
        _("state"), max_length=10, choices=COLLECTION_STATES, default=CollectionState.READY
    )
    next_at = models.DateTimeField(_("next try"), null=True, blank=True)
    amount = models.BigIntegerField(_("amount of the gateway object"), null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    fence = models.UUIDField(null=True, blank=True, editable=False)
    tries = models.PositiveSmallIntegerField(_("declines"), default=0)
    lookups = models.PositiveSmallIntegerField(_("look-ups"), default=0)
    missing_since = models.DateTimeField(null=True, blank=True, editable=False)
    reason = models.CharField(_("reason"), max_length=60, blank=True)
    action_url = models.URLField(_("where the client confirms"), max_length=500, blank=True)
    warned_at = models.DateTimeField(_("unknown for a day, told"), null=True, blank=True)
    plan = models.JSONField(_("once cancelled"), default=dict, blank=True)

    class Meta:
        verbose_name = _("collection")
        verbose_name_plural = _("collections")
        constraints = [
            models.UniqueConstraint(fields=["gateway", "handle"], name="handle_once"),
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                name="collection_due",
                condition=~models.Q(state=CollectionState.DONE),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id} {self.state}"

    @property
    def is_voiding(self) -> bool:
        """Whether the invoice is being cancelled; its gateway object is cancelled first."""
        return self.state == CollectionState.VOIDING

    def no_handle(self) -> dict[str, Any]:
        """Return the columns to set if the next attempt needs another handle.

        Use it only if no money can be taken under the old handle any more (docs/charging.md), and
        on a row whose `prepare_key` is the present one.
        """
        return {
            "handle": None,
            "amount": None,
            "prepare_key": derived_ids.next_key(self.prepare_key),
            "missing_since": None,
            "action_url": "",
        }

    def own_handle(self) -> dict[str, Any]:
        """Return the columns to set if a direct gateway is asked for what is under our own key."""
        return {"handle": str(self.prepare_key), "amount": self.invoice.total}


class Transition(TenantRow):
    """One change of state of a collection or a charge. Append-only (database trigger).

    `what` is "collection" or "charge" with the number of the attempt.
    """

    collection = models.ForeignKey(Collection, models.PROTECT, related_name="transitions")
    what = models.CharField(_("what"), max_length=20)
    old = models.CharField(_("from"), max_length=20, blank=True)
    new = models.CharField(_("to"), max_length=20)
    why = models.CharField(_("why"), max_length=120, blank=True)
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("transition")
        verbose_name_plural = _("transitions")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.what}: {self.old} → {self.new}"


CHARGE_STATES = [
    (ChargeState.SENT.value, _("Being confirmed")),
    (ChargeState.UNKNOWN.value, _("Being confirmed")),
    (ChargeState.PROCESSING.value, _("On its way")),
    (ChargeState.REQUIRES_ACTION.value, _("Needs the client")),
    (ChargeState.SUCCEEDED.value, _("Paid")),
    (ChargeState.FAILED.value, _("Declined")),
    (ChargeState.VOID.value, _("Never sent")),
    (ChargeState.RETURNED.value, _("Returned by the bank")),
]


class Charge(TenantRow):
    """One attempt to collect an invoice. `amount` is minor units, tax included.

    Its id, derived from the collection's `prepare_key`, `n` and the card, is the idempotency key at
    a prepared gateway. `handle` is the gateway object that the attempt executes. `n` counts the
    attempts of the invoice.
    """

    collection = models.ForeignKey("billing.Collection", models.PROTECT, related_name="charges")
    invoice = models.ForeignKey("billing.Invoice", models.PROTECT, related_name="charges")
    n = models.PositiveSmallIntegerField(_("attempt"))
    state = models.CharField(
        _("state"), max_length=20, choices=CHARGE_STATES, default=ChargeState.SENT
    )
    method = models.ForeignKey("billing.PaymentMethod", models.PROTECT, related_name="charges")
    handle = models.CharField(_("gateway object"), max_length=80, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(_("amount"))
    code = models.CharField(_("decline code"), max_length=60, blank=True)
    sent_at = models.DateTimeField(_("sent"))
    finished_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        verbose_name = _("charge")
        verbose_name_plural = _("charges")
        ordering = ["-sent_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "n"], name="charge_attempt_once"),
            models.UniqueConstraint(
                fields=["invoice"],
                condition=models.Q(state__in=[state.value for state in LIVE]),
                name="one_live_charge",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id} · {self.n}"

    @property
    def is_succeeded(self) -> bool:
        """Whether the money was taken."""
        return self.state == ChargeState.SUCCEEDED

    @property
    def is_failed(self) -> bool:
        """Whether the bank declined it."""
        return self.state == ChargeState.FAILED


class BillingRun(models.Model):
    """One run of the billing job or of the daily audit.

    `door` says what started the run: "job", "command" or "audit". `result` holds the counts of a
    billing run, or the contradictions an audit found. `refused_because` is why the run did nothing.
    """

    door = models.CharField(_("started by"), max_length=20)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    to_charge = models.PositiveIntegerField(_("to charge"), default=0)
    charged = models.PositiveIntegerField(_("asked of the gateway"), default=0)
    result = models.JSONField(_("result"), default=dict)
    refused_because = models.CharField(_("refused"), max_length=300, blank=True)
    allowed_at = models.DateTimeField(_("allowed by a person"), null=True, blank=True)

    class Meta:
        verbose_name = _("billing run")
        verbose_name_plural = _("billing runs")
        ordering = ["-started_at", "-id"]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"
