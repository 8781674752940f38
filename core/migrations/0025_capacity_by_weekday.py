"""The capacity of each weekday; a business that entered hours a month keeps them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0024_copies_of_emails")]

    operations = [
        migrations.AddField(
            model_name="business",
            name="week_minutes",
            field=models.JSONField(blank=True, default=list, verbose_name="capacity by weekday"),
        ),
    ]
