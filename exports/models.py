"""Exports: archives that somebody requested, built by a worker and kept for some days."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow
from exports.states import ExportState

EXPORT_STATES = [
    (ExportState.WAITING.value, _("Being made")),
    (ExportState.READY.value, _("Ready")),
    (ExportState.FAILED.value, _("Failed")),
    (ExportState.GONE.value, _("Taken away")),
]


class Scope(models.TextChoices):
    """What an export contains."""

    AGREEMENT = "agreement", _("One agreement")
    CLIENT = "client", _("Everything about a client")
    EVERYTHING = "everything", _("The whole business")


class ExportQuerySet(models.QuerySet["Export"]):
    """Queries for exports."""

    def due(self, now: object) -> "ExportQuerySet":
        """Return the waiting exports that no worker has claimed."""
        free = models.Q(lease_until__isnull=True) | models.Q(lease_until__lt=now)
        return self.filter(free, state=ExportState.WAITING)


class Export(TenantRow):
    """An archive that was requested.

    `subject_id` is the id of the agreement, the client or the business. `done` is the number of
    files in the archive so far. `sha256` and `size` (in bytes) describe the archive once it is
    ready.
    """

    scope = models.CharField(_("what"), max_length=12, choices=Scope.choices)
    client = models.ForeignKey(
        "clients.Client", models.PROTECT, null=True, blank=True, related_name="+"
    )
    agreement = models.ForeignKey(
        "agreements.Agreement", models.PROTECT, null=True, blank=True, related_name="+"
    )
    subject_id = models.UUIDField(_("about"), editable=False)
    state = models.CharField(
        _("state"), max_length=10, choices=EXPORT_STATES, default=ExportState.WAITING
    )
    done = models.PositiveIntegerField(_("files"), default=0)
    size = models.PositiveBigIntegerField(_("size in bytes"), default=0)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    finished_at = models.DateTimeField(_("made"), null=True, blank=True)
    expires_at = models.DateTimeField(_("kept until"), null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_id"],
                condition=models.Q(state=ExportState.WAITING),
                name="export_once_at_a_time",
            )
        ]

    def __str__(self) -> str:
        about = self.agreement or self.client or self.business
        return f"{self.get_scope_display()}: {about}"

    @property
    def file_name(self) -> str:
        """The name of the archive in the folder of the exports."""
        return f"{self.pk}.zip"

    @property
    def is_ready(self) -> bool:
        """Whether its file can be downloaded."""
        return self.state == ExportState.READY

    @property
    def is_failed(self) -> bool:
        """Whether it could not be made."""
        return self.state == ExportState.FAILED
