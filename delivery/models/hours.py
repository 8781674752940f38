"""Time entries, the timer, time imports, adjustments of the allowance, and work beyond it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow
from core.money import prorate
from delivery.rules.states import OverageState, TimeImportState

MINUTES_PER_DAY = 24 * 60


class CurrentEntries(models.Manager["TimeEntry"]):
    """The entries that count, without those that were corrected or deleted."""

    def get_queryset(self) -> models.QuerySet["TimeEntry"]:
        return super().get_queryset().filter(voided_at__isnull=True)


class TimeEntry(TenantRow):
    """Time that was worked in a period.

    `minutes` is a positive integer of at most one day. An entry that `consumes` counts against the
    included hours (rule 25). An entry that is not `billable` is the freelancer's own and is never
    shown to the client.

    A trigger keeps rows from changing. A correction is a new row that `replaces` this one; the
    corrected row, like a deleted one, gets `voided_at` and `voided_by`. So the entries can be read
    as they stood at any moment. `import_key` identifies the line of the tracker's export that an
    imported entry came from, so that no line is imported twice.
    """

    period = models.ForeignKey("agreements.Period", models.PROTECT, related_name="time_entries")
    on = models.DateField(_("day"))
    minutes = models.PositiveIntegerField(_("time"))
    note = models.CharField(_("what was done"), max_length=300)
    deliverable = models.ForeignKey(
        "delivery.Deliverable", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    billable = models.BooleanField(_("for the client"), default=True)
    consumes = models.BooleanField(_("counts against the included hours"), default=True)
    actor = models.CharField(_("written by"), max_length=200, blank=True)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    imported = models.ForeignKey(
        "delivery.TimeImport", models.PROTECT, null=True, blank=True, related_name="time_entries"
    )
    import_key = models.CharField(max_length=64, blank=True, editable=False)
    voided_at = models.DateTimeField(_("replaced or taken back"), null=True, blank=True)
    voided_by = models.CharField(_("replaced or taken back by"), max_length=200, blank=True)

    objects = CurrentEntries()
    history = models.Manager()

    class Meta:
        verbose_name = _("time entry")
        verbose_name_plural = _("time entries")
        ordering = ["-on", "-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(minutes__gt=0, minutes__lte=MINUTES_PER_DAY),
                name="time_entry_fits_a_day",
            ),
            models.CheckConstraint(
                condition=models.Q(billable=True) | models.Q(consumes=False),
                name="time_entry_own_work_is_free",
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
        """Whether the entry counts in a later period than its day's.

        That is so when the report of its day's period was already sent (rule 27).
        """
        return self.on < self.period.starts_on


class Timer(TenantRow):
    """The running timer of a person; each person has at most one.

    Stopping it writes a TimeEntry and deletes the row. `warned_at` is when the person was told that
    the timer was still running.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="timer")
    agreement = models.ForeignKey("agreements.Agreement", models.PROTECT, related_name="+")
    deliverable = models.ForeignKey(
        "delivery.Deliverable", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    note = models.CharField(_("what is done"), max_length=300, blank=True)
    billable = models.BooleanField(_("for the client"), default=True)
    consumes = models.BooleanField(_("counts against the included hours"), default=True)
    started_at = models.DateTimeField(_("started"))
    warned_at = models.DateTimeField(_("found forgotten"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("timer")
        verbose_name_plural = _("timers")

    def __str__(self) -> str:
        return self.note or str(self.started_at)


TIME_IMPORT_STATES = [
    (TimeImportState.READ.value, _("Read, not imported")),
    (TimeImportState.DONE.value, _("Imported")),
    (TimeImportState.DROPPED.value, _("Dropped")),
]


class TimeImport(TenantRow):
    """An export of a time tracker that was read, and what became of it.

    `rows` are the lines as read (JSON, with their line numbers), and `encoding` is the text
    encoding of the file. `places` maps each project or client name in the file to the id of an
    agreement, or to "-" to skip its lines. `day_first` says that 3/11 is the third of November;
    None means that the file does not show it and nobody has said so. With `all_billable` entries
    that the tracker marks as not billable are imported as work for the client. `entries` counts
    what was written.
    """

    file_name = models.CharField(_("file"), max_length=160)
    source = models.CharField(_("from"), max_length=10)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    state = models.CharField(
        _("state"), max_length=10, choices=TIME_IMPORT_STATES, default=TimeImportState.READ
    )
    rows = models.JSONField(_("lines"), default=list)
    encoding = models.CharField(_("encoding"), max_length=12, blank=True)
    day_first = models.BooleanField(_("day before month"), null=True, blank=True)
    all_billable = models.BooleanField(_("all of it is for the client"), default=False)
    places = models.JSONField(_("whose time"), default=dict, blank=True)
    entries = models.PositiveIntegerField(_("entries"), default=0)
    actor = models.CharField(_("read by"), max_length=200, blank=True)
    finished_at = models.DateTimeField(_("taken over"), null=True, blank=True)

    class Meta:
        verbose_name = _("time import")
        verbose_name_plural = _("time imports")
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_read(self) -> bool:
        """Whether its lines were read and none is taken over yet."""
        return self.state == TimeImportState.READ

    @property
    def is_done(self) -> bool:
        """Whether its entries were taken over."""
        return self.state == TimeImportState.DONE

    @property
    def is_dropped(self) -> bool:
        """Whether it was dropped."""
        return self.state == TimeImportState.DROPPED

    @property
    def is_western(self) -> bool:
        """Whether the file was read as Western European, because it is not in UTF-8."""
        return self.encoding == "cp1252"

    @property
    def is_thai(self) -> bool:
        """Whether the file was read as Thai, because it is not in UTF-8."""
        return self.encoding == "cp874"


class Adjustment(TenantRow):
    """A correction of a period's included hours, in minutes, with its reason.

    Rows never change and are never deleted: a wrong adjustment is corrected by another (rule 25).
    """

    period = models.ForeignKey("agreements.Period", models.PROTECT, related_name="adjustments")
    minutes = models.IntegerField(_("time"))
    reason = models.CharField(_("reason"), max_length=300)
    actor = models.CharField(_("written by"), max_length=200)

    class Meta:
        verbose_name = _("adjustment")
        verbose_name_plural = _("adjustments")
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(minutes=0), name="adjustment_is_something")
        ]

    def __str__(self) -> str:
        return self.reason


OVERAGE_STATES = [
    (OverageState.ASKED.value, _("Waits for the client")),
    (OverageState.APPROVED.value, _("Approved")),
    (OverageState.DECLINED.value, _("Declined")),
    (OverageState.WITHDRAWN.value, _("Taken back")),
]


class Overage(TenantRow):
    """A budget of up to `minutes` beyond the included hours of a period.

    `rate` is the price of an hour in minor units of `currency`, before tax. `by_terms` marks the
    agreement's standing permission, of which a period has at most one. When the period is over, the
    minutes that were really used become lines of the next invoice; `billed` counts them and is
    written in the same transaction.
    """

    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="overages")
    period = models.ForeignKey("agreements.Period", models.PROTECT, related_name="overages")
    state = models.CharField(
        _("state"), max_length=10, choices=OVERAGE_STATES, default=OverageState.ASKED
    )
    minutes = models.PositiveIntegerField(_("time"))
    rate = models.PositiveBigIntegerField(_("for an hour"))
    billed = models.PositiveIntegerField(_("billed time"), default=0)
    currency = models.CharField(_("currency"), max_length=3)
    note = models.CharField(_("what for"), max_length=300, blank=True)
    by_terms = models.BooleanField(_("permitted by the agreement"), default=False)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.CharField(_("decided by"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("overage")
        verbose_name_plural = _("overages")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(minutes__gt=0, rate__gt=0, billed__lte=models.F("minutes")),
                name="overage_is_something",
            ),
            models.UniqueConstraint(
                fields=["period"],
                condition=models.Q(state=OverageState.ASKED),
                name="overage_asked_once",
            ),
            models.UniqueConstraint(
                fields=["period"], condition=models.Q(by_terms=True), name="overage_by_terms_once"
            ),
        ]

    @property
    def most(self) -> int:
        """The price of the whole budget, in minor units before tax."""
        return prorate(self.rate, self.minutes, 60)

    def __str__(self) -> str:
        return f"{self.period} {self.state}"

    @property
    def is_asked(self) -> bool:
        """Whether the client has not answered yet."""
        return self.state == OverageState.ASKED

    @property
    def is_approved(self) -> bool:
        """Whether the client said yes."""
        return self.state == OverageState.APPROVED
