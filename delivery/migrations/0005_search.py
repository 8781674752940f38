"""What the search finds of this room (core.database.searched_table)."""

from django.db import migrations

from core.database.searched_table import Searched


class Migration(migrations.Migration):
    dependencies = [("core", "0021_search"), ("delivery", "0004_off_months_and_quiet_warnings")]

    operations = [
        Searched("delivery_request", "request", ["title"]),
        Searched("delivery_deliverable", "deliverable", ["title"]),
        Searched("delivery_timeentry", "time", ["note"], only=("voided_at", "IS NULL")),
    ]
