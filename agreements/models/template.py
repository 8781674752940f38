"""Template: a business's own text for its agreements, copied from a built-in one and changed."""

from django.db import models
from django.utils.translation import gettext_lazy as _

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


class Use(models.TextChoices):
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
