"""Makes what was issued, signed or recorded unchangeable in the database itself (rule 17)."""

from django.db import migrations

from core.immutable import Freeze

FIGURES = [
    "business_id", "client_id", "agreement_id", "period_id", "kind", "period_start", "number", "issued_on",
    "due_on", "currency", "subtotal", "tax", "total", "taxes", "seller", "buyer", "language", "terms_hash",
]  # fmt: skip
MONEY = [
    "business_id", "client_id", "charge_id", "gateway", "reference", "currency", "amount", "method_label",
    "received_at", "receipt_number",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_initial")]

    operations = [
        Freeze("billing_invoice", FIGURES),
        Freeze("billing_line"),
        Freeze("billing_payment", MONEY),
        Freeze("billing_allocation"),
        Freeze("billing_journal"),
        Freeze("billing_transition"),
        Freeze("billing_charge", ["invoice_id", "n", "method_id", "currency", "amount", "sent_at"]),
    ]
