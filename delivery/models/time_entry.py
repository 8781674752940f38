"""TimeEntry: minutes of work on one day of a client's period."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow

A_DAY = 24 * 60


class InUse(models.Manager["TimeEntry"]):
    """The entries that count: not those that were replaced or taken back."""

    def get_queryset(self) -> models.QuerySet["TimeEntry"]:
        return super().get_queryset().filter(voided_at__isnull=True)


class TimeEntry(TenantRow):
    """`minutes` is a positive integer, at most one day; it may `consume` the allowance (rule 25).

    Rows do not change (a trigger holds it): a correction is a new row that `replaces` this one, and both this one and
    one that is taken back get `voided_at` and `voided_by`. So any past moment can be read as it stood. What is not
    `billable` is the freelancer's own and never shown to the client. `import_key` says which line of which tracker an
    imported one was: the same line is not taken over twice.
    """

    period = models.ForeignKey("agreements.Period", models.PROTECT, related_name="time_entries")
    on = models.DateField(_("day"))
    minutes = models.PositiveIntegerField(_("time"))
    note = models.CharField(_("what was done"), max_length=300)
    deliverable = models.ForeignKey("delivery.Deliverable", models.SET_NULL, null=True, blank=True, related_name="+")
    billable = models.BooleanField(_("for the client"), default=True)
    consumes = models.BooleanField(_("counts against the included hours"), default=True)
    actor = models.CharField(_("written by"), max_length=200, blank=True)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")
    imported = models.ForeignKey(
        "delivery.TimeImport", models.PROTECT, null=True, blank=True, related_name="time_entries"
    )
    import_key = models.CharField(max_length=64, blank=True, editable=False)
    voided_at = models.DateTimeField(_("replaced or taken back"), null=True, blank=True)
    voided_by = models.CharField(_("replaced or taken back by"), max_length=200, blank=True)

    objects = InUse()
    history = models.Manager()

    class Meta:
        verbose_name = _("time entry")
        verbose_name_plural = _("time entries")
        ordering = ["-on", "-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(minutes__gt=0, minutes__lte=A_DAY), name="time_entry_fits_a_day"
            ),
            models.CheckConstraint(
                condition=models.Q(billable=True) | models.Q(consumes=False), name="time_entry_own_work_is_free"
            ),
            models.UniqueConstraint(
                fields=["business", "import_key"],
                condition=~models.Q(import_key="") & models.Q(voided_at__isnull=True),
                name="time_entry_imported_once",
            ),
        ]
        indexes = [models.Index(fields=["business", "-on", "-id"], name="time_entry_newest")]

    def __str__(self) -> str:
        return self.note

    @property
    def is_late(self) -> bool:
        """Whether it counts in a later period, since the report of its day's was sent (rule 27)."""
        return self.on < self.period.starts_on
