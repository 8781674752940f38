"""Report: what a client reads about one period; frozen and hashed when it is sent (rule 38)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import Document, TenantRow
from delivery.states import ReportState

REPORT_STATES = [
    (ReportState.DRAFT.value, _("Draft")),
    (ReportState.SENT.value, _("Sent")),
]


class Report(TenantRow):
    """One per period. `snapshot` is empty until it is sent; then it and `sha256` never change (trigger)."""

    period = models.OneToOneField("agreements.Period", models.PROTECT, related_name="report")
    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="reports")
    state = models.CharField(_("state"), max_length=10, choices=REPORT_STATES, default=ReportState.DRAFT)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, default="en")
    comment = models.TextField(_("your words"), max_length=3000, blank=True)
    next_text = models.TextField(_("what is next"), max_length=1000, blank=True)
    snapshot = models.JSONField(_("contents"), default=dict, blank=True)
    sha256 = models.CharField(_("SHA-256 of the contents"), max_length=64, blank=True)
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    opened_at = models.DateTimeField(_("first opened"), null=True, blank=True)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["business", "-created_at", "-id"], name="report_newest")]

    def __str__(self) -> str:
        return f"{self.period_id} {self.state}"
