"""The choices and labels of requests and imports in other words; nothing is stored otherwise."""

import delivery.rules.states
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('delivery', '0002_freeze'),
    ]

    operations = [
        migrations.AlterField(
            model_name='report',
            name='letter_opened_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='email opened'),
        ),
        migrations.AlterField(
            model_name='request',
            name='fits',
            field=models.CharField(choices=[('scope', 'In scope'), ('hours', 'Fits the hours that are left'), ('word', "Let's talk first")], max_length=6, verbose_name='fits'),
        ),
        migrations.AlterField(
            model_name='timeimport',
            name='state',
            field=models.CharField(choices=[('read', 'Read, not imported'), ('done', 'Imported'), ('dropped', 'Dropped')], default=delivery.rules.states.TimeImportState['READ'], max_length=10, verbose_name='state'),
        ),
    ]
