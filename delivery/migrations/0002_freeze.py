"""Makes what was issued, signed or recorded unchangeable in the database itself (rule 17)."""

from django.db import migrations

from core.database.frozen_rows import Freeze


ENTRY = [
    "business_id", "period_id", "on", "minutes", "note", "billable", "consumes", "actor", "replaces_id", "created_at",
    "imported_id", "import_key",
]
ASKED = ["business_id", "client_id", "period_id", "minutes", "rate", "currency", "note", "by_terms", "created_at"]
READ = ["business_id", "kpi_id", "period_id", "value", "on", "source", "actor", "replaces_id", "created_at"]


class Migration(migrations.Migration):
    dependencies = [("delivery", "0001_initial")]

    operations = [
        Freeze("delivery_timeentry", ENTRY),
        Freeze("delivery_adjustment"),
        Freeze("delivery_overage", ASKED),
        Freeze("delivery_reading", READ),
        Freeze("delivery_requestmessage"),
        Freeze("delivery_quarterlyreview", ["snapshot", "sha256", "starts_on", "ends_on", "agreement_id", "document_id"]),
        Freeze("delivery_report", ["snapshot", "sha256", "period_id"], when="OLD.sha256 <> ''"),
    ]
