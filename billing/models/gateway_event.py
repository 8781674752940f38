"""GatewayEvent: a webhook as it came in, once per event id (rule 22)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class GatewayEvent(models.Model):
    """The body is kept and never believed: a worker asks the gateway for the object's present state."""

    gateway = models.CharField(_("gateway"), max_length=20)
    account = models.ForeignKey("billing.GatewayAccount", models.PROTECT, null=True, blank=True, related_name="+")
    event_id = models.CharField(_("event"), max_length=80)
    handle = models.CharField(_("gateway object"), max_length=80)
    body = models.BinaryField(_("body"))
    received_at = models.DateTimeField(_("received"))
    done_at = models.DateTimeField(_("applied"), null=True, blank=True)

    class Meta:
        verbose_name = _("gateway event")
        verbose_name_plural = _("gateway events")
        constraints = [
            models.UniqueConstraint(fields=["account", "event_id"], name="event_once"),
            models.UniqueConstraint(
                fields=["gateway", "event_id"], condition=models.Q(account__isnull=True), name="house_event_once"
            ),
        ]
        indexes = [models.Index(fields=["id"], name="event_to_apply", condition=models.Q(done_at__isnull=True))]

    def __str__(self) -> str:
        return self.event_id
