"""Invoices with their lines and their credit notes (rules 12, 15, 17)."""

from datetime import date
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models.proposal import COLLECT_BY
from agreements.rules.terms import CollectBy
from billing.rules.derived_ids import reference_of
from billing.rules.states import InvoiceState
from clients.models import Contact
from core.dates import local_day
from core.models import Document, TenantRow
from core.models.tax_rate import TaxMode

INVOICE_STATES = [
    (InvoiceState.OPEN.value, _("Open")),
    (InvoiceState.PAID.value, _("Paid")),
    (InvoiceState.VOID.value, _("Void")),
    (InvoiceState.WRITTEN_OFF.value, _("Written off")),
]


#: Kinds of invoices: the fee of a period, an upgrade inside a period, or what was ordered once.
FEE, UPGRADE, ONE_OFF = "fee", "upgrade", "one_off"


#: Kinds of lines that an owner adds to the next invoice: of their own, or the value of a request.
OWN_LINES = ("added", "request")


class Invoice(TenantRow):
    """An issued invoice. Amounts are in minor units of `currency`.

    `seller` and `buyer` are the parties as they were on the day of issue. `subtotal` is before tax;
    `withholding` is what the client may keep back against a withholding certificate (rule 19).
    `tax_on_payment` says whether its tax falls due when it is paid, or when it was issued.
    `period_start` is the first day of the service that is billed. An upgrade inside a period has an
    invoice of its own, with kind "upgrade" and the day of the change as `period_start`.

    A one-off invoice (rule 62) has no period. It may belong to an agreement; if not, `contact`,
    `time_zone` and `charge_hour` say who is written to and when. `title` is what it bills,
    `one_off` is the id under which a gateway knows it, and `form` that of the form it came from.
    """

    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="invoices")
    agreement = models.ForeignKey(
        "agreements.Agreement", models.PROTECT, null=True, blank=True, related_name="invoices"
    )
    period = models.ForeignKey(
        "agreements.Period", models.PROTECT, null=True, blank=True, related_name="invoices"
    )
    upgrade = models.ForeignKey(
        "agreements.Upgrade",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="invoices",
        db_index=False,
    )
    contact = models.ForeignKey(
        "clients.Contact", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    title = models.CharField(_("for"), max_length=300, blank=True, db_default="")
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True, db_default="")
    charge_hour = models.PositiveSmallIntegerField(_("charged from this hour"), db_default=9)
    one_off = models.UUIDField(null=True, blank=True, editable=False)
    form = models.UUIDField(null=True, blank=True, editable=False)
    kind = models.CharField(_("kind"), max_length=10, default=FEE)
    period_start = models.DateField(_("service from"))
    series = models.ForeignKey("billing.Series", models.PROTECT, related_name="+")
    seq = models.PositiveIntegerField(_("running number"))
    number = models.CharField(_("number"), max_length=40)
    state = models.CharField(
        _("state"), max_length=12, choices=INVOICE_STATES, default=InvoiceState.OPEN
    )
    collect_by = models.CharField(
        _("paid by"), max_length=10, choices=COLLECT_BY, default=CollectBy.CARD
    )
    issued_on = models.DateField(_("issued"))
    due_on = models.DateField(_("due"))
    currency = models.CharField(_("currency"), max_length=3)
    subtotal = models.BigIntegerField(_("before tax"))
    tax = models.BigIntegerField(_("tax"))
    total = models.BigIntegerField(_("total"))
    withholding = models.BigIntegerField(_("may be withheld"), default=0)
    tax_mode = models.CharField(
        _("tax mode"), max_length=10, choices=TaxMode.choices, default=TaxMode.EXCLUSIVE
    )
    taxes = models.JSONField(_("tax by rate"), default=list)
    tax_note = models.CharField(_("tax note"), max_length=300, blank=True)
    tax_on_payment = models.BooleanField(_("tax falls due on payment"), db_default=False)
    seller = models.JSONField(_("seller"))
    buyer = models.JSONField(_("buyer"))
    language = models.CharField(_("language"), max_length=5)
    terms_hash = models.CharField(_("SHA-256 of the terms"), max_length=64)
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        ordering = ["-issued_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "period_start", "kind"],
                condition=models.Q(one_off__isnull=True),
                name="invoice_once",
            ),
            models.UniqueConstraint(
                fields=["one_off"],
                condition=models.Q(one_off__isnull=False),
                name="one_off_invoiced_once",
            ),
            models.UniqueConstraint(
                fields=["business", "form"],
                condition=models.Q(form__isnull=False),
                name="one_off_form_once",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    one_off__isnull=True, agreement__isnull=False, period__isnull=False
                )
                | models.Q(one_off__isnull=False, period__isnull=True, kind=ONE_OFF)
                & (models.Q(agreement__isnull=False) | models.Q(contact__isnull=False)),
                name="invoice_is_of_something",
            ),
            models.UniqueConstraint(
                fields=["upgrade"],
                condition=models.Q(upgrade__isnull=False),
                name="upgrade_invoiced_once",
            ),
            models.UniqueConstraint(fields=["business", "number"], name="invoice_number_once"),
            models.UniqueConstraint(fields=["series", "seq"], name="invoice_seq_once"),
            models.CheckConstraint(
                condition=models.Q(total=models.F("subtotal") + models.F("tax")),
                name="invoice_adds_up",
            ),
            models.CheckConstraint(
                condition=models.Q(total__gt=0, withholding__gte=0), name="invoice_is_money"
            ),
        ]
        indexes = [
            models.Index(fields=["business", "-issued_on", "-id"], name="invoice_newest"),
            models.Index(fields=["business", "state"], name="invoice_by_state"),
            models.Index(fields=["number"], name="invoice_by_number"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def reference(self) -> UUID:
        """The id of what is billed, by which a gateway knows it."""
        if self.one_off or not self.agreement_id:
            return self.one_off or self.pk
        return reference_of(self.agreement_id, self.kind, self.period_start)

    @property
    def is_one_off(self) -> bool:
        """Whether it bills no period of an agreement."""
        return self.kind == ONE_OFF

    @property
    def zone(self) -> str:
        """The IANA time zone of its client's days."""
        return self.agreement.time_zone if self.agreement else self.time_zone

    @property
    def hour(self) -> int:
        """The hour from which the client is charged and reminded, in that zone."""
        return self.agreement.charge_hour if self.agreement else self.charge_hour

    @property
    def first_try_on(self) -> date:
        """The client's day on which a card is charged first; its retries are counted from it.

        An invoice carries the date of its business, which may be the day before or after.
        """
        if self.due_on > self.issued_on:
            return self.due_on
        return local_day(self.created_at, self.zone)

    @property
    def addressee(self) -> Contact:
        """Who gets the emails about it."""
        found = self.agreement.contact if self.agreement else self.contact
        assert found  # a constraint says so
        return found.who_reads

    @property
    def reader_language(self) -> str:
        """The language of the emails about it; the invoice itself is in `language`."""
        return self.addressee.language_for(self.language)

    @property
    def service(self) -> str:
        """What it bills, in a few words."""
        return self.title or (self.agreement.title if self.agreement else "")

    @property
    def is_open(self) -> bool:
        """Whether something is still to be paid."""
        return self.state == InvoiceState.OPEN

    @property
    def is_paid(self) -> bool:
        """Whether all of it was paid."""
        return self.state == InvoiceState.PAID

    @property
    def is_tax_included(self) -> bool:
        """Whether its prices contain the tax."""
        return self.tax_mode == TaxMode.INCLUSIVE

    @property
    def is_reverse_charge(self) -> bool:
        """Whether the client accounts for the tax."""
        return self.tax_mode == TaxMode.REVERSE

    @property
    def is_tax_exempt(self) -> bool:
        """Whether it is exempt from tax."""
        return self.tax_mode == TaxMode.EXEMPT


class InvoiceLine(TenantRow):
    """One line of an invoice. `amount` is in minor units.

    The amount is before tax, or includes tax where the invoice's prices include tax.
    """

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField(_("position"))
    description = models.CharField(_("description"), max_length=300)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to (exclusive)"))
    amount = models.BigIntegerField(_("amount"))

    class Meta:
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "position"], name="line_position_once")
        ]

    def __str__(self) -> str:
        return self.description


