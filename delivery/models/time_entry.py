"""TimeEntry: minutes of work on one day of a client's period."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow

A_DAY = 24 * 60


class TimeEntry(TenantRow):
    """`minutes` is a positive integer, at most one day; it consumes the period's allowance (rule 25)."""

    period = models.ForeignKey("agreements.Period", models.PROTECT, related_name="time_entries")
    on = models.DateField(_("day"))
    minutes = models.PositiveIntegerField(_("time"))
    note = models.CharField(_("what was done"), max_length=300)

    class Meta:
        verbose_name = _("time entry")
        verbose_name_plural = _("time entries")
        ordering = ["-on", "-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(minutes__gt=0, minutes__lte=A_DAY), name="time_entry_fits_a_day"
            )
        ]
        indexes = [models.Index(fields=["business", "-on", "-id"], name="time_entry_newest")]

    def __str__(self) -> str:
        return self.note
