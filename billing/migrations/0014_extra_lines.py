"""Extra lines of the next invoice: their receipts, and that they are billed once or removed (rule 68)."""

import django.db.models.deletion
from django.db import migrations, models

from core.database.frozen_rows import Freeze

WAITING = [
    "business_id", "agreement_id", "kind", "ref", "description", "starts_on", "ends_on", "amount", "document_id", "actor",
]


class Migration(migrations.Migration):
    dependencies = [
        ('agreements', '0012_reading_time'),
        ('billing', '0013_exchange_rates'),
        ('core', '0020_receipts_of_costs'),
    ]

    operations = [
        migrations.AddField(
            model_name='nextline',
            name='actor',
            field=models.CharField(blank=True, db_default='', max_length=200, verbose_name='added by'),
        ),
        migrations.AddField(
            model_name='nextline',
            name='document',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.document'),
        ),
        migrations.AddField(
            model_name='nextline',
            name='removed_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='removed'),
        ),
        migrations.AddField(
            model_name='nextline',
            name='removed_by',
            field=models.CharField(blank=True, db_default='', max_length=200, verbose_name='removed by'),
        ),
        migrations.AddConstraint(
            model_name='nextline',
            constraint=models.CheckConstraint(condition=models.Q(('invoice__isnull', True), ('removed_at__isnull', True), _connector='OR'), name='next_line_billed_or_removed'),
        ),
        Freeze("billing_nextline", WAITING, again=True),
        Freeze(
            "billing_nextline",
            ["invoice_id", "removed_at", "removed_by"],
            when="OLD.invoice_id IS NOT NULL OR OLD.removed_at IS NOT NULL",
            also="_taken",
        ),
    ]
