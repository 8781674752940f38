"""Package: a ladder the business offers again and again, copied from a built-in one or written new."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models.template import Service
from agreements.rules.cumulative_tiers import TierDraft
from core.models import TenantRow


class Package(TenantRow):
    """`rungs` are the fields of ladder.TierDraft, lowest first, fees in minor units of `currency` a month.

    A proposal copies them when it is written, so a change here never changes a proposal. `kpis` are the usual goals
    and measures, one a line. `version` grows with every change; a retired one is not offered any more.
    """

    name = models.CharField(_("name"), max_length=80)
    service = models.CharField(_("kind of work"), max_length=12, choices=Service.choices, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    rungs = models.JSONField(_("tiers"), default=list)
    kpis = models.JSONField(_("goals and measures"), default=list, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)

    class Meta:
        verbose_name = _("package")
        verbose_name_plural = _("packages")
        ordering = ["name", "created_at", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def drafts(self) -> list[TierDraft]:
        """Its tiers, lowest first."""
        return [TierDraft(**rung) for rung in self.rungs]
