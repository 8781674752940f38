"""What the search finds of this room (core.database.searched_table)."""

from django.db import migrations

from core.database.searched_table import Searched


class Migration(migrations.Migration):
    dependencies = [("core", "0021_search"), ("clients", "0007_words_of_calls")]

    operations = [
        Searched("clients_client", "client", ["name", "legal_name", "tax_id"]),
        Searched("clients_contact", "contact", ["name", "email"]),
    ]
