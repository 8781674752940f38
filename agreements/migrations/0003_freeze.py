"""Makes what was issued, signed or recorded unchangeable in the database itself (rule 17)."""

from django.db import migrations

from core.immutable import Freeze

TERMS = [
    "business_id", "client_id", "contact_id", "proposal_id", "title", "tier", "terms", "terms_hash", "language",
    "currency", "amount", "minutes", "tax_mode", "taxes", "tax_note", "withholding_percent",
    "collect_by", "interval", "starts_on", "anchor_day",
]  # fmt: skip
CHANGE = [
    "business_id", "agreement_id", "client_id", "number", "kind", "effective_on", "tier", "amount", "minutes",
    "ends_on", "terms", "terms_hash",
]  # fmt: skip
SPAN = ["agreement_id", "amendment_id", "index", "starts_on", "ends_on", "due_at", "currency", "amount", "minutes"]


class Migration(migrations.Migration):
    dependencies = [("agreements", "0002_initial")]

    operations = [
        Freeze("agreements_agreement", TERMS),
        Freeze("agreements_amendment", CHANGE),
        Freeze("agreements_period", SPAN),
        Freeze("agreements_signature", when="OLD.signed_at IS NOT NULL"),
    ]
