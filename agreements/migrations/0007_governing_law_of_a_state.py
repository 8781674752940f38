"""Makes room for the law of a part of a country, such as GB-EAW or US-CA; old values stay."""

import importlib

from django.db import migrations, models

from core.database.frozen_rows import Freeze

OFFER = importlib.import_module("agreements.migrations.0006_extras").OFFER
REST = [name for name in OFFER if name != "governing_law"]


class Migration(migrations.Migration):
    dependencies = [("agreements", "0006_extras")]

    operations = [
        # PostgreSQL alters no column that a trigger names.
        Freeze("agreements_proposal", REST, when="OLD.sent_at IS NOT NULL", again=True),
        migrations.AlterField(
            "proposal",
            "governing_law",
            models.CharField(blank=True, max_length=6, verbose_name="governing law"),
        ),
        # SQLite rebuilds the table, which drops its triggers.
        Freeze("agreements_proposal", OFFER, when="OLD.sent_at IS NOT NULL", again=True),
    ]
