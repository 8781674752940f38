"""TimeImport: an export of another time tracker that was read, tried without writing, and then taken over whole."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow
from delivery.states import TimeImportState

TIME_IMPORT_STATES = [
    (TimeImportState.READ.value, _("Read, not taken over")),
    (TimeImportState.DONE.value, _("Taken over")),
    (TimeImportState.DROPPED.value, _("Dropped")),
]


class TimeImport(TenantRow):
    """`rows` are the lines as they were read (JSON, with their line numbers), `encoding` what the file was read in.

    `places` says which of our agreements a name of theirs is (name → agreement's id, "-" to leave it out). With
    `day_first` 3/11 is the third of November (null: nobody has said, and the file does not). With `all_billable` what
    is not billable there is work for the client all the same. `entries` counts what was written when taken over.
    """

    file_name = models.CharField(_("file"), max_length=160)
    source = models.CharField(_("from"), max_length=10)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=TIME_IMPORT_STATES, default=TimeImportState.READ)
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
