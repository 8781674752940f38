"""Deliverable: one thing promised for a period, and whether the client has it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow


class Deliverable(TenantRow):
    """`promised` and `done` are counts (12 posts); the rows of a period are made from the agreement's tier."""

    period = models.ForeignKey("agreements.Period", models.PROTECT, related_name="deliverables")
    position = models.PositiveSmallIntegerField(_("position"))
    title = models.CharField(_("what"), max_length=160)
    promised = models.PositiveIntegerField(_("promised"), default=1)
    done = models.PositiveIntegerField(_("done"), default=0)

    class Meta:
        verbose_name = _("deliverable")
        verbose_name_plural = _("deliverables")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["period", "position"], name="deliverable_position_once")]

    def __str__(self) -> str:
        return self.title
