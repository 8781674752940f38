"""Indexes by which the admin site finds what has a number."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0014_search"),
        ("billing", "0019_pruning"),
        ("clients", "0014_erasing"),
        ("core", "0036_found_in_the_admin"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="creditnote",
            index=models.Index(fields=["number"], name="credit_note_by_number"),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(fields=["number"], name="invoice_by_number"),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["receipt_number"], name="payment_by_receipt"),
        ),
    ]
