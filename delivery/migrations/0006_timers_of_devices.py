"""Timers of devices that are offline at times, notes of days, and planned time."""

import core.database.ids
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from core.database.frozen_rows import Freeze


EVENT = [
    "business_id", "event_id", "run", "device", "counter", "kind", "clock", "at", "is_doubtful", "is_fixed", "agreement_id",
    "note", "created_at",
]


class Migration(migrations.Migration):

    dependencies = [
        ('agreements', '0014_search'),
        ('core', '0026_public_holidays'),
        ('delivery', '0005_search'),
    ]

    operations = [
        migrations.CreateModel(
            name='TimerRun',
            fields=[
                ('id', models.UUIDField(default=core.database.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('run', models.UUIDField(verbose_name='timer')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='what was done')),
                ('started_at', models.DateTimeField(verbose_name='started')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                ('is_discarded', models.BooleanField(default=False, verbose_name='discarded')),
                ('is_fixed', models.BooleanField(default=False, verbose_name='recorded by the server')),
                ('problem', models.CharField(blank=True, choices=[('clock', 'The clock of the device was wrong'), ('long', 'It ran for over twelve hours'), ('client', 'No agreement was chosen for it'), ('period', 'No period is open for its day'), ('day', 'Its day would have more than 24 hours'), ('sent', 'A report that was sent shows different hours')], max_length=6, verbose_name='to decide')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided')),
                ('agreement', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agreements.agreement')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business')),
                ('deliverable', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='delivery.deliverable')),
            ],
            options={
                'verbose_name': 'timer of a device',
                'verbose_name_plural': 'timers of devices',
                'ordering': ['-started_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='TimerDay',
            fields=[
                ('id', models.UUIDField(default=core.database.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('on', models.DateField(verbose_name='day')),
                ('written', models.CharField(editable=False, max_length=64)),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business')),
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='timer_day', to='delivery.timeentry', verbose_name='entry')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='days', to='delivery.timerrun')),
            ],
            options={
                'verbose_name': 'day of a timer',
                'verbose_name_plural': 'days of timers',
                'ordering': ['on', 'id'],
            },
        ),
        migrations.CreateModel(
            name='DayNote',
            fields=[
                ('id', models.UUIDField(default=core.database.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('on', models.DateField(verbose_name='day')),
                ('text', models.CharField(max_length=300, verbose_name='note of the day')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business')),
            ],
            options={
                'verbose_name': 'note of a day',
                'verbose_name_plural': 'notes of days',
                'ordering': ['-on', '-id'],
                'constraints': [models.UniqueConstraint(fields=('business', 'on'), name='day_note_once')],
            },
        ),
        migrations.CreateModel(
            name='PlannedTime',
            fields=[
                ('id', models.UUIDField(default=core.database.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('on', models.DateField(verbose_name='day')),
                ('minutes', models.PositiveIntegerField(verbose_name='planned')),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='planned_time', to='agreements.agreement')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business')),
            ],
            options={
                'verbose_name': 'planned time',
                'verbose_name_plural': 'planned time',
                'ordering': ['on', 'id'],
                'constraints': [models.UniqueConstraint(fields=('agreement', 'on'), name='planned_time_once'), models.CheckConstraint(condition=models.Q(('minutes__gt', 0), ('minutes__lte', 1440)), name='planned_time_fits_a_day')],
            },
        ),
        migrations.CreateModel(
            name='TimerEvent',
            fields=[
                ('id', models.UUIDField(default=core.database.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('event_id', models.UUIDField()),
                ('run', models.UUIDField(verbose_name='timer')),
                ('device', models.UUIDField(verbose_name='device')),
                ('counter', models.PositiveIntegerField(default=0, verbose_name='number on the device')),
                ('kind', models.CharField(choices=[('start', 'Started'), ('change', 'Changed'), ('stop', 'Stopped'), ('discard', 'Discarded'), ('drop', 'Discarded by a person')], max_length=7, verbose_name='what happened')),
                ('clock', models.DateTimeField(verbose_name='clock of the device')),
                ('at', models.DateTimeField(verbose_name='when it happened')),
                ('is_doubtful', models.BooleanField(default=False, verbose_name='the clock was wrong')),
                ('is_fixed', models.BooleanField(default=False, verbose_name='recorded by the server')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='what was done')),
                ('agreement', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agreements.agreement')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business')),
                ('deliverable', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='delivery.deliverable')),
            ],
            options={
                'verbose_name': 'event of a timer',
                'verbose_name_plural': 'events of timers',
                'ordering': ['at', 'counter', 'id'],
                'indexes': [models.Index(fields=['business', 'run'], name='timer_event_of_run')],
                'constraints': [models.UniqueConstraint(fields=('business', 'event_id'), name='timer_event_once')],
            },
        ),
        migrations.AddIndex(
            model_name='timerrun',
            index=models.Index(fields=['business', 'started_at'], name='timer_run_by_start'),
        ),
        migrations.AddConstraint(
            model_name='timerrun',
            constraint=models.UniqueConstraint(fields=('business', 'run'), name='timer_run_once'),
        ),
        migrations.AddConstraint(
            model_name='timerday',
            constraint=models.UniqueConstraint(fields=('run', 'on'), name='timer_day_once'),
        ),
        Freeze("delivery_timerevent", EVENT),
    ]
