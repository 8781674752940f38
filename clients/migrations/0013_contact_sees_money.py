"""Who at a client sees no money in the portal."""

from django.db import migrations, models

from core.database.searched_table import Searched


class Migration(migrations.Migration):
    dependencies = [("clients", "0012_fill_name_keys")]

    operations = [
        migrations.AddField(
            model_name="contact",
            name="sees_money",
            field=models.BooleanField(
                db_default=True, default=True, verbose_name="sees money in the portal"
            ),
        ),
        Searched("clients_contact", "contact", ["name", "email"]),
    ]
