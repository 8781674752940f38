"""Makes what was issued, signed or recorded unchangeable in the database itself (rule 17)."""

from django.db import migrations

from core.immutable import Freeze


class Migration(migrations.Migration):
    dependencies = [("delivery", "0001_initial")]

    operations = [
        Freeze("delivery_report", ["snapshot", "sha256", "period_id"], when="OLD.sha256 <> ''"),
    ]
