"""Handover: one piece of a deliverable that was given to the client, with its link or its file."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow


class Handover(TenantRow):
    """It counts `count` times towards `deliverable.done`. With a `url`, or with a file that is kept by its SHA-256
    (`sha256`, `size` in bytes, `file_name` as it was called, `content_type` as its bytes say), or with neither.
    `request` is the one that it answers, if any."""

    deliverable = models.ForeignKey("delivery.Deliverable", models.PROTECT, related_name="handovers")
    request = models.ForeignKey(
        "delivery.Request", models.PROTECT, null=True, blank=True, related_name="handovers", verbose_name=_("request")
    )
    on = models.DateField(_("day"))
    count = models.PositiveIntegerField(_("how many"), default=1)
    title = models.CharField(_("title"), max_length=160, blank=True)
    url = models.URLField(_("link"), max_length=500, blank=True)
    file_name = models.CharField(_("file"), max_length=160, blank=True)
    content_type = models.CharField(_("kind of file"), max_length=80, blank=True)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    size = models.PositiveIntegerField(_("size in bytes"), default=0)
    actor = models.CharField(_("written by"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("handover")
        verbose_name_plural = _("handovers")
        ordering = ["on", "created_at", "id"]
        constraints = [models.CheckConstraint(condition=models.Q(count__gt=0), name="handover_is_something")]

    def __str__(self) -> str:
        return self.title or self.file_name or self.url
