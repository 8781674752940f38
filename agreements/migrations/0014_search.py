"""What the search finds of this room (core.database.searched_table)."""

from django.db import migrations

from core.database.searched_table import Searched


class Migration(migrations.Migration):
    dependencies = [("core", "0021_search"), ("agreements", "0013_names_in_the_admin")]

    operations = [
        Searched("agreements_proposal", "proposal", ["title"]),
        Searched("agreements_agreement", "agreement", ["title"]),
    ]
