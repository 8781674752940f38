"""Billing in the admin site. Every page is read-only: only business functions change these rows."""

from django.contrib import admin

from billing.models import (
    Allocation,
    BankDetails,
    BankStatementLine,
    BillingRun,
    Charge,
    Collection,
    CreditNote,
    Dispute,
    FeeLookup,
    GatewayAccount,
    GatewayEvent,
    GatewayFee,
    Invoice,
    InvoiceLine,
    JournalEntry,
    NextLine,
    Numbering,
    PaidPart,
    Payment,
    PaymentMethod,
    PaymentReversal,
    Refund,
    Series,
    Transition,
    UnpaidCase,
    UnpaidRule,
    WithholdingCertificate,
)
from core.web.admin_site import FrozenAdmin


@admin.register(Invoice)
class InvoiceAdmin(FrozenAdmin):
    list_display = ["number", "state", "issued_on", "currency", "total"]
    list_filter = ["state", "currency"]
    search_fields = ["number", "client__name"]
    neighbours = ("client", "contact", "agreement", "period", "upgrade", "business")


@admin.register(InvoiceLine)
class LineAdmin(FrozenAdmin):
    list_display = ["description", "starts_on", "amount"]
    search_fields = ["description", "invoice__number"]
    neighbours = ("invoice",)


@admin.register(Collection)
class CollectionAdmin(FrozenAdmin):
    list_display = ["state", "reason", "tries", "next_at", "handle"]
    list_filter = ["state", "gateway"]
    search_fields = ["handle", "invoice__number"]
    neighbours = ("invoice", "business")


@admin.register(Transition)
class TransitionAdmin(FrozenAdmin):
    list_display = ["what", "old", "new", "why", "at"]
    list_filter = ["what", "new"]
    search_fields = ["why", "collection__invoice__number"]
    neighbours = ("collection",)


@admin.register(Charge)
class ChargeAdmin(FrozenAdmin):
    list_display = ["n", "state", "currency", "amount", "code", "sent_at", "finished_at"]
    list_filter = ["state", "code"]
    search_fields = ["=id", "invoice__number"]
    neighbours = ("invoice", "method")


@admin.register(Payment)
class PaymentAdmin(FrozenAdmin):
    list_display = ["receipt_number", "currency", "amount", "received_at", "reference"]
    list_filter = ["gateway", "currency"]
    search_fields = ["receipt_number", "reference", "client__name"]
    neighbours = ("client", "charge", "business")


@admin.register(PaidPart)
class PaidPartAdmin(FrozenAdmin):
    list_display = ["by", "on", "subtotal", "tax", "withheld", "beyond"]
    list_filter = ["by"]
    search_fields = ["=ref", "invoice__number"]
    neighbours = ("invoice",)


@admin.register(PaymentReversal)
class ReversalAdmin(FrozenAdmin):
    list_display = ["on", "currency", "applied", "beyond", "reason"]
    search_fields = ["payment__receipt_number", "client__name"]
    neighbours = ("client", "payment")


@admin.register(Allocation)
class AllocationAdmin(FrozenAdmin):
    list_display = ["by", "amount", "created_at"]
    list_filter = ["by"]
    search_fields = ["invoice__number"]
    neighbours = ("invoice",)


@admin.register(PaymentMethod)
class PaymentMethodAdmin(FrozenAdmin):
    list_display = ["brand", "last4", "gateway", "expires_on", "removed_at"]
    list_filter = ["gateway"]
    search_fields = ["last4", "client__name"]
    neighbours = ("client",)


@admin.register(JournalEntry)
class JournalAdmin(FrozenAdmin):
    list_display = ["on", "kind", "debit", "credit", "currency", "amount"]
    list_filter = ["kind", "debit", "credit"]
    search_fields = ["ref", "client__name"]
    neighbours = ("client", "business")


@admin.register(Series)
class SeriesAdmin(FrozenAdmin):
    list_display = ["kind", "year", "last"]
    list_filter = ["kind", "year"]
    search_fields = ["business__name"]
    neighbours = ("business",)


