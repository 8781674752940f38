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
from core.web.admin_site.rows import FrozenAdmin


@admin.register(Invoice)
class InvoiceAdmin(FrozenAdmin):
    list_display = ["number", "state", "issued_on", "currency", "total"]
    list_filter = ["state", "currency"]
    found_by = ("number",)
    found_through = ("client",)
    neighbours = ("client", "contact", "agreement", "period", "upgrade", "business")
    is_chief = True
    icon = "receipt_long"


@admin.register(InvoiceLine)
class LineAdmin(FrozenAdmin):
    list_display = ["starts_on", "amount"]
    found_through = ("invoice",)
    neighbours = ("invoice",)


@admin.register(Collection)
class CollectionAdmin(FrozenAdmin):
    list_display = ["state", "reason", "tries", "next_at", "handle"]
    list_filter = ["state", "gateway"]
    parts_of = ("handle",)
    found_through = ("invoice",)
    neighbours = ("invoice", "business")
    needs_reason = False
    is_chief = True
    icon = "autorenew"

    def name_of(self, row: Collection) -> str:
        """The state of a collection."""
        return row.get_state_display()


@admin.register(Transition)
class TransitionAdmin(FrozenAdmin):
    list_display = ["what", "old", "new", "why", "at"]
    list_filter = ["what", "new"]
    neighbours = ("collection",)
    needs_reason = False


@admin.register(Charge)
class ChargeAdmin(FrozenAdmin):
    list_display = ["n", "state", "currency", "amount", "code", "sent_at", "finished_at"]
    list_filter = ["state", "code"]
    found_through = ("invoice",)
    neighbours = ("invoice", "method")
    needs_reason = False

    def name_of(self, row: Charge) -> str:
        """The number of a charge among those of its invoice, and its state."""
        return f"{row.n} · {row.get_state_display()}"


@admin.register(Payment)
class PaymentAdmin(FrozenAdmin):
    list_display = ["receipt_number", "currency", "amount", "received_at", "gateway"]
    list_filter = ["gateway", "currency"]
    found_by = ("receipt_number",)
    found_through = ("client",)
    neighbours = ("client", "charge", "business")
    is_chief = True
    icon = "payments"


@admin.register(PaidPart)
class PaidPartAdmin(FrozenAdmin):
    list_display = ["by", "on", "subtotal", "tax", "withheld", "beyond"]
    list_filter = ["by"]
    found_through = ("invoice",)
    neighbours = ("invoice",)
    needs_reason = False


@admin.register(PaymentReversal)
class ReversalAdmin(FrozenAdmin):
    list_display = ["on", "currency", "applied", "beyond"]
    found_through = ("client",)
    neighbours = ("client", "payment")


@admin.register(Allocation)
class AllocationAdmin(FrozenAdmin):
    list_display = ["by", "amount", "created_at"]
    list_filter = ["by"]
    found_through = ("invoice",)
    neighbours = ("invoice",)
    needs_reason = False


@admin.register(PaymentMethod)
class PaymentMethodAdmin(FrozenAdmin):
    list_display = ["brand", "last4", "gateway", "expires_on", "removed_at"]
    list_filter = ["gateway"]
    found_through = ("client",)
    neighbours = ("client",)


@admin.register(JournalEntry)
class JournalAdmin(FrozenAdmin):
    list_display = ["on", "kind", "debit", "credit", "currency", "amount"]
    list_filter = ["kind", "debit", "credit"]
    found_through = ("client",)
    neighbours = ("client", "business")
    needs_reason = False


@admin.register(Series)
class SeriesAdmin(FrozenAdmin):
    list_display = ["kind", "year", "last"]
    list_filter = ["kind", "year"]
    found_through = ("business",)
    neighbours = ("business",)
    needs_reason = False


@admin.register(GatewayEvent)
class GatewayEventAdmin(FrozenAdmin):
    list_display = ["event_id", "gateway", "handle", "received_at", "done_at"]
    parts_of = ("event_id", "handle")


