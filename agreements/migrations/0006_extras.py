"""Adds what the client may add to a tier, frozen once the proposal is sent."""

from django.db import migrations, models

from core.database.frozen_rows import Freeze

OFFER = [
    "business_id", "client_id", "contact_id", "title", "intro", "currency", "language", "interval", "collect_by",
    "starts_on", "ends_on", "notice_days", "minimum_months", "rollover", "rollover_percent", "rollover_periods", "renews", "in_order", "countersigns",
    "recommended_because", "trial_measure", "next_tier", "credits_trial", "after_trial_id", "kind", "template_id",
    "is_bilingual", "service", "governing_law", "kpis", "expectations", "competitors", "value_adds", "overage_amount",
    "overage_minutes", "report_days", "report_unreviewed", "text", "version", "revises_id", "shows_openings", "snapshot", "snapshot_hash", "sent_at",
    "goals", "sections", "faq", "extras",
]


class Migration(migrations.Migration):
    dependencies = [("agreements", "0005_proposal_page")]

    operations = [
        migrations.AddField(
            model_name="proposal",
            name="extras",
            field=models.JSONField(blank=True, default=list, verbose_name="what the client may add"),
        ),
        Freeze("agreements_proposal", OFFER, when="OLD.sent_at IS NOT NULL", again=True),
    ]
