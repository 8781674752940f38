"""Exchange rates are kept with their days, and never change (rule 64)."""

from django.db import migrations, models

from core.database.frozen_rows import Freeze

STORED = ["business_id", "currency", "own", "on", "rate", "source"]


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0017_gateway_fees'),
        ('core', '0021_search'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='exchangerate',
            name='exchange_rate_once',
        ),
        migrations.AddField(
            model_name='exchangerate',
            name='removed_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='removed'),
        ),
        migrations.AddIndex(
            model_name='exchangerate',
            index=models.Index(fields=['business', 'own', 'currency', 'on'], name='exchange_rate_of_day'),
        ),
        Freeze("billing_exchangerate", STORED),
    ]
