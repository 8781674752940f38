"""EarlyWarning: what was off its line at day 10 or 20 of a period, with a drafted note to the client (rule 39)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow


class EarlyWarning(TenantRow):
    """Once for each period and `day` (10 or 20; of one longer than a month, a third and two thirds of it).

    `findings` are the facts as JSON, put into words where shown. `note` is two sentences to the client in the
    client's language, `change` the one thing to change, for the freelancer's eyes; both as drafted. `sent_at`: the
    note went out, `dismissed_at`: the freelancer let it be.
    """

    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="early_warnings")
    period = models.ForeignKey("agreements.Period", models.PROTECT, related_name="early_warnings")
    day = models.PositiveSmallIntegerField(_("day of the period"))
    findings = models.JSONField(_("what is off"), default=list)
    note = models.TextField(_("note to the client"), max_length=1000)
    change = models.CharField(_("proposed change"), max_length=300)
    sent_at = models.DateTimeField(_("note sent"), null=True, blank=True)
    dismissed_at = models.DateTimeField(_("let be"), null=True, blank=True)

    class Meta:
        verbose_name = _("early warning")
        verbose_name_plural = _("early warnings")
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["period", "day"], name="early_warning_once")]
        indexes = [models.Index(fields=["business", "-created_at", "-id"], name="early_warning_newest")]

    def __str__(self) -> str:
        return f"{self.period_id} {self.day}"
