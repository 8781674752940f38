"""PaymentMethod: a card kept at the gateway; here only what a person may see of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow


class PaymentMethod(TenantRow):
    """`token` is the gateway's name for it. One per client is in use; a removed one has `removed_at`."""

    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="payment_methods")
    gateway = models.CharField(_("gateway"), max_length=20)
    token = models.CharField(max_length=80)
    brand = models.CharField(_("card"), max_length=20)
    last4 = models.CharField(_("last four digits"), max_length=4)
    expires_on = models.DateField(_("valid until"), null=True, blank=True)
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)

    class Meta:
        verbose_name = _("payment method")
        verbose_name_plural = _("payment methods")
        constraints = [
            models.UniqueConstraint(fields=["gateway", "token"], name="method_once"),
            models.UniqueConstraint(
                fields=["client"], condition=models.Q(removed_at__isnull=True), name="one_method_in_use"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand} ···· {self.last4}"
