"""Adds the client's goals, own sections and questions to a proposal, frozen once it is sent."""

from django.db import migrations, models

from core.database.frozen_rows import Freeze

OFFER = [
    "business_id", "client_id", "contact_id", "title", "intro", "currency", "language", "interval", "collect_by",
    "starts_on", "ends_on", "notice_days", "minimum_months", "rollover", "rollover_percent", "rollover_periods", "renews", "in_order", "countersigns",
    "recommended_because", "trial_measure", "next_tier", "credits_trial", "after_trial_id", "kind", "template_id",
    "is_bilingual", "service", "governing_law", "kpis", "expectations", "competitors", "value_adds", "overage_amount",
    "overage_minutes", "report_days", "report_unreviewed", "text", "version", "revises_id", "shows_openings", "snapshot", "snapshot_hash", "sent_at",
    "goals", "sections", "faq",
]


class Migration(migrations.Migration):
    dependencies = [("agreements", "0004_pick_again")]

    operations = [
        migrations.AddField(
            model_name="proposal",
            name="goals",
            field=models.JSONField(blank=True, default=list, verbose_name="your client's goals"),
        ),
        migrations.AddField(
            model_name="proposal",
            name="sections",
            field=models.JSONField(blank=True, default=list, verbose_name="what you will do"),
        ),
        migrations.AddField(
            model_name="proposal",
            name="faq",
            field=models.JSONField(blank=True, default=list, verbose_name="questions and answers"),
        ),
        Freeze("agreements_proposal", OFFER, when="OLD.sent_at IS NOT NULL", again=True),
    ]
