"""Question: what a client asks about a proposal before picking, and the answer."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow


class Question(TenantRow):
    """Asked in the portal by one of the client's people; answered once, by mail and on the same page."""

    proposal = models.ForeignKey("agreements.Proposal", models.PROTECT, related_name="questions")
    contact = models.ForeignKey("clients.Contact", models.PROTECT, related_name="+")
    text = models.TextField(_("question"), max_length=1000)
    answer = models.TextField(_("answer"), max_length=2000, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.text[:60]
