"""Wait: somebody who wants a tier for which there is no room now (rule 36)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow


class Wait(TenantRow):
    """One place on the waitlist of a proposal's client; `told_at` is when they heard that there is room."""

    proposal = models.OneToOneField("agreements.Proposal", models.PROTECT, related_name="wait")
    tier = models.ForeignKey("agreements.Tier", models.PROTECT, related_name="+")
    contact = models.ForeignKey("clients.Contact", models.PROTECT, related_name="+")
    told_at = models.DateTimeField(_("told that there is room"), null=True, blank=True)

    class Meta:
        verbose_name = _("wait")
        verbose_name_plural = _("waitlist")
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return f"{self.contact} · {self.tier}"
