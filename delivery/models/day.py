"""Notes about a day of work, and the time that is planned for it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow


class DayNote(TenantRow):
    """A line about a day of work, for the freelancer alone."""

    on = models.DateField(_("day"))
    text = models.CharField(_("note of the day"), max_length=300)

    class Meta:
        verbose_name = _("note of a day")
        verbose_name_plural = _("notes of days")
        ordering = ["-on", "-id"]
        constraints = [models.UniqueConstraint(fields=["business", "on"], name="day_note_once")]

    def __str__(self) -> str:
        return self.text


class PlannedTime(TenantRow):
    """Time that the freelancer means to work for an agreement on a day, in minutes."""

    agreement = models.ForeignKey(
        "agreements.Agreement", models.PROTECT, related_name="planned_time"
    )
    on = models.DateField(_("day"))
    minutes = models.PositiveIntegerField(_("planned"))

    class Meta:
        verbose_name = _("planned time")
        verbose_name_plural = _("planned time")
        ordering = ["on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "on"], name="planned_time_once"),
            models.CheckConstraint(
                condition=models.Q(minutes__gt=0, minutes__lte=24 * 60),
                name="planned_time_fits_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.minutes}"
