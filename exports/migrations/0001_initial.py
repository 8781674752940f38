import core.database.ids
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
            name='Export',
            fields=[
                ('id', models.UUIDField(default=core.database.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('scope', models.CharField(choices=[('agreement', 'One agreement'), ('client', 'Everything about a client'), ('everything', 'The whole business')], max_length=12, verbose_name='what')),
                ('subject_id', models.UUIDField(editable=False, verbose_name='about')),
                ('state', models.CharField(choices=[('waiting', 'Being made'), ('ready', 'Ready'), ('failed', 'Failed'), ('gone', 'Taken away')], default='waiting', max_length=10, verbose_name='state')),
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
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('subject_id',), name='export_once_at_a_time')],
            },
        ),
    ]
