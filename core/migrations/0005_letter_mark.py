"""Gives each email a mark of its own. The emails that are there already keep an empty one."""

from django.db import migrations, models

import core.models.outbox


class Migration(migrations.Migration):
    dependencies = [("core", "0004_cache")]

    operations = [
        migrations.AddField(
            "outboxemail",
            "mark",
            models.CharField(max_length=16, blank=True, default="", editable=False),
        ),
        migrations.AlterField(
            "outboxemail",
            "mark",
            models.CharField(
                max_length=16, blank=True, default=core.models.outbox.new_mark, editable=False
            ),
        ),
    ]