@admin.register(GatewayEvent)
class GatewayEventAdmin(FrozenAdmin):
    list_display = ["event_id", "gateway", "handle", "received_at", "done_at"]
    search_fields = ["event_id", "handle"]


@admin.register(BillingRun)
class BillingRunAdmin(FrozenAdmin):
    list_display = ["started_at", "door", "finished_at"]
    list_filter = ["door"]
    search_fields = ["door"]


@admin.register(CreditNote)
class CreditNoteAdmin(FrozenAdmin):
    list_display = ["number", "issued_on", "currency", "total", "reason"]
    search_fields = ["number", "invoice__number", "client__name"]
    neighbours = ("invoice", "client", "business")


@admin.register(Refund)
class RefundAdmin(FrozenAdmin):
    list_display = ["state", "currency", "amount", "sent_at", "finished_at", "handle"]
    list_filter = ["state"]
    search_fields = ["handle", "payment__receipt_number"]
    neighbours = ("payment", "credit_note")


@admin.register(Dispute)
class DisputeAdmin(FrozenAdmin):
    list_display = ["state", "currency", "amount", "reason", "answer_by", "handle"]
    list_filter = ["state"]
    search_fields = ["handle", "client__name"]
    neighbours = ("payment", "client")


@admin.register(GatewayFee)
class GatewayFeeAdmin(FrozenAdmin):
    list_display = ["of", "currency", "amount", "taken_at", "handle"]
    list_filter = ["of"]
    search_fields = ["handle", "payment__receipt_number"]
    neighbours = ("payment", "client")


@admin.register(FeeLookup)
class FeeLookupAdmin(FrozenAdmin):
    list_display = ["payment", "asked_at", "next_at", "lookups"]
    search_fields = ["payment__receipt_number"]
    neighbours = ("payment",)


@admin.register(WithholdingCertificate)
class CertificateAdmin(FrozenAdmin):
    list_display = ["state", "number", "currency", "amount", "received_on"]
    list_filter = ["state"]
    search_fields = ["number", "invoice__number"]
    neighbours = ("invoice", "client")


@admin.register(NextLine)
class NextLineAdmin(FrozenAdmin):
    list_display = ["description", "kind", "amount", "created_at"]
    list_filter = ["kind"]
    search_fields = ["description", "ref"]
    neighbours = ("agreement", "invoice")


@admin.register(BankDetails)
class BankDetailsAdmin(FrozenAdmin):
    list_display = ["holder", "bank", "account"]
    search_fields = ["holder", "account"]
    neighbours = ("business",)


@admin.register(BankStatementLine)
class StatementLineAdmin(FrozenAdmin):
    list_display = ["on", "currency", "amount", "state", "text"]
    list_filter = ["state"]
    search_fields = ["text"]
    neighbours = ("business", "payment")


@admin.register(Numbering)
class NumberingAdmin(FrozenAdmin):
    list_display = ["kind", "pattern", "resets_yearly"]
    search_fields = ["pattern"]
    neighbours = ("business",)


@admin.register(GatewayAccount)
class GatewayAccountAdmin(FrozenAdmin):
    """The secrets are fields that cannot be edited, so no page shows them."""

    list_display = ["gateway", "hint", "account_id", "is_live", "connected_at", "exchanged_at"]
    search_fields = ["hint"]
    neighbours = ("business",)


@admin.register(UnpaidRule)
class UnpaidRuleAdmin(FrozenAdmin):
    list_display = ["after", "action"]
    list_filter = ["action"]
    neighbours = ("agreement", "business")


@admin.register(UnpaidCase)
class UnpaidCaseAdmin(FrozenAdmin):
    list_display = ["periods", "action", "applies_on", "applied_at", "closed_at"]
    list_filter = ["action"]
    search_fields = ["agreement__client__name"]
    neighbours = ("agreement", "business")
