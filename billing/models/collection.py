"""Collection: an invoice's way to its money, the state machine of CHARGES.md; and the log of its moves."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.states import CollectionState
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
    """One per invoice. `handle` is the gateway's single-shot object, prepared for `amount` minor units.

    `fence` is the id of the latest claim: who finds another one there has lost the row. `plan` says what follows
    once it is cancelled at the gateway, and by whom (billing.void).
    """

    invoice = models.OneToOneField("billing.Invoice", models.PROTECT, related_name="collection")
    gateway = models.CharField(_("gateway"), max_length=20)
    prepare_key = models.UUIDField(default=uuid.uuid4, editable=False)
    handle = models.CharField(_("gateway object"), max_length=80, null=True, blank=True)  # noqa: DJ001 - unique where set
    state = models.CharField(_("state"), max_length=10, choices=COLLECTION_STATES, default=CollectionState.READY)
    next_at = models.DateTimeField(_("next try"), null=True, blank=True)
    amount = models.BigIntegerField(_("amount of the gateway object"), null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    fence = models.UUIDField(null=True, blank=True, editable=False)
    tries = models.PositiveSmallIntegerField(_("declines"), default=0)
    lookups = models.PositiveSmallIntegerField(_("look-ups"), default=0)
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
            models.Index(fields=["next_at"], name="collection_due", condition=~models.Q(state=CollectionState.DONE)),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id} {self.state}"

    @property
    def is_voiding(self) -> bool:
        """Whether the invoice is being cancelled: what is at the gateway is stopped first."""
        return self.state == CollectionState.VOIDING


class Transition(TenantRow):
    """One move of a collection or charge. Append-only (database trigger)."""

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
