"""What is added to a running agreement for a time, beside what was signed."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow


class GivenValueAdd(TenantRow):
    """A value-add that the business gives to a running agreement, by a notice to the client.

    It applies from `starts_on` to `ends_on`, both inclusive. `minutes` are what it costs the
    freelancer in a period, and `reason` is why; neither is shown to the client (rule 37). Only
    `taken_back_at` ever changes.
    """

    agreement = models.ForeignKey("agreements.Agreement", models.PROTECT, related_name="given")
    title = models.CharField(_("added"), max_length=160)
    minutes = models.PositiveIntegerField(_("costs you a period, in minutes"), default=0)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("last day"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    taken_back_at = models.DateTimeField(_("taken back"), null=True, blank=True)

    class Meta:
        verbose_name = _("value-add given")
        verbose_name_plural = _("value-adds given")
        ordering = ["ends_on", "created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="given_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.title
