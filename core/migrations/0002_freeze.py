"""Makes what was issued, signed or recorded unchangeable in the database itself (rule 17)."""

from django.db import migrations

from core.database.frozen_rows import Freeze


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        Freeze("core_auditevent"),
        Freeze("core_document"),
    ]
