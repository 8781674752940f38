"""Makes what was issued, signed or recorded unchangeable in the database itself (rule 17)."""

from django.db import migrations

from core.database.frozen_rows import Freeze

FIGURES = [
    "business_id", "client_id", "agreement_id", "period_id", "upgrade_id", "kind", "period_start", "series_id", "seq",
    "number", "collect_by", "issued_on", "due_on", "currency", "subtotal", "tax", "total", "withholding", "tax_mode", "taxes",
    "tax_note", "seller", "buyer", "language", "terms_hash",
]
NOTE = [
    "business_id", "client_id", "invoice_id", "series_id", "seq", "number", "issued_on", "reason", "actor",
    "currency", "subtotal", "tax", "total", "taxes",
]
PROMISE = ["business_id", "client_id", "payment_id", "credit_note_id", "currency", "amount", "actor", "sent_at"]
CONTEST = ["business_id", "client_id", "payment_id", "gateway", "handle", "currency", "amount"]
PAPER = ["business_id", "client_id", "invoice_id", "currency", "amount"]
WAITING = ["business_id", "agreement_id", "kind", "ref", "description", "starts_on", "ends_on", "amount"]
ARRIVED = ["business_id", "fingerprint", "on", "currency", "amount", "text"]
MONEY = [
    "business_id", "client_id", "invoice_id", "charge_id", "gateway", "reference", "currency", "amount",
    "method_label", "received_at", "series_id", "seq", "receipt_number",
]


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]

    operations = [
        Freeze("billing_invoice", FIGURES),
        Freeze("billing_invoiceline"),
        Freeze("billing_payment", MONEY),
        Freeze("billing_allocation"),
        Freeze("billing_creditnote", NOTE),
        Freeze("billing_refund", PROMISE),
        Freeze("billing_dispute", CONTEST),
        Freeze("billing_withholdingcertificate", PAPER),
        Freeze("billing_nextline", WAITING),
        Freeze("billing_bankstatementline", ARRIVED),
        Freeze("billing_journalentry"),
        Freeze("billing_transition"),
        Freeze("billing_charge", ["invoice_id", "n", "method_id", "handle", "currency", "amount", "sent_at"]),
    ]
