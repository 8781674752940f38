"""Tier: one rung of a proposal's ladder; it contains everything in the rungs below (rule 33)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow


class Tier(TenantRow):
    """`adds` lists what this rung adds to the one below; `amount` is minor units per interval, before tax.

    From the moment its proposal is sent the database refuses every change (`is_frozen`).
    """

    proposal = models.ForeignKey("agreements.Proposal", models.CASCADE, related_name="tiers")
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("name"), max_length=60)
    tagline = models.CharField(_("in one line"), max_length=120, blank=True)
    amount = models.PositiveBigIntegerField(_("fee"))
    minutes = models.PositiveIntegerField(_("included minutes"), default=0)
    response_hours = models.PositiveSmallIntegerField(_("answers within hours"), default=24)
    adds = models.JSONField(_("what it adds"), default=list)
    deliverables = models.JSONField(_("deliverables"), default=list, blank=True)
    is_recommended = models.BooleanField(_("recommended"), default=False)
    is_frozen = models.BooleanField(_("was sent"), default=False, editable=False)

    class Meta:
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "position"], name="tier_position_once"),
            models.UniqueConstraint(
                fields=["proposal"], condition=models.Q(is_recommended=True), name="one_recommended_tier"
            ),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="tier_costs_something"),
        ]

    def __str__(self) -> str:
        return self.name
