"""The rows of this room, as the models describe them."""

import core.ids
import delivery.states
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('agreements', '0001_initial'),
        ('clients', '0001_initial'),
        ('core', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ReportRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('door', models.CharField(max_length=20, verbose_name='started by')),
                ('started_at', models.DateTimeField(verbose_name='started')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='finished')),
                ('result', models.JSONField(default=dict, verbose_name='result')),
            ],
            options={
                'verbose_name': 'report run',
                'verbose_name_plural': 'report runs',
                'ordering': ['-started_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Deliverable',
            fields=[
                ('id', models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('title', models.CharField(max_length=160, verbose_name='what')),
                ('promised', models.PositiveIntegerField(default=1, verbose_name='promised')),
                ('done', models.PositiveIntegerField(default=0, verbose_name='done')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business')),
                ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliverables', to='agreements.period')),
            ],
            options={
                'verbose_name': 'deliverable',
                'verbose_name_plural': 'deliverables',
                'ordering': ['position'],
            },
        ),
        migrations.CreateModel(
            name='Export',
            fields=[
                ('id', models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('scope', models.CharField(choices=[('agreement', 'One agreement'), ('client', 'Everything about a client'), ('everything', 'The whole business')], max_length=12, verbose_name='what')),
                ('subject_id', models.UUIDField(editable=False, verbose_name='about')),
                ('state', models.CharField(choices=[('waiting', 'Being made'), ('ready', 'Ready'), ('failed', 'Failed'), ('gone', 'Taken away')], default=delivery.states.ExportState['WAITING'], max_length=10, verbose_name='state')),
                ('done', models.PositiveIntegerField(default=0, verbose_name='files')),
                ('size', models.PositiveBigIntegerField(default=0, verbose_name='size in bytes')),
                ('sha256', models.CharField(blank=True, max_length=64, verbose_name='SHA-256')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='made')),
                ('expires_at', models.DateTimeField(blank=True, null=True, verbose_name='kept until')),
                ('lease_until', models.DateTimeField(blank=True, editable=False, null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0, verbose_name='tries')),
                ('agreement', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agreements.agreement')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business')),
                ('client', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clients.client')),
            ],
            options={
                'verbose_name': 'export',
                'verbose_name_plural': 'exports',
                'ordering': ['-created_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Kpi',
            fields=[
                ('id', models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('unit', models.CharField(blank=True, max_length=20, verbose_name='unit')),
                ('baseline', models.DecimalField(decimal_places=2, default=0, max_digits=14, verbose_name='at the start')),
                ('target', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='monthly target')),
                ('less_is_better', models.BooleanField(default=False, verbose_name='less is better')),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='kpis', to='agreements.agreement')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business')),
            ],
            options={
                'verbose_name': 'KPI',
                'verbose_name_plural': 'KPIs',
                'ordering': ['created_at', 'name'],
            },
        ),
        migrations.CreateModel(
            name='Overage',
            fields=[
                ('id', models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('state', models.CharField(choices=[('asked', 'Waits for the client'), ('approved', 'Approved'), ('declined', 'Declined'), ('withdrawn', 'Taken back')], default=delivery.states.OverageState['ASKED'], max_length=10, verbose_name='state')),
                ('minutes', models.PositiveIntegerField(verbose_name='time')),
                ('rate', models.PositiveBigIntegerField(verbose_name='for an hour')),
                ('billed', models.PositiveIntegerField(default=0, verbose_name='billed time')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='what for')),
                ('by_terms', models.BooleanField(default=False, verbose_name='permitted by the agreement')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided')),
                ('decided_by', models.CharField(blank=True, max_length=200, verbose_name='decided by')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business')),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='overages', to='clients.client')),
                ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='overages', to='agreements.period')),
            ],
            options={
                'verbose_name': 'overage',
                'verbose_name_plural': 'overages',
                'ordering': ['-created_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Reading',
            fields=[
                ('id', models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('value', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='value')),
                ('on', models.DateField(verbose_name='day')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business')),
                ('kpi', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='readings', to='delivery.kpi')),
                ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='readings', to='agreements.period')),
            ],
            options={
                'verbose_name': 'reading',
                'verbose_name_plural': 'readings',
            },
        ),
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('sent', 'Sent')], default=delivery.states.ReportState['DRAFT'], max_length=10, verbose_name='state')),
                ('language', models.CharField(choices=[('en', 'English'), ('th', 'Thai')], default='en', max_length=5, verbose_name='language')),
                ('comment', models.TextField(blank=True, max_length=3000, verbose_name='your words')),
                ('next_text', models.TextField(blank=True, max_length=1000, verbose_name='what is next')),
                ('snapshot', models.JSONField(blank=True, default=dict, verbose_name='contents')),
                ('sha256', models.CharField(blank=True, max_length=64, verbose_name='SHA-256 of the contents')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent')),
                ('opened_at', models.DateTimeField(blank=True, null=True, verbose_name='first opened')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business')),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='clients.client')),
                ('document', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.document')),
                ('period', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='report', to='agreements.period')),
            ],
            options={
                'verbose_name': 'report',
                'verbose_name_plural': 'reports',
                'ordering': ['-created_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='TimeEntry',
            fields=[
                ('id', models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('on', models.DateField(verbose_name='day')),
                ('minutes', models.PositiveIntegerField(verbose_name='time')),
                ('note', models.CharField(max_length=300, verbose_name='what was done')),
                ('billable', models.BooleanField(default=True, verbose_name='for the client')),
                ('consumes', models.BooleanField(default=True, verbose_name='counts against the included hours')),
                ('actor', models.CharField(blank=True, max_length=200, verbose_name='written by')),
                ('voided_at', models.DateTimeField(blank=True, null=True, verbose_name='replaced or taken back')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business')),
                ('deliverable', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='delivery.deliverable')),
                ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='time_entries', to='agreements.period')),
                ('replaces', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='delivery.timeentry')),
            ],
            options={
                'verbose_name': 'time entry',
                'verbose_name_plural': 'time entries',
                'ordering': ['-on', '-created_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Adjustment',
            fields=[
                ('id', models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('minutes', models.IntegerField(verbose_name='time')),
                ('reason', models.CharField(max_length=300, verbose_name='reason')),
                ('actor', models.CharField(max_length=200, verbose_name='written by')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business')),
                ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='adjustments', to='agreements.period')),
            ],
            options={
                'verbose_name': 'adjustment',
                'verbose_name_plural': 'adjustments',
                'ordering': ['created_at', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('minutes', 0), _negated=True), name='adjustment_is_something')],
            },
        ),
        migrations.AddConstraint(
            model_name='deliverable',
            constraint=models.UniqueConstraint(fields=('period', 'position'), name='deliverable_position_once'),
        ),
        migrations.AddConstraint(
            model_name='export',
            constraint=models.UniqueConstraint(condition=models.Q(('state', delivery.states.ExportState['WAITING'])), fields=('subject_id',), name='export_once_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='kpi',
            constraint=models.UniqueConstraint(fields=('agreement', 'name'), name='kpi_once'),
        ),
        migrations.AddConstraint(
            model_name='overage',
            constraint=models.CheckConstraint(condition=models.Q(('billed__lte', models.F('minutes')), ('minutes__gt', 0), ('rate__gt', 0)), name='overage_is_something'),
        ),
        migrations.AddConstraint(
            model_name='overage',
            constraint=models.UniqueConstraint(condition=models.Q(('state', delivery.states.OverageState['ASKED'])), fields=('period',), name='overage_asked_once'),
        ),
        migrations.AddConstraint(
            model_name='overage',
            constraint=models.UniqueConstraint(condition=models.Q(('by_terms', True)), fields=('period',), name='overage_by_terms_once'),
        ),
        migrations.AddConstraint(
            model_name='reading',
            constraint=models.UniqueConstraint(fields=('kpi', 'period'), name='reading_once_per_period'),
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(fields=['business', '-created_at', '-id'], name='report_newest'),
        ),
        migrations.AddIndex(
            model_name='timeentry',
            index=models.Index(fields=['business', '-on', '-id'], name='time_entry_newest'),
        ),
        migrations.AddConstraint(
            model_name='timeentry',
            constraint=models.CheckConstraint(condition=models.Q(('minutes__gt', 0), ('minutes__lte', 1440)), name='time_entry_fits_a_day'),
        ),
        migrations.AddConstraint(
            model_name='timeentry',
            constraint=models.CheckConstraint(condition=models.Q(('billable', True), ('consumes', False), _connector='OR'), name='time_entry_own_work_is_free'),
        ),
    ]
