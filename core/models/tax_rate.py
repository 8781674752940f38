"""TaxRate, a tax that a business charges, and TaxMode, how a price and its tax relate."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models.business import TenantRow


class TaxMode(models.TextChoices):
    """How tax relates to a price.

    EXCLUSIVE adds it to the price; with INCLUSIVE the price contains it. REVERSE and EXEMPT charge
    no tax and give the reason.
    """

    EXCLUSIVE = "exclusive", _("Tax is added")
    INCLUSIVE = "inclusive", _("Tax is included")
    REVERSE = "reverse", _("Reverse charge")
    EXEMPT = "exempt", _("Exempt")


class TaxRate(TenantRow):
    """A tax of a business. New agreements take every rate in use; two rates make two tax lines."""

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
