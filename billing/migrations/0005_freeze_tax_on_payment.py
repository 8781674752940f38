"""When an invoice's tax falls due is a part of what was issued, and does not change (rule 17)."""

from django.db import migrations

from core.database.frozen_rows import Freeze

FIGURES = [
    "business_id", "client_id", "agreement_id", "period_id", "upgrade_id", "kind", "period_start", "series_id", "seq",
    "number", "collect_by", "issued_on", "due_on", "currency", "subtotal", "tax", "total", "withholding", "tax_mode", "taxes",
    "tax_note", "seller", "buyer", "language", "terms_hash", "tax_on_payment",
]


class Migration(migrations.Migration):
    dependencies = [("billing", "0004_backfill_paid_parts")]

    operations = [Freeze("billing_invoice", FIGURES, again=True)]
