"""Dispute: a payment that the cardholder contests; the invoice stays paid and carries a flag (CHARGES.md)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.states import DisputeState
from core.models import TenantRow

DISPUTE_STATES = [
    (DisputeState.OPEN.value, _("Contested")),
    (DisputeState.WON.value, _("Won")),
    (DisputeState.LOST.value, _("Lost")),
]


class Dispute(TenantRow):
    """`handle` is the gateway's object; `answer_by` the last instant for evidence."""

    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="disputes")
    payment = models.ForeignKey("billing.Payment", models.PROTECT, related_name="disputes")
    gateway = models.CharField(_("gateway"), max_length=20)
    handle = models.CharField(_("gateway object"), max_length=80)
    state = models.CharField(_("state"), max_length=10, choices=DISPUTE_STATES, default=DisputeState.OPEN)
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(_("amount"))
    reason = models.CharField(_("reason"), max_length=60, blank=True)
    answer_by = models.DateTimeField(_("answer by"), null=True, blank=True)
    closed_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["gateway", "handle"], name="dispute_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="dispute_is_money"),
        ]

    def __str__(self) -> str:
        return self.handle

    @property
    def is_open(self) -> bool:
        """Whether the bank has not decided yet."""
        return self.state == DisputeState.OPEN

    @property
    def is_won(self) -> bool:
        """Whether the bank decided for the freelancer."""
        return self.state == DisputeState.WON
