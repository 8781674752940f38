"""QuarterlyReview: three months of an agreement on a paper, made from the ledger."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import Document, TenantRow


class QuarterlyReview(TenantRow):
    """From `starts_on` up to, not including, `ends_on`: the periods that ended in it. `snapshot` and its SHA-256 do
    not change (trigger); the same quarter made again after new facts is another row."""

    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="quarterly_reviews")
    agreement = models.ForeignKey("agreements.Agreement", models.PROTECT, related_name="quarterly_reviews")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (exclusive)"))
    snapshot = models.JSONField(_("contents"))
    sha256 = models.CharField(_("SHA-256 of the contents"), max_length=64)
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        verbose_name = _("quarterly review")
        verbose_name_plural = _("quarterly reviews")
        ordering = ["-ends_on", "-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "starts_on", "sha256"], name="quarterly_review_once")
        ]

    def __str__(self) -> str:
        return f"{self.starts_on}/{self.ends_on}"
