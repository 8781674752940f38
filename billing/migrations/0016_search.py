"""What the search finds of this room (core.database.searched_table)."""

from django.db import migrations

from core.database.searched_table import Searched


class Migration(migrations.Migration):
    dependencies = [("core", "0021_search"), ("billing", "0015_unpaid_periods")]

    operations = [
        Searched("billing_invoice", "invoice", ["number"], total="total"),
        Searched("billing_creditnote", "credit_note", ["number", "reason"], total="total"),
        Searched("billing_payment", "payment", ["receipt_number", "reference"], total="amount"),
    ]
