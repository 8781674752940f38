"""Direct debits: kinds of payment methods, and payments that the bank returns later (rule 53)."""

from django.db import migrations, models

from core.database.frozen_rows import Freeze

MONEY = [
    "business_id", "client_id", "invoice_id", "charge_id", "gateway", "reference", "currency", "amount",
    "method_label", "received_at", "series_id", "seq", "receipt_number", "after_returns",
]


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0009_claimed_webhooks"),
        ("clients", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="gatewayaccount",
            name="debits",
            field=models.JSONField(blank=True, default=list, verbose_name="direct debits"),
        ),
        migrations.AddField(
            model_name="paymentmethod",
            name="kind",
            field=models.CharField(
                choices=[
                    ("card", "card"),
                    ("sepa_debit", "SEPA Direct Debit"),
                    ("bacs_debit", "Bacs Direct Debit"),
                    ("us_bank_account", "ACH Direct Debit"),
                ],
                default="card",
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="after_returns",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="returns before"),
        ),
        migrations.RemoveConstraint(model_name="payment", name="one_charged_payment"),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("charge__isnull", False)),
                fields=("invoice", "after_returns"),
                name="one_charged_payment_per_return",
            ),
        ),
        migrations.AlterField(
            model_name="charge",
            name="state",
            field=models.CharField(
                choices=[
                    ("sent", "Being confirmed"),
                    ("unknown", "Being confirmed"),
                    ("processing", "On its way"),
                    ("requires_action", "Needs the client"),
                    ("succeeded", "Paid"),
                    ("failed", "Declined"),
                    ("void", "Never sent"),
                    ("returned", "Returned by the bank"),
                ],
                default="sent",
                max_length=20,
                verbose_name="state",
            ),
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
                    ("returned", "Returned by the bank"),
                ],
                default="open",
                max_length=10,
                verbose_name="state",
            ),
        ),
        Freeze("billing_payment", MONEY, again=True),
    ]
