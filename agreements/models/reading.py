"""SectionReading: for how long a part of a proposal was in front of one of the client's people."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow

MOST_A_DAY = 3600  # seconds of one part, on one day, of one person


class SectionReading(TenantRow):
    """The seconds for which a person had a part of a proposal in sight on a day.

    `section` names a part, or is the id of a tier (agreements.proposals.reading_time). `on` is
    the day in the business's time zone. It goes with its proposal and with its person.
    """

    proposal = models.ForeignKey("agreements.Proposal", models.CASCADE, related_name="readings")
    contact = models.ForeignKey("clients.Contact", models.CASCADE, related_name="+")
    on = models.DateField(_("day"))
    section = models.CharField(_("part"), max_length=40)
    seconds = models.PositiveIntegerField(_("seconds"))

    class Meta:
        verbose_name = _("reading time of a part")
        verbose_name_plural = _("reading times of parts")
        ordering = ["-on", "-seconds", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "contact", "on", "section"], name="section_reading_once_a_day"
            ),
            models.CheckConstraint(
                condition=models.Q(seconds__gte=1, seconds__lte=MOST_A_DAY),
                name="section_reading_capped",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.section}: {self.seconds} s"
