"""The language that a person at a client chose for the portal and their emails."""

from django.db import migrations, models

import core.formats
from core.database.searched_table import Searched


class Migration(migrations.Migration):
    dependencies = [("clients", "0008_search")]

    operations = [
        migrations.AddField(
            model_name="contact",
            name="language",
            field=models.CharField(
                blank=True,
                choices=core.formats.language_choices,
                db_default="",
                default="",
                max_length=5,
                verbose_name="language",
            ),
        ),
        Searched("clients_contact", "contact", ["name", "email"]),
    ]