class NextLine(TenantRow):
    """A line for the agreement's next invoice, such as approved overage. `amount` is minor units.

    A sum too small to charge is carried forward the same way (rule 14). `ref` identifies what the
    line bills and is unique per kind. `invoice` is the invoice that took the line; it is empty
    until then, and never changes after. What its owner added can have a receipt (`document`) and
    can be removed until it is taken (rule 68).
    """

    agreement = models.ForeignKey("agreements.Agreement", models.PROTECT, related_name="next_lines")
    kind = models.CharField(_("kind"), max_length=20)
    ref = models.CharField(_("about"), max_length=80)
    description = models.CharField(_("description"), max_length=300)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to (exclusive)"))
    amount = models.BigIntegerField(_("amount"))
    invoice = models.ForeignKey(Invoice, models.PROTECT, null=True, blank=True, related_name="+")
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    actor = models.CharField(_("added by"), max_length=200, blank=True, db_default="")
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)
    removed_by = models.CharField(_("removed by"), max_length=200, blank=True, db_default="")

    class Meta:
        verbose_name = _("line for the next invoice")
        verbose_name_plural = _("lines for the next invoice")
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "ref"], name="next_line_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="next_line_is_money"),
            models.CheckConstraint(
                condition=models.Q(invoice__isnull=True) | models.Q(removed_at__isnull=True),
                name="next_line_billed_or_removed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["agreement"],
                name="next_line_waiting",
                condition=models.Q(invoice__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.description

    @property
    def can_be_removed(self) -> bool:
        """Whether its owner added it, and no invoice has taken it."""
        return self.kind in OWN_LINES and self.invoice_id is None


class CreditNote(TenantRow):
    """A correction of one invoice, with a number and a reason of its own.

    Amounts are in minor units of `currency`. The taxes are those of the invoice, in proportion.
    """

    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="credit_notes")
    invoice = models.ForeignKey("billing.Invoice", models.PROTECT, related_name="credit_notes")
    series = models.ForeignKey("billing.Series", models.PROTECT, related_name="+")
    seq = models.PositiveIntegerField(_("running number"))
    number = models.CharField(_("number"), max_length=40)
    issued_on = models.DateField(_("issued"))
    reason = models.CharField(_("reason"), max_length=300)
    actor = models.CharField(_("by"), max_length=200)
    currency = models.CharField(_("currency"), max_length=3)
    subtotal = models.BigIntegerField(_("before tax"))
    tax = models.BigIntegerField(_("tax"))
    total = models.BigIntegerField(_("total"))
    taxes = models.JSONField(_("tax by rate"), default=list)
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("credit note")
        verbose_name_plural = _("credit notes")
        ordering = ["-issued_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["business", "number"], name="credit_note_number_once"),
            models.UniqueConstraint(fields=["series", "seq"], name="credit_note_seq_once"),
            models.CheckConstraint(
                condition=models.Q(total=models.F("subtotal") + models.F("tax"), total__gt=0),
                name="credit_note_adds_up",
            ),
        ]
        indexes = [models.Index(fields=["number"], name="credit_note_by_number")]

    def __str__(self) -> str:
        return self.number
