"""Indexes by which the admin site finds clients and their people."""

import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0014_erasing"),
        ("core", "0036_found_in_the_admin"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="client",
            index=models.Index(
                django.db.models.functions.text.Lower("name"), name="client_by_whole_name"
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                django.db.models.functions.text.Lower("email"), name="contact_by_email"
            ),
        ),
    ]
