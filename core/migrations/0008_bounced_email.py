"""Lets an email come back: a state, and the time of the report."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0007_mail_outage")]

    operations = [
        migrations.AddField(
            "outboxemail",
            "bounced_at",
            models.DateTimeField(blank=True, null=True, verbose_name="bounced"),
        ),
        migrations.AlterField(
            "outboxemail",
            "state",
            models.CharField(
                choices=[
                    ("waiting", "Waiting"),
                    ("sent", "Sent"),
                    ("failed", "Failed"),
                    ("bounced", "Bounced"),
                ],
                default="waiting",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AddConstraint(
            "outboxemail",
            models.CheckConstraint(
                condition=models.Q(bounced_at__isnull=False, state="bounced")
                | (models.Q(bounced_at__isnull=True) & ~models.Q(state="bounced")),
                name="outbox_bounced_at",
            ),
        ),
        migrations.AddIndex(
            "outboxemail",
            models.Index(
                condition=models.Q(state="bounced"),
                fields=["business", "to"],
                name="outbox_bounced",
            ),
        ),
    ]