@admin.register(BillingRun)
class BillingRunAdmin(FrozenAdmin):
    list_display = ["started_at", "door", "finished_at"]
    list_filter = ["door"]
    needs_reason = False


@admin.register(CreditNote)
class CreditNoteAdmin(FrozenAdmin):
    list_display = ["number", "issued_on", "currency", "total"]
    found_by = ("number",)
    found_through = ("client", "invoice")
    neighbours = ("invoice", "client", "business")


@admin.register(Refund)
class RefundAdmin(FrozenAdmin):
    list_display = ["state", "currency", "amount", "sent_at", "finished_at", "handle"]
    list_filter = ["state"]
    parts_of = ("handle",)
    found_through = ("payment",)
    neighbours = ("payment", "credit_note")
    needs_reason = False


@admin.register(Dispute)
class DisputeAdmin(FrozenAdmin):
    list_display = ["state", "currency", "amount", "answer_by", "handle"]
    list_filter = ["state"]
    parts_of = ("handle",)
    found_through = ("client",)
    neighbours = ("payment", "client")


@admin.register(GatewayFee)
class GatewayFeeAdmin(FrozenAdmin):
    list_display = ["of", "currency", "amount", "taken_at", "handle"]
    list_filter = ["of"]
    parts_of = ("handle",)
    found_through = ("client",)
    neighbours = ("payment", "client")
    needs_reason = False


@admin.register(FeeLookup)
class FeeLookupAdmin(FrozenAdmin):
    list_display = ["asked_at", "next_at", "lookups"]
    found_through = ("payment",)
    neighbours = ("payment",)
    needs_reason = False


@admin.register(WithholdingCertificate)
class CertificateAdmin(FrozenAdmin):
    list_display = ["state", "number", "currency", "amount", "received_on"]
    list_filter = ["state"]
    parts_of = ("number",)
    found_through = ("invoice", "client")
    neighbours = ("invoice", "client")


@admin.register(NextLine)
class NextLineAdmin(FrozenAdmin):
    list_display = ["kind", "amount", "created_at"]
    list_filter = ["kind"]
    found_through = ("agreement",)
    neighbours = ("agreement", "invoice")


@admin.register(BankDetails)
class BankDetailsAdmin(FrozenAdmin):
    list_display = ["bank", "created_at"]
    found_through = ("business",)
    neighbours = ("business",)


@admin.register(BankStatementLine)
class StatementLineAdmin(FrozenAdmin):
    list_display = ["on", "currency", "amount", "state"]
    list_filter = ["state"]
    found_through = ("business",)
    neighbours = ("business", "payment")


@admin.register(Numbering)
class NumberingAdmin(FrozenAdmin):
    list_display = ["kind", "pattern", "resets_yearly"]
    found_through = ("business",)
    neighbours = ("business",)
    needs_reason = False


@admin.register(GatewayAccount)
class GatewayAccountAdmin(FrozenAdmin):
    """The secrets are fields that cannot be edited, so no page shows them."""

    list_display = ["gateway", "hint", "account_id", "is_live", "connected_at", "exchanged_at"]
    found_through = ("business",)
    neighbours = ("business",)
    needs_reason = False
    is_chief = True
    icon = "account_balance"


@admin.register(UnpaidRule)
class UnpaidRuleAdmin(FrozenAdmin):
    list_display = ["after", "action"]
    list_filter = ["action"]
    found_through = ("agreement",)
    neighbours = ("agreement", "business")
    needs_reason = False


@admin.register(UnpaidCase)
class UnpaidCaseAdmin(FrozenAdmin):
    list_display = ["periods", "action", "applies_on", "applied_at", "closed_at"]
    list_filter = ["action"]
    found_through = ("agreement",)
    neighbours = ("agreement", "business")
    needs_reason = False
