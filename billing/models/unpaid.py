"""The owner's rule for periods that stay unpaid, and the agreements it was applied to (rule 67)."""

from django.db import models
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from core import formats
from core.models import TenantRow


class UnpaidAction(models.TextChoices):
    """What follows when several periods stay unpaid."""

    ASK = "ask", _("Ask me")
    PAUSE = "pause", _("Pause the work from the next period on")
    HOLD = "hold", _("Hold billing: issue and charge nothing until I release it")


class UnpaidRule(TenantRow):
    """What follows `after` that many unpaid periods; 0 is nothing.

    Without an `agreement` it is the rule of the business.
    """

    agreement = models.OneToOneField(
        "agreements.Agreement", models.CASCADE, null=True, blank=True, related_name="unpaid_rule"
    )
    after = models.PositiveSmallIntegerField(_("unpaid periods"))
    action = models.CharField(_("what follows"), max_length=10, choices=UnpaidAction.choices)

    class Meta:
        verbose_name = _("rule for unpaid periods")
        verbose_name_plural = _("rules for unpaid periods")
        constraints = [
            models.UniqueConstraint(
                fields=["business"],
                condition=models.Q(agreement__isnull=True),
                name="unpaid_rule_of_business_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.after}: {self.action}"

    @property
    def sentence(self) -> str:
        """What follows after how many periods, in the active language."""
        if not self.after:
            return gettext("Nothing follows.")
        return ngettext(
            "After %(n)s unpaid period: %(what)s",
            "After %(n)s unpaid periods: %(what)s",
            self.after,
        ) % {"n": self.after, "what": self.get_action_display()}


class UnpaidCase(TenantRow):
    """An agreement with several unpaid periods: what was announced, and what became of it.

    `action` applies on the day `applies_on`, unless it was paid before. The case is closed when it
    was paid; there is one open case of an agreement at most.
    """

    agreement = models.ForeignKey(
        "agreements.Agreement", models.PROTECT, related_name="unpaid_cases"
    )
    action = models.CharField(_("what follows"), max_length=10, choices=UnpaidAction.choices)
    periods = models.PositiveSmallIntegerField(_("unpaid periods"))
    applies_on = models.DateField(_("applies on"))
    applied_at = models.DateTimeField(_("applied"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("unpaid periods of an agreement")
        verbose_name_plural = _("unpaid periods of agreements")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement"],
                condition=models.Q(closed_at__isnull=True),
                name="one_open_unpaid_case",
            )
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.action}"

    @property
    def sentence(self) -> str:
        """What follows, or followed, in the active language."""
        day = {"day": formats.day(self.applies_on)}
        match UnpaidAction(self.action), self.applied_at is not None:
            case UnpaidAction.PAUSE, False:
                return gettext("The work is paused on %(day)s.") % day
            case UnpaidAction.PAUSE, True:
                return gettext("The work is paused.")
            case UnpaidAction.HOLD, False:
                return gettext("Billing is put on hold on %(day)s.") % day
            case UnpaidAction.HOLD, True:
                return gettext("Billing is on hold.")
        return gettext("It is waiting for your decision.")
