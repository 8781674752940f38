"""Refunds that were made at the gateway, and inquiries, which take no money (rule 50)."""

from django.db import migrations, models

from core.database.frozen_rows import Freeze

PROMISE = [
    "business_id", "client_id", "payment_id", "credit_note_id", "currency", "amount", "actor", "sent_at", "made_elsewhere",
    "uncovered",
]


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0005_freeze_tax_on_payment"),
        ("clients", "0001_initial"),
        ("core", "0006_set_aside"),
    ]

    operations = [
        migrations.AddField(
            model_name="refund",
            name="made_elsewhere",
            field=models.BooleanField(default=False, verbose_name="made at the gateway"),
        ),
        migrations.AddField(
            model_name="refund",
            name="uncovered",
            field=models.BigIntegerField(default=0, verbose_name="booked as a loss"),
        ),
        migrations.AlterField(
            model_name="dispute",
            name="state",
            field=models.CharField(
                choices=[
                    ("inquiry", "Inquiry, no money withdrawn"),
                    ("open", "Contested"),
                    ("won", "Dispute won"),
                    ("lost", "Dispute lost"),
                    ("closed", "Closed without a decision"),
                ],
                default="open",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(("uncovered__gte", 0), ("uncovered__lte", models.F("amount"))),
                name="refund_uncovered_is_a_part",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.UniqueConstraint(
                condition=models.Q(("handle", ""), _negated=True),
                fields=("payment", "handle"),
                name="refund_handle_once",
            ),
        ),
        Freeze("billing_refund", PROMISE, again=True),
    ]
