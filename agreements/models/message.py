"""Message: opening words that are kept for the next proposal."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow


class Message(TenantRow):
    """`text` may hold the merge fields of agreements.proposals.opening_message; they are filled when a proposal is sent."""

    name = models.CharField(_("name"), max_length=60)
    text = models.TextField(_("opening words"), max_length=3000)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["business", "name"], name="message_name_once")]

    def __str__(self) -> str:
        return self.name
