"""What each settlement is of its invoice, when tax falls due, and payments that were taken back."""

import core.database.ids
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from core.database.frozen_rows import Freeze


REVERSED = ["business_id", "client_id", "payment_id", "currency", "applied", "beyond", "reason", "actor", "on"]


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0002_freeze'),
        ('clients', '0001_initial'),
        ('core', '0002_freeze'),
    ]

    operations = [
        migrations.CreateModel(
            name='PaidPart',
            fields=[
                ('id', models.UUIDField(default=core.database.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('by', models.CharField(choices=[('payment', 'Payment'), ('credit_note', 'Credit note'), ('certificate', 'Withholding certificate'), ('balance', 'Client credit'), ('write_off', 'Write-off'), ('reversal', 'Payment taken back')], max_length=12, verbose_name='settled by')),
                ('ref', models.UUIDField(verbose_name='which')),
                ('on', models.DateField(verbose_name='date')),
                ('subtotal', models.BigIntegerField(verbose_name='before tax')),
                ('tax', models.BigIntegerField(verbose_name='tax')),
                ('taxes', models.JSONField(default=list, verbose_name='tax by rate')),
                ('withheld', models.BigIntegerField(default=0, verbose_name='withheld')),
                ('beyond', models.BigIntegerField(default=0, verbose_name='beyond the invoice')),
                ('left', models.BigIntegerField(default=0, verbose_name='left to pay')),
            ],
            options={
                'verbose_name': 'part of an invoice that was settled',
                'verbose_name_plural': 'parts of invoices that were settled',
                'ordering': ['created_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='PaymentReversal',
            fields=[
                ('id', models.UUIDField(default=core.database.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('applied', models.BigIntegerField(verbose_name='taken from the invoice')),
                ('beyond', models.BigIntegerField(verbose_name='taken from the credit')),
                ('reason', models.CharField(max_length=300, verbose_name='reason')),
                ('actor', models.CharField(max_length=200, verbose_name='by')),
                ('on', models.DateField(verbose_name='date')),
            ],
            options={
                'verbose_name': 'reversal of a payment',
                'verbose_name_plural': 'reversals of payments',
                'ordering': ['-created_at', '-id'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='allocation',
            name='allocation_is_money',
        ),
        migrations.AddField(
            model_name='invoice',
            name='tax_on_payment',
            field=models.BooleanField(db_default=False, verbose_name='tax falls due on payment'),
        ),
        migrations.AlterField(
            model_name='allocation',
            name='by',
            field=models.CharField(choices=[('payment', 'Payment'), ('credit_note', 'Credit note'), ('certificate', 'Withholding certificate'), ('balance', 'Client credit'), ('write_off', 'Write-off'), ('reversal', 'Payment taken back')], max_length=12, verbose_name='settled by'),
        ),
        migrations.AlterField(
            model_name='journalentry',
            name='credit',
            field=models.CharField(choices=[('receivable', 'Receivable'), ('cash', 'Cash'), ('revenue', 'Revenue'), ('tax', 'Tax'), ('deferred', 'Tax not due yet'), ('credit', 'Client credit'), ('refunding', 'Refunds under way'), ('withheld', 'Tax withheld'), ('disputed', 'Disputed'), ('loss', 'Losses')], max_length=12, verbose_name='credit'),
        ),
        migrations.AlterField(
            model_name='journalentry',
            name='debit',
            field=models.CharField(choices=[('receivable', 'Receivable'), ('cash', 'Cash'), ('revenue', 'Revenue'), ('tax', 'Tax'), ('deferred', 'Tax not due yet'), ('credit', 'Client credit'), ('refunding', 'Refunds under way'), ('withheld', 'Tax withheld'), ('disputed', 'Disputed'), ('loss', 'Losses')], max_length=12, verbose_name='debit'),
        ),
        migrations.AlterField(
            model_name='withholdingcertificate',
            name='state',
            field=models.CharField(choices=[('owed', 'Owed'), ('received', 'Received'), ('not_needed', 'Not needed')], default='owed', max_length=10, verbose_name='state'),
        ),
        migrations.AddConstraint(
            model_name='allocation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('amount__gt', 0), models.Q(('by', 'reversal'), _negated=True)), models.Q(('amount__lt', 0), ('by', 'reversal')), _connector='OR'), name='allocation_is_money'),
        ),
        migrations.AddField(
            model_name='paidpart',
            name='business',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business'),
        ),
        migrations.AddField(
            model_name='paidpart',
            name='invoice',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='billing.invoice'),
        ),
        migrations.AddField(
            model_name='paymentreversal',
            name='business',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business'),
        ),
        migrations.AddField(
            model_name='paymentreversal',
            name='client',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reversals', to='clients.client'),
        ),
        migrations.AddField(
            model_name='paymentreversal',
            name='document',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.document'),
        ),
        migrations.AddField(
            model_name='paymentreversal',
            name='payment',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='reversal', to='billing.payment'),
        ),
        migrations.AddConstraint(
            model_name='paidpart',
            constraint=models.UniqueConstraint(fields=('invoice', 'by', 'ref'), name='paid_part_once'),
        ),
        migrations.AddConstraint(
            model_name='paymentreversal',
            constraint=models.CheckConstraint(condition=models.Q(('applied__gte', 0), ('beyond__gte', 0)), name='reversal_is_money'),
        ),
        # SQLite rebuilds a table to change its constraints, and loses its triggers.
        Freeze("billing_allocation", again=True),
        Freeze("billing_paidpart"),
        Freeze("billing_paymentreversal", REVERSED),
    ]
