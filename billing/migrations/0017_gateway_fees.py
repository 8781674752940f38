"""What gateways took for payments, refunds and disputes (rule 69)."""

import core.database.ids
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from core.database.frozen_rows import Freeze


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0016_search'),
        ('clients', '0008_search'),
        ('core', '0021_search'),
    ]

    operations = [
        migrations.AlterField(
            model_name='journalentry',
            name='credit',
            field=models.CharField(choices=[('receivable', 'Receivable'), ('cash', 'Cash'), ('revenue', 'Revenue'), ('tax', 'Tax'), ('deferred', 'Tax not due yet'), ('credit', 'Client credit'), ('refunding', 'Refunds under way'), ('withheld', 'Tax withheld'), ('disputed', 'Disputed'), ('loss', 'Losses'), ('fees', 'Gateway fees'), ('gateway', 'Kept by gateway or bank')], max_length=12, verbose_name='credit'),
        ),
        migrations.AlterField(
            model_name='journalentry',
            name='debit',
            field=models.CharField(choices=[('receivable', 'Receivable'), ('cash', 'Cash'), ('revenue', 'Revenue'), ('tax', 'Tax'), ('deferred', 'Tax not due yet'), ('credit', 'Client credit'), ('refunding', 'Refunds under way'), ('withheld', 'Tax withheld'), ('disputed', 'Disputed'), ('loss', 'Losses'), ('fees', 'Gateway fees'), ('gateway', 'Kept by gateway or bank')], max_length=12, verbose_name='debit'),
        ),
        migrations.CreateModel(
            name='FeeLookup',
            fields=[
                ('id', models.UUIDField(default=core.database.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('asked_at', models.DateTimeField(verbose_name='asked')),
                ('next_at', models.DateTimeField(blank=True, null=True, verbose_name='next look')),
                ('lookups', models.PositiveSmallIntegerField(default=0, verbose_name='look-ups')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business')),
                ('payment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='fee_lookup', to='billing.payment')),
            ],
            options={
                'verbose_name': 'look-up of a gateway fee',
                'verbose_name_plural': 'look-ups of gateway fees',
                'indexes': [models.Index(condition=models.Q(('next_at__isnull', False)), fields=['next_at'], name='fee_to_ask')],
            },
        ),
        migrations.CreateModel(
            name='GatewayFee',
            fields=[
                ('id', models.UUIDField(default=core.database.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('gateway', models.CharField(max_length=20, verbose_name='gateway')),
                ('handle', models.CharField(max_length=80, verbose_name='gateway object')),
                ('of', models.CharField(choices=[('payment', 'Payment'), ('refund', 'Refund'), ('dispute', 'Dispute')], max_length=10, verbose_name='taken for')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('amount', models.BigIntegerField(verbose_name='amount')),
                ('moved', models.BigIntegerField(default=0, verbose_name='moved')),
                ('settled', models.BigIntegerField(default=0, verbose_name='arrived as')),
                ('parts', models.JSONField(default=list, verbose_name='parts')),
                ('taken_at', models.DateTimeField(verbose_name='taken')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business')),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='gateway_fees', to='clients.client')),
                ('payment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='fees', to='billing.payment')),
            ],
            options={
                'verbose_name': 'gateway fee',
                'verbose_name_plural': 'gateway fees',
                'ordering': ['-taken_at', '-id'],
                'constraints': [models.UniqueConstraint(fields=('gateway', 'handle'), name='gateway_fee_once')],
            },
        ),
        Freeze("billing_gatewayfee"),
    ]
