"""Indexes by which the admin site finds rows of any business."""

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0035_erasing"),
    ]

    operations = [
        migrations.AlterField(
            model_name="business",
            name="owner",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="business",
                to=settings.AUTH_USER_MODEL,
                verbose_name="owner",
            ),
        ),
        migrations.AlterField(
            model_name="securityevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("signed_in", "Sign-ins"),
                    ("failed", "Failed sign-ins"),
                    ("credentials", "Password and email address"),
                    ("second_factor", "Second factor and passkeys"),
                    ("sessions", "Ended sessions"),
                    ("bank", "Bank details"),
                    ("gateway", "Payment gateways"),
                    ("api_keys", "API keys"),
                    ("exports", "Exports"),
                    ("rules", "Security settings"),
                    ("team", "Team"),
                    ("erased", "Erased data"),
                    ("staff", "Administrators"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.AddIndex(
            model_name="business",
            index=models.Index(
                django.db.models.functions.text.Lower("name"), name="business_by_name"
            ),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(fields=["sha256"], name="document_by_hash"),
        ),
        migrations.AddIndex(
            model_name="outboxemail",
            index=models.Index(django.db.models.functions.text.Lower("to"), name="outbox_to"),
        ),
    ]
