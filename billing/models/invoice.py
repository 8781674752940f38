"""Invoice and Line: an issued paper. Its words and figures never change (rules 12 and 17; database trigger)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.states import InvoiceState
from core.models import Document, TenantRow

INVOICE_STATES = [
    (InvoiceState.OPEN.value, _("Open")),
    (InvoiceState.PAID.value, _("Paid")),
    (InvoiceState.VOID.value, _("Void")),
]


class Invoice(TenantRow):
    """Amounts are minor units of `currency`. `seller` and `buyer` are the parties as they were that day."""

    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="invoices")
    agreement = models.ForeignKey("agreements.Agreement", models.PROTECT, related_name="invoices")
    period = models.ForeignKey("agreements.Period", models.PROTECT, related_name="invoices")
    kind = models.CharField(_("kind"), max_length=10, default="fee")
    period_start = models.DateField(_("service from"))
    number = models.CharField(_("number"), max_length=40)
    state = models.CharField(_("state"), max_length=10, choices=INVOICE_STATES, default=InvoiceState.OPEN)
    issued_on = models.DateField(_("issued"))
    due_on = models.DateField(_("due"))
    currency = models.CharField(_("currency"), max_length=3)
    subtotal = models.BigIntegerField(_("before tax"))
    tax = models.BigIntegerField(_("tax"))
    total = models.BigIntegerField(_("total"))
    taxes = models.JSONField(_("tax by rate"), default=list)
    seller = models.JSONField(_("seller"))
    buyer = models.JSONField(_("buyer"))
    language = models.CharField(_("language"), max_length=5)
    terms_hash = models.CharField(_("SHA-256 of the terms"), max_length=64)
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        ordering = ["-issued_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "period_start", "kind"], name="invoice_once"),
            models.UniqueConstraint(fields=["business", "number"], name="invoice_number_once"),
            models.CheckConstraint(
                condition=models.Q(total=models.F("subtotal") + models.F("tax")), name="invoice_adds_up"
            ),
        ]
        indexes = [
            models.Index(fields=["business", "-issued_on", "-id"], name="invoice_newest"),
            models.Index(fields=["business", "state"], name="invoice_by_state"),
        ]

    def __str__(self) -> str:
        return self.number


class Line(TenantRow):
    """One line of an invoice, before tax."""

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField(_("position"))
    description = models.CharField(_("description"), max_length=300)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to (exclusive)"))
    amount = models.BigIntegerField(_("amount"))
    tax_percent = models.DecimalField(_("tax rate in percent"), max_digits=6, decimal_places=3, default=0)

    class Meta:
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["invoice", "position"], name="line_position_once")]

    def __str__(self) -> str:
        return self.description
