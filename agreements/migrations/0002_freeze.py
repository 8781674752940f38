"""Makes what was issued, signed or recorded unchangeable in the database itself (rule 17)."""

from django.db import migrations

from core.database.frozen_rows import Freeze

TERMS = [
    "business_id", "client_id", "contact_id", "proposal_id", "title", "tier", "terms", "terms_hash", "language",
    "currency", "amount", "minutes", "tax_mode", "taxes", "tax_note", "withholding_percent",
    "collect_by", "interval", "starts_on", "anchor_day", "rollover", "rollover_percent", "rollover_periods",
]
CHANGE = [
    "business_id", "agreement_id", "client_id", "number", "kind", "effective_on", "tier", "amount", "minutes",
    "ends_on", "terms", "terms_hash",
]
SUMS = [
    "business_id", "agreement_id", "period_id", "amendment_id", "starts_on", "ends_on", "due_at", "currency", "credit",
    "charge", "amount", "minutes",
]
SPAN = ["agreement_id", "amendment_id", "index", "starts_on", "ends_on", "due_at", "currency", "amount", "minutes"]
OFFER = [
    "business_id", "client_id", "contact_id", "title", "intro", "currency", "language", "interval", "collect_by",
    "starts_on", "ends_on", "notice_days", "minimum_months", "rollover", "rollover_percent", "rollover_periods", "renews", "in_order", "countersigns",
    "recommended_because", "trial_measure", "next_tier", "credits_trial", "after_trial_id", "kind", "template_id",
    "is_bilingual", "service", "governing_law", "kpis", "expectations", "competitors", "value_adds", "overage_amount",
    "overage_minutes", "report_days", "report_unreviewed", "text", "version", "revises_id", "shows_openings", "snapshot", "snapshot_hash", "sent_at",
]
RUNG = [
    "proposal_id", "position", "name", "tagline", "amount", "minutes", "response_hours", "adds", "deliverables",
    "is_recommended", "is_frozen",
]


class Migration(migrations.Migration):
    dependencies = [("agreements", "0001_initial")]

    operations = [
        Freeze("agreements_proposal", OFFER, when="OLD.sent_at IS NOT NULL"),
        Freeze("agreements_tier", RUNG, when="OLD.is_frozen"),
        Freeze("agreements_agreement", TERMS),
        Freeze("agreements_amendment", CHANGE),
        Freeze("agreements_period", SPAN),
        Freeze("agreements_upgrade", SUMS),
        Freeze("agreements_signature", when="OLD.signed_at IS NOT NULL"),
    ]
