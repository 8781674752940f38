"""The rows of this room, as the models describe them."""

import billing.states
import django.utils.timezone
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Allocation',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('amount', models.BigIntegerField(verbose_name='amount')),
            ],
            options={
                'verbose_name': 'allocation',
                'verbose_name_plural': 'allocations',
            },
        ),
        migrations.CreateModel(
            name='BillingRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('door', models.CharField(max_length=20, verbose_name='started by')),
                ('started_at', models.DateTimeField(verbose_name='started')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='finished')),
                ('result', models.JSONField(default=dict, verbose_name='result')),
            ],
            options={
                'verbose_name': 'billing run',
                'verbose_name_plural': 'billing runs',
                'ordering': ['-started_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Charge',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('n', models.PositiveSmallIntegerField(verbose_name='attempt')),
                ('state', models.CharField(choices=[('sent', 'Being confirmed'), ('unknown', 'Being confirmed'), ('processing', 'Processing'), ('requires_action', 'Needs the client'), ('succeeded', 'Paid'), ('failed', 'Declined'), ('void', 'Never sent')], default=billing.states.ChargeState['SENT'], max_length=20, verbose_name='state')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('amount', models.BigIntegerField(verbose_name='amount')),
                ('code', models.CharField(blank=True, max_length=60, verbose_name='decline code')),
                ('sent_at', models.DateTimeField(verbose_name='sent')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='answered')),
            ],
            options={
                'verbose_name': 'charge',
                'verbose_name_plural': 'charges',
                'ordering': ['-sent_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Collection',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('gateway', models.CharField(max_length=20, verbose_name='gateway')),
                ('prepare_key', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('handle', models.CharField(blank=True, max_length=80, null=True, verbose_name='gateway object')),
                ('state', models.CharField(choices=[('ready', 'Scheduled'), ('wait', 'Being confirmed'), ('dunning', 'Needs a new payment method'), ('voiding', 'Being cancelled'), ('done', 'Done')], default=billing.states.CollectionState['READY'], max_length=10, verbose_name='state')),
                ('next_at', models.DateTimeField(blank=True, null=True, verbose_name='next try')),
                ('lease_until', models.DateTimeField(blank=True, editable=False, null=True)),
                ('fence', models.PositiveIntegerField(default=0, editable=False)),
                ('tries', models.PositiveSmallIntegerField(default=0, verbose_name='declines')),
                ('lookups', models.PositiveSmallIntegerField(default=0, verbose_name='look-ups')),
                ('reason', models.CharField(blank=True, max_length=60, verbose_name='reason')),
            ],
            options={
                'verbose_name': 'collection',
                'verbose_name_plural': 'collections',
            },
        ),
        migrations.CreateModel(
            name='GatewayEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('gateway', models.CharField(max_length=20, verbose_name='gateway')),
                ('event_id', models.CharField(max_length=80, verbose_name='event')),
                ('handle', models.CharField(max_length=80, verbose_name='gateway object')),
                ('body', models.BinaryField(verbose_name='body')),
                ('received_at', models.DateTimeField(verbose_name='received')),
                ('done_at', models.DateTimeField(blank=True, null=True, verbose_name='applied')),
            ],
            options={
                'verbose_name': 'gateway event',
                'verbose_name_plural': 'gateway events',
            },
        ),
        migrations.CreateModel(
            name='Invoice',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('kind', models.CharField(default='fee', max_length=10, verbose_name='kind')),
                ('period_start', models.DateField(verbose_name='service from')),
                ('number', models.CharField(max_length=40, verbose_name='number')),
                ('state', models.CharField(choices=[('open', 'Open'), ('paid', 'Paid'), ('void', 'Void')], default=billing.states.InvoiceState['OPEN'], max_length=10, verbose_name='state')),
                ('issued_on', models.DateField(verbose_name='issued')),
                ('due_on', models.DateField(verbose_name='due')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('subtotal', models.BigIntegerField(verbose_name='before tax')),
                ('tax', models.BigIntegerField(verbose_name='tax')),
                ('total', models.BigIntegerField(verbose_name='total')),
                ('taxes', models.JSONField(default=list, verbose_name='tax by rate')),
                ('seller', models.JSONField(verbose_name='seller')),
                ('buyer', models.JSONField(verbose_name='buyer')),
                ('language', models.CharField(max_length=5, verbose_name='language')),
                ('terms_hash', models.CharField(max_length=64, verbose_name='SHA-256 of the terms')),
            ],
            options={
                'verbose_name': 'invoice',
                'verbose_name_plural': 'invoices',
                'ordering': ['-issued_on', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Journal',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('kind', models.CharField(max_length=20, verbose_name='kind')),
                ('ref', models.CharField(max_length=80, verbose_name='about')),
                ('debit', models.CharField(choices=[('receivable', 'Receivable'), ('cash', 'Cash'), ('revenue', 'Revenue'), ('tax', 'Tax')], max_length=12, verbose_name='debit')),
                ('credit', models.CharField(choices=[('receivable', 'Receivable'), ('cash', 'Cash'), ('revenue', 'Revenue'), ('tax', 'Tax')], max_length=12, verbose_name='credit')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('amount', models.BigIntegerField(verbose_name='amount')),
                ('on', models.DateField(verbose_name='date')),
            ],
            options={
                'verbose_name': 'journal row',
                'verbose_name_plural': 'journal',
                'ordering': ['on', 'created_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Line',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('description', models.CharField(max_length=300, verbose_name='description')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(verbose_name='to (exclusive)')),
                ('amount', models.BigIntegerField(verbose_name='amount')),
                ('tax_percent', models.DecimalField(decimal_places=3, default=0, max_digits=6, verbose_name='tax rate in percent')),
            ],
            options={
                'verbose_name': 'line',
                'verbose_name_plural': 'lines',
                'ordering': ['position'],
            },
        ),
        migrations.CreateModel(
            name='Payment',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('gateway', models.CharField(max_length=20, verbose_name='gateway')),
                ('reference', models.CharField(max_length=80, verbose_name='reference')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('amount', models.BigIntegerField(verbose_name='amount')),
                ('method_label', models.CharField(blank=True, max_length=60, verbose_name='paid with')),
                ('received_at', models.DateTimeField(verbose_name='received')),
                ('receipt_number', models.CharField(max_length=40, verbose_name='receipt')),
            ],
            options={
                'verbose_name': 'payment',
                'verbose_name_plural': 'payments',
                'ordering': ['-received_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='PaymentMethod',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('gateway', models.CharField(max_length=20, verbose_name='gateway')),
                ('token', models.CharField(max_length=80)),
                ('brand', models.CharField(max_length=20, verbose_name='card')),
                ('last4', models.CharField(max_length=4, verbose_name='last four digits')),
                ('expires_on', models.DateField(blank=True, null=True, verbose_name='valid until')),
                ('removed_at', models.DateTimeField(blank=True, null=True, verbose_name='removed')),
            ],
            options={
                'verbose_name': 'payment method',
                'verbose_name_plural': 'payment methods',
            },
        ),
        migrations.CreateModel(
            name='SandboxCard',
            fields=[
                ('token', models.CharField(max_length=80, primary_key=True, serialize=False)),
                ('customer', models.CharField(db_index=True, max_length=80)),
                ('behaviour', models.CharField(max_length=30)),
                ('brand', models.CharField(max_length=20)),
                ('last4', models.CharField(max_length=4)),
                ('expires_on', models.DateField()),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'sandbox card',
            },
        ),
        migrations.CreateModel(
            name='SandboxIntent',
            fields=[
                ('handle', models.CharField(max_length=80, primary_key=True, serialize=False)),
                ('prepare_key', models.CharField(max_length=80, unique=True)),
                ('invoice_ref', models.CharField(max_length=80)),
                ('currency', models.CharField(max_length=3)),
                ('amount', models.BigIntegerField()),
                ('status', models.CharField(default='new', max_length=30)),
                ('charge_key', models.CharField(blank=True, max_length=80)),
                ('card', models.CharField(blank=True, max_length=80)),
                ('code', models.CharField(blank=True, max_length=60)),
                ('executions', models.PositiveIntegerField(default=0)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'sandbox payment',
            },
        ),
        migrations.CreateModel(
            name='Series',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('kind', models.CharField(choices=[('invoice', 'Invoices'), ('receipt', 'Receipts')], max_length=10, verbose_name='kind')),
                ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                ('last', models.PositiveIntegerField(default=0, verbose_name='last number')),
            ],
            options={
                'verbose_name': 'series',
                'verbose_name_plural': 'series',
            },
        ),
        migrations.CreateModel(
            name='Transition',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('what', models.CharField(max_length=20, verbose_name='what')),
                ('old', models.CharField(blank=True, max_length=20, verbose_name='from')),
                ('new', models.CharField(max_length=20, verbose_name='to')),
                ('why', models.CharField(blank=True, max_length=120, verbose_name='why')),
                ('at', models.DateTimeField(verbose_name='time')),
            ],
            options={
                'verbose_name': 'transition',
                'verbose_name_plural': 'transitions',
                'ordering': ['at', 'id'],
            },
        ),
    ]
