"""Taxes that a business charges, and how a price and its tax belong together."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models.business import TenantRow


class TaxMode(models.TextChoices):
    """EXCLUSIVE adds tax to the price, INCLUSIVE takes it out of it; the others charge none and say why."""

    EXCLUSIVE = "exclusive", _("Tax is added")
    INCLUSIVE = "inclusive", _("Tax is included")
    REVERSE = "reverse", _("Reverse charge")
    EXEMPT = "exempt", _("Exempt")


class TaxRate(TenantRow):
    """Every rate that is in use stands on each new agreement; two of them are two lines of tax."""

    name = models.CharField(_("name"), max_length=30)
    percent = models.DecimalField(_("rate in percent"), max_digits=6, decimal_places=3)
    is_used = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("tax rate")
        verbose_name_plural = _("tax rates")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["business", "name", "percent"], name="tax_rate_once"),
            models.CheckConstraint(
                condition=models.Q(percent__gt=0, percent__lt=100), name="tax_rate_sane"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.percent.normalize():f} %"
