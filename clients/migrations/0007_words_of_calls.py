"""A label of calls in other words; nothing is stored otherwise."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('clients', '0006_sample_clients'),
    ]

    operations = [
        migrations.AlterField(
            model_name='call',
            name='kpis',
            field=models.JSONField(blank=True, default=list, verbose_name='numbers to move'),
        ),
    ]
