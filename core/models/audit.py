"""AuditEvent: one event of a hash-chained audit trail."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models.business import TenantRow


class AuditEvent(TenantRow):
    """What happened to a subject, when (`at`, UTC) and by whom. Append-only (database trigger).

    `chain_id` is the id of the subject and `n` the event's number in that chain, from 1. `hash` is
    the SHA-256 of the row's contents and of `previous`, the hash of the event before it.
    """

    chain_id = models.UUIDField(_("about"))
    n = models.PositiveIntegerField(_("number"))
    event = models.CharField(_("event"), max_length=40)
    actor = models.CharField(_("actor"), max_length=250)
    at = models.DateTimeField(_("time"))
    ip = models.GenericIPAddressField(_("IP address"), null=True, blank=True)
    user_agent = models.CharField(_("user agent"), max_length=300, blank=True)
    data = models.JSONField(_("details"), default=dict, blank=True)
    previous = models.CharField(_("previous hash"), max_length=64, blank=True)
    hash = models.CharField(_("hash"), max_length=64)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        ordering = ["chain_id", "n"]
        constraints = [models.UniqueConstraint(fields=["chain_id", "n"], name="audit_chain_order")]

    def __str__(self) -> str:
        return f"{self.event} · {self.actor}"
