"""Adds the row by which every worker sees that the mail server does not work."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0006_set_aside")]

    operations = [
        migrations.CreateModel(
            name="MailOutage",
            fields=[
                (
                    "server",
                    models.CharField(
                        max_length=40, primary_key=True, serialize=False, verbose_name="server"
                    ),
                ),
                ("failures", models.PositiveIntegerField(default=1, verbose_name="failures")),
                ("since", models.DateTimeField(verbose_name="since")),
                ("next_at", models.DateTimeField(verbose_name="next try")),
                (
                    "error",
                    models.CharField(blank=True, max_length=300, verbose_name="last error"),
                ),
            ],
            options={
                "verbose_name": "outage of the mail server",
                "verbose_name_plural": "outages of the mail server",
            },
        ),
    ]
