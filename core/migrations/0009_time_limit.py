"""Lets a step be set aside because it took longer than a task may take."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0008_bounced_email")]

    operations = [
        migrations.AlterField(
            "setaside",
            "reason",
            models.CharField(
                choices=[
                    ("rule", "%(detail)s"),
                    ("missing", "A stored value lacks an entry: %(detail)s."),
                    ("malformed", "A stored value does not have the expected form: %(detail)s."),
                    ("unknown", "A stored value is not known: %(detail)s."),
                    ("constraint", "The database refused it: %(detail)s."),
                    ("too_large", "An amount is too large: %(detail)s."),
                    ("no_file", "A file is missing: %(detail)s."),
                    ("database", "The database did not answer: %(detail)s."),
                    ("time_limit", "It took longer than a task may take."),
                    ("unexpected", "An unexpected error occurred: %(detail)s."),
                ],
                max_length=20,
                verbose_name="reason",
            ),
        ),
    ]
