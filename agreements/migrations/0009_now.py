"""Upgrades that apply inside a period; their figures are frozen as a period's are."""

import agreements.states
import core.ids
import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
from django.db import migrations, models

from core.immutable import Freeze

SUMS = [
    "business_id", "agreement_id", "period_id", "amendment_id", "starts_on", "ends_on", "due_at", "currency", "credit",
    "charge", "amount", "minutes",
]  # fmt: skip


class Migration(migrations.Migration):

    dependencies = [
        ('agreements', '0003_freeze'),
        ('core', '0002_freeze'),
    ]

    operations = [
        migrations.CreateModel(
            name='Upgrade',
            fields=[
                ('id', models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('starts_on', models.DateField(verbose_name='starts on')),
                ('ends_on', models.DateField(verbose_name='ends on (exclusive)')),
                ('due_at', models.DateTimeField(verbose_name='billed from')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('credit', models.PositiveBigIntegerField(verbose_name='credit')),
                ('charge', models.PositiveBigIntegerField(verbose_name='charge')),
                ('amount', models.PositiveBigIntegerField(verbose_name='to pay')),
                ('minutes', models.PositiveIntegerField(verbose_name='added minutes')),
                ('state', models.CharField(choices=[('due', 'To be billed'), ('invoiced', 'Invoiced'), ('carried', 'Carried to the next invoice'), ('skipped', 'Skipped')], default=agreements.states.PeriodState['DUE'], max_length=10, verbose_name='state')),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='upgrades', to='agreements.agreement')),
                ('amendment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='upgrade', to='agreements.amendment')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business')),
                ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='upgrades', to='agreements.period')),
            ],
            options={
                'verbose_name': 'upgrade',
                'verbose_name_plural': 'upgrades',
                'ordering': ['-starts_on', 'id'],
                'indexes': [models.Index(condition=models.Q(('state', agreements.states.PeriodState['DUE'])), fields=['due_at'], name='upgrade_to_bill')],
                'constraints': [models.UniqueConstraint(fields=('agreement', 'starts_on'), name='upgrade_once_a_day'), models.CheckConstraint(condition=models.Q(('ends_on__gt', models.F('starts_on'))), name='upgrade_has_days'), models.CheckConstraint(condition=models.Q(('amount__gt', 0), ('charge', django.db.models.expressions.CombinedExpression(models.F('credit'), '+', models.F('amount')))), name='upgrade_adds_up')],
            },
        ),
        Freeze("agreements_upgrade", SUMS),
    ]
