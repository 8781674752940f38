"""Pause: days of an agreement on which no period that is billed begins."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow


class PauseQuerySet(models.QuerySet["Pause"]):
    """What is asked about pauses."""

    def by_agreement(self, agreements: Iterable[UUID]) -> dict[UUID, list["Pause"]]:
        """The pauses of each of these agreements that has any."""
        found: dict[UUID, list[Pause]] = defaultdict(list)
        for pause in self.filter(agreement__in=list(agreements)):
            found[pause.agreement_id].append(pause)
        return found


class Pause(TenantRow):
    """A period that starts from `starts_on` up to, not including, `ends_on` brings no fee and no hours (rule 6).

    `ends_on` null: until somebody resumes it; equal to `starts_on`: it was resumed before it began. A skip is a
    pause over one period. Anchor and end of the agreement do not move.
    """

    agreement = models.ForeignKey("agreements.Agreement", models.PROTECT, related_name="pauses")
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on (exclusive)"), null=True, blank=True)
    is_skip = models.BooleanField(_("one period only"), default=False)
    reason = models.CharField(_("reason"), max_length=300)

    objects = PauseQuerySet.as_manager()

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        ordering = ["-starts_on", "-created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=models.F("starts_on")),
                name="pause_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["agreement"], condition=models.Q(ends_on__isnull=True), name="pause_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on}/{self.ends_on or ''}"

    def covers(self, day: date) -> bool:
        """Whether a period that starts on that day falls into it."""
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)
