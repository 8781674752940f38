"""The journal: double-entry bookkeeping.

Each row moves one amount from one account to another, so the journal always balances.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow


class Account(models.TextChoices):
    """Accounts of the journal.

    CREDIT is money held for a client, which pays the next invoice. REFUNDING is on its way back to
    a client, WITHHELD is tax that a client withheld, DISPUTED is money that the bank holds while a
    payment is contested. TAX is tax that has fallen due; DEFERRED is tax of issued invoices that
    falls due when they are paid. FEES is what gateways took, and GATEWAY what they kept back for it
    of the money that CASH has in full, both in the currency of the account there.
    """

    RECEIVABLE = "receivable", _("Receivable")
    CASH = "cash", _("Cash")
    REVENUE = "revenue", _("Revenue")
    TAX = "tax", _("Tax")
    DEFERRED = "deferred", _("Tax not due yet")
    CREDIT = "credit", _("Client credit")
    REFUNDING = "refunding", _("Refunds under way")
    WITHHELD = "withheld", _("Tax withheld")
    DISPUTED = "disputed", _("Disputed")
    LOSS = "loss", _("Losses")
    FEES = "fees", _("Gateway fees")
    GATEWAY = "gateway", _("Kept by gateway or bank")


class JournalEntry(TenantRow):
    """One entry: `amount` minor units, debited to `debit` and credited to `credit`.

    Append-only (database trigger). `kind` and `ref` identify the fact; each fact has at most one
    entry for a pair of accounts.
    """

    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(_("kind"), max_length=20)
    ref = models.CharField(_("about"), max_length=80)
    debit = models.CharField(_("debit"), max_length=12, choices=Account.choices)
    credit = models.CharField(_("credit"), max_length=12, choices=Account.choices)
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(_("amount"))
    on = models.DateField(_("date"))

    class Meta:
        verbose_name = _("journal row")
        verbose_name_plural = _("journal")
        ordering = ["on", "created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "ref", "debit", "credit"], name="journal_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="journal_moves_money"),
            models.CheckConstraint(
                condition=~models.Q(debit=models.F("credit")), name="journal_two_accounts"
            ),
        ]
        indexes = [
            models.Index(fields=["client", "on"], name="journal_of_client"),
            models.Index(
                fields=["client", "currency"],
                name="journal_client_credit",
                condition=models.Q(debit="credit") | models.Q(credit="credit"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}"
