"""GatewayEvent: a webhook as it came in, once per event id (rule 22)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class GatewayEvent(models.Model):
    """The body is kept and never believed: a worker asks the gateway for the object's present state."""

    gateway = models.CharField(_("gateway"), max_length=20)
    event_id = models.CharField(_("event"), max_length=80)
    handle = models.CharField(_("gateway object"), max_length=80)
    body = models.BinaryField(_("body"))
    received_at = models.DateTimeField(_("received"))
    done_at = models.DateTimeField(_("applied"), null=True, blank=True)

    class Meta:
        verbose_name = _("gateway event")
        verbose_name_plural = _("gateway events")
        constraints = [models.UniqueConstraint(fields=["gateway", "event_id"], name="event_once")]

    def __str__(self) -> str:
        return self.event_id
