"""Who at a client gets emails about money in copy."""

from django.db import migrations, models

from core.database.searched_table import Searched


class Migration(migrations.Migration):
    dependencies = [("clients", "0009_contact_language")]

    operations = [
        migrations.AddField(
            model_name="contact",
            name="gets_billing",
            field=models.BooleanField(
                db_default=False,
                default=False,
                verbose_name="gets emails about money in copy",
            ),
        ),
        Searched("clients_contact", "contact", ["name", "email"]),
    ]
