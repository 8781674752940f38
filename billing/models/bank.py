"""Bank transfers: the business's bank details and the lines of imported bank statements."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow


class BankDetails(TenantRow):
    """Where clients transfer to; one row per business.

    `account` is an IBAN or a local account number. `promptpay` is a mobile number, a tax id or an
    e-wallet id.
    """

    holder = models.CharField(_("account holder"), max_length=70, blank=True)
    bank = models.CharField(_("bank"), max_length=80, blank=True)
    account = models.CharField(_("account number or IBAN"), max_length=40, blank=True)
    bic = models.CharField(_("BIC"), max_length=11, blank=True)
    promptpay = models.CharField(_("PromptPay number"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("bank details")
        verbose_name_plural = _("bank details")
        constraints = [models.UniqueConstraint(fields=["business"], name="bank_details_once")]

    def __str__(self) -> str:
        return self.account


class BankLineState(models.TextChoices):
    """OPEN until the line is matched with an invoice or marked as not for an invoice."""

    OPEN = "open", _("To be matched")
    MATCHED = "matched", _("Matched")
    IGNORED = "ignored", _("Not ours")


class BankStatementLine(TenantRow):
    """One incoming transfer on a bank statement. `amount` is in minor units of `currency`.

    The fingerprint is unique per business, so a statement that is imported twice adds no line.
    """

    fingerprint = models.CharField(max_length=64)
    on = models.DateField(_("date"))
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(_("amount"))
    text = models.CharField(_("text"), max_length=500)
    state = models.CharField(
        _("state"), max_length=10, choices=BankLineState.choices, default=BankLineState.OPEN
    )
    payment = models.OneToOneField(
        "billing.Payment", models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("bank line")
        verbose_name_plural = _("bank lines")
        ordering = ["-on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["business", "fingerprint"], name="statement_line_once"),
            models.CheckConstraint(
                condition=models.Q(amount__gt=0), name="statement_line_is_money"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.text}"
