"""What a business reuses in its proposals: packages, messages, value-adds and templates."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.rules.cumulative_tiers import TierDraft
from core.models import TenantRow


class TextKind(models.TextChoices):
    """The kinds of agreement; there is a built-in text for each."""

    MONTHLY = "monthly", _("Monthly retainer")
    YEARLY = "yearly", _("Yearly retainer")
    TRIAL = "trial", _("Paid trial")
    ONCE = "once", _("One-time work")


class Service(models.TextChoices):
    """The kinds of work that have a built-in clause and a built-in package."""

    SOCIAL = "social", _("Social media")
    CONTENT = "content", _("Content writing")
    COPY = "copy", _("Copywriting")
    WEB = "web", _("Website development and maintenance")
    SEO = "seo", _("SEO")
    DESIGN = "design", _("Design")
    CONSULTING = "consulting", _("Consulting")


class ClauseUse(models.TextChoices):
    """When a clause of a template is printed in an agreement."""

    ALWAYS = "always", _("Always")
    FITS = "fits", _("When the proposal has something for it")
    NEVER = "never", _("Never")


class Template(TenantRow):
    """An agreement text of the business's own.

    `clauses` is a list of clause pairs: {"key", "use", "waits", "en", "th"}, with {"title", "text"}
    by the code of each language. `waits` names the languages that still have to be confirmed after
    another one was changed (rule 32), separated by spaces, or is empty. `version` grows with every
    change, so that nobody overwrites a change they have not seen. An archived template
    (`retired_at`) is no longer offered.
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
        """How many clauses have a language that still has to be confirmed."""
        return sum(1 for clause in self.clauses if clause["waits"])


class Package(TenantRow):
    """A set of tiers of the business's own, from which proposals start.

    `rungs` are tiers as JSON with the fields of rules.cumulative_tiers.TierDraft, lowest first;
    fees are minor units of `currency` a month. A proposal copies them, so a change here never
    changes a proposal. `kpis` is a list of the usual goals and measures. `version` grows with every
    change. An archived package (`retired_at`) is no longer offered.
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
        """The tiers of the package, lowest first."""
        return [TierDraft(**rung) for rung in self.rungs]


class OpeningMessage(TenantRow):
    """An opening message that was saved under a name for later proposals.

    `text` may hold merge fields; agreements.proposals.opening_message fills them.
    """

    name = models.CharField(_("name"), max_length=60)
    text = models.TextField(_("opening words"), max_length=3000)

    class Meta:
        verbose_name = _("saved message")
        verbose_name_plural = _("saved messages")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["business", "name"], name="message_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class ValueAdd(TenantRow):
    """Something that the business likes to add for a time instead of lowering its fee (rule 34).

    `minutes` are what it costs the freelancer in a period, and `months` how long it usually lasts.
    """

    title = models.CharField(_("added"), max_length=160)
    minutes = models.PositiveIntegerField(_("costs you a period, in minutes"), default=0)
    months = models.PositiveSmallIntegerField(_("usual duration in months"), default=3)

    class Meta:
        verbose_name = _("value-add")
        verbose_name_plural = _("value-adds")
        ordering = ["title", "id"]
        constraints = [
            models.UniqueConstraint(fields=["business", "title"], name="value_add_title_once")
        ]

    def __str__(self) -> str:
        return self.title
