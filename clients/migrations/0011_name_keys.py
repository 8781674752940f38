"""The key by which clients and people are sorted, and its index; 0012 fills it."""

from django.db import migrations, models

import core.database.name_key_field
from core.database.searched_table import Searched


class Migration(migrations.Migration):
    dependencies = [("clients", "0010_billing_contacts"), ("core", "0026_public_holidays")]

    operations = [
        migrations.AlterModelOptions(
            name="client",
            options={
                "ordering": ["name_key", "id"],
                "verbose_name": "client",
                "verbose_name_plural": "clients",
            },
        ),
        migrations.RemoveIndex(model_name="client", name="client_by_name"),
        migrations.AddField(
            model_name="client",
            name="name_key",
            field=core.database.name_key_field.NameKeyField(
                db_default=b"", default=b"", editable=False
            ),
        ),
        migrations.AddIndex(
            model_name="client",
            index=models.Index(fields=["business", "name_key", "id"], name="client_by_name_key"),
        ),
        Searched("clients_client", "client", ["name", "legal_name", "tax_id"]),
        migrations.AddField(
            model_name="contact",
            name="name_key",
            field=core.database.name_key_field.NameKeyField(
                db_default=b"", default=b"", editable=False
            ),
        ),
        Searched("clients_contact", "contact", ["name", "email"]),
    ]
