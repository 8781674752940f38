"""Exchange rates into the business's own currency, each with its day and its source (rule 64)."""

from datetime import date
from decimal import Context, Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow


class RateSource(models.TextChoices):
    """Who says what a rate is."""

    OWNER = "owner", _("You")
    ECB = "ecb", _("European Central Bank")


class ExchangeRate(TenantRow):
    """What one unit of `currency` was worth on a day, in units of `own`.

    `own` is the business's currency when the rate was stored: a rate into another one says nothing.
    Every rate is kept, so that past days have theirs; of several of one source and day the one that
    was stored last counts. A rate never changes (database trigger); one that its owner removed
    counts no more. No amount that is owed is ever computed with it.
    """

    currency = models.CharField(_("currency"), max_length=3)
    own = models.CharField(_("into"), max_length=3)
    on = models.DateField(_("date"))
    rate = models.DecimalField(_("rate"), max_digits=24, decimal_places=12)
    source = models.CharField(_("source"), max_length=5, choices=RateSource.choices)
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        ordering = ["currency", "-on", "source"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(rate__gt=Decimal(0)), name="exchange_rate_is_positive"
            ),
        ]
        indexes = [
            models.Index(fields=["business", "own", "currency", "on"], name="exchange_rate_of_day")
        ]

    def __str__(self) -> str:
        return f"1 {self.currency} = {self.shown} {self.own}"

    @property
    def shown(self) -> str:
        """The rate as text, with six digits that count."""
        return f"{Context(prec=6).create_decimal(self.rate).normalize():f}"

    @property
    def origin(self) -> tuple[date, str]:
        """The day and the source, which rates often share."""
        return self.on, self.source

    @property
    def is_own(self) -> bool:
        """Whether the owner entered it."""
        return self.source == RateSource.OWNER
