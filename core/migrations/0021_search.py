"""The index of the search: what documents are called, and a place for what other rooms add."""

import django.db.models.deletion
from django.db import migrations, models

from core.database.searched_table import IndexOfWords, Searched


#: Invoices, receipts and credit notes are found by their own rows.
FOUND_BY_TITLE = "NOT IN ('invoice', 'receipt', 'credit_note')"


class Migration(migrations.Migration):
    dependencies = [("core", "0020_receipts_of_costs")]

    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=12, verbose_name="kind")),
                ("words", models.TextField(verbose_name="words")),
                ("total", models.BigIntegerField(null=True, verbose_name="total")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "business",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="core.business",
                    ),
                ),
            ],
            options={
                "verbose_name": "search entry",
                "verbose_name_plural": "search entries",
                "indexes": [
                    models.Index(
                        fields=["business", "total", "id"],
                        name="search_by_total",
                        condition=models.Q(total__isnull=False),
                    ),
                ],
            },
        ),
        IndexOfWords(),
        Searched("core_document", "document", ["title"], only=("kind", FOUND_BY_TITLE)),
    ]
