"""What happens to off months, corrections of reports, and warnings that are muted or replaced."""

import core.database.ids
import delivery.rules.off_months
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from core.database.frozen_rows import Freeze


REPLACED = '''
UPDATE delivery_earlywarning SET replaced_at = dismissed_at, dismissed_at = NULL
WHERE dismissed_at IS NOT NULL AND EXISTS (
    SELECT 1 FROM delivery_earlywarning newer
    WHERE newer.period_id = delivery_earlywarning.period_id
      AND newer.created_at = delivery_earlywarning.dismissed_at
)
'''
DISMISSED = 'UPDATE delivery_earlywarning SET dismissed_at = replaced_at WHERE replaced_at IS NOT NULL'


class Migration(migrations.Migration):

    dependencies = [
        ('agreements', '0012_reading_time'),
        ('clients', '0007_words_of_calls'),
        ('core', '0017_monthly_costs'),
        ('delivery', '0003_words_of_requests'),
    ]

    operations = [
        migrations.AddField(
            model_name='earlywarning',
            name='replaced_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='replaced'),
        ),
        migrations.AddField(
            model_name='report',
            name='held_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='held for review'),
        ),
        migrations.CreateModel(
            name='ReportCorrection',
            fields=[
                ('id', models.UUIDField(default=core.database.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('note', models.TextField(max_length=1000, verbose_name='what is corrected')),
                ('lines', models.JSONField(default=list, verbose_name='what changed')),
                ('actor', models.CharField(blank=True, max_length=200, verbose_name='written by')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business')),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clients.client')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='delivery.report')),
            ],
            options={
                'verbose_name': 'correction of a report',
                'verbose_name_plural': 'corrections of reports',
                'ordering': ['created_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='MutedItem',
            fields=[
                ('id', models.UUIDField(default=core.database.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('kind', models.CharField(choices=[('kpi', 'KPI'), ('work', 'Deliverable'), ('over', 'Hours that run out'), ('unused', 'Hours that expire')], max_length=6, verbose_name='kind')),
                ('name', models.CharField(blank=True, max_length=160, verbose_name='name')),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='muted_items', to='agreements.agreement')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business')),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clients.client')),
            ],
            options={
                'verbose_name': 'muted item',
                'verbose_name_plural': 'muted items',
                'ordering': ['-created_at', '-id'],
                'constraints': [models.UniqueConstraint(fields=('agreement', 'kind', 'name'), name='muted_item_once')],
            },
        ),
        migrations.CreateModel(
            name='OffMonthRule',
            fields=[
                ('id', models.UUIDField(default=core.database.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('choice', models.CharField(choices=[('hold', 'Hold it for me until the evening of its day'), ('wait', 'Never send it before I have reviewed it'), ('send', 'Send it on its day like any other')], default=delivery.rules.off_months.OffMonth['HOLD'], max_length=4, verbose_name='off month')),
                ('agreement', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='off_month_rule', to='agreements.agreement')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business')),
            ],
            options={
                'verbose_name': 'rule for off months',
                'verbose_name_plural': 'rules for off months',
                'ordering': ['-created_at', '-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('agreement__isnull', True)), fields=('business',), name='off_month_rule_of_business_once')],
            },
        ),
        migrations.CreateModel(
            name='WarningDigest',
            fields=[
                ('id', models.UUIDField(default=core.database.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('day', models.DateField(verbose_name='day')),
                ('count', models.PositiveIntegerField(default=0, verbose_name='warnings')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business')),
            ],
            options={
                'verbose_name': 'digest of warnings',
                'verbose_name_plural': 'digests of warnings',
                'ordering': ['-day', '-id'],
                'constraints': [models.UniqueConstraint(fields=('business', 'day'), name='warning_digest_once')],
            },
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(fields=['sha256'], name='report_by_hash'),
        ),
        migrations.RunSQL(REPLACED, DISMISSED),
        Freeze("delivery_reportcorrection"),
    ]
