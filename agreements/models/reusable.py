"""What a business uses again for its next proposal: packages, opening messages, and agreement templates."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.rules.cumulative_tiers import TierDraft
from core.models import TenantRow


class TextKind(models.TextChoices):
    """What a text is for; each has a built-in one."""

    MONTHLY = "monthly", _("Monthly retainer")
    YEARLY = "yearly", _("Yearly retainer")
    TRIAL = "trial", _("Paid trial")
    ONCE = "once", _("One-time work")


class Service(models.TextChoices):
    """The kinds of work whose usual clauses we know."""

    SOCIAL = "social", _("Social media")
    CONTENT = "content", _("Content writing")
    COPY = "copy", _("Copywriting")
    WEB = "web", _("Website development and maintenance")
    SEO = "seo", _("SEO")
    DESIGN = "design", _("Design")
    CONSULTING = "consulting", _("Consulting")


class ClauseUse(models.TextChoices):
    """When a clause stands in the agreement."""

    ALWAYS = "always", _("Always")
    FITS = "fits", _("When the proposal has something for it")
    NEVER = "never", _("Never")


class Template(TenantRow):
    """`clauses` is a list of pairs: key, use, `en` and `th` with title and text each, and `waits`.

    `waits` names the language that was not yet confirmed after the other one changed (rule 32). `version` grows with
    every change: who saves over a newer one is told. A retired one is not offered any more.
    """

    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("for"), max_length=10, choices=TextKind.choices)
    clauses = models.JSONField(_("clauses"), default=list)
    version = models.PositiveIntegerField(_("version"), default=1)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        ordering = ["name", "created_at", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def waits(self) -> int:
        """How many of its pairs have a side that is not confirmed."""
        return sum(1 for clause in self.clauses if clause["waits"])


class Package(TenantRow):
    """`rungs` are the fields of ladder.TierDraft, lowest first, fees in minor units of `currency` a month.

    A proposal copies them when it is written, so a change here never changes a proposal. `kpis` are the usual goals
    and measures, one a line. `version` grows with every change; a retired one is not offered any more.
    """

    name = models.CharField(_("name"), max_length=80)
    service = models.CharField(
        _("kind of work"), max_length=12, choices=Service.choices, blank=True
    )
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


class OpeningMessage(TenantRow):
    """`text` may hold merge fields; agreements.proposals.opening_message fills them on sending."""

    name = models.CharField(_("name"), max_length=60)
    text = models.TextField(_("opening words"), max_length=3000)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["business", "name"], name="message_name_once")
        ]

    def __str__(self) -> str:
        return self.name
