"""The owner's rule for periods that stay unpaid, and what became of it (rule 67)."""

import core.database.ids
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('agreements', '0012_reading_time'),
        ('billing', '0014_extra_lines'),
        ('core', '0020_receipts_of_costs'),
    ]

    operations = [
        migrations.CreateModel(
            name='UnpaidCase',
            fields=[
                ('id', models.UUIDField(default=core.database.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('action', models.CharField(choices=[('ask', 'Ask me'), ('pause', 'Pause the work from the next period on'), ('hold', 'Hold billing: issue and charge nothing until I release it')], max_length=10, verbose_name='what follows')),
                ('periods', models.PositiveSmallIntegerField(verbose_name='unpaid periods')),
                ('applies_on', models.DateField(verbose_name='applies on')),
                ('applied_at', models.DateTimeField(blank=True, null=True, verbose_name='applied')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed')),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='unpaid_cases', to='agreements.agreement')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business')),
            ],
            options={
                'verbose_name': 'unpaid periods of an agreement',
                'verbose_name_plural': 'unpaid periods of agreements',
                'ordering': ['-created_at', '-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('agreement',), name='one_open_unpaid_case')],
            },
        ),
        migrations.CreateModel(
            name='UnpaidRule',
            fields=[
                ('id', models.UUIDField(default=core.database.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('after', models.PositiveSmallIntegerField(verbose_name='unpaid periods')),
                ('action', models.CharField(choices=[('ask', 'Ask me'), ('pause', 'Pause the work from the next period on'), ('hold', 'Hold billing: issue and charge nothing until I release it')], max_length=10, verbose_name='what follows')),
                ('agreement', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='unpaid_rule', to='agreements.agreement')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business')),
            ],
            options={
                'verbose_name': 'rule for unpaid periods',
                'verbose_name_plural': 'rules for unpaid periods',
                'constraints': [models.UniqueConstraint(condition=models.Q(('agreement__isnull', True)), fields=('business',), name='unpaid_rule_of_business_once')],
            },
        ),
    ]
