"""On SQLite the search reads each entry once, whatever its kind."""

from django.db import migrations

from core.database.searched_table import IndexOfWordsByKind


class Migration(migrations.Migration):
    dependencies = [("core", "0032_second_factors_sealed")]

    operations = [IndexOfWordsByKind()]
