"""The invoice of an upgrade says which one it bills, once; the column is frozen with the others."""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

from core.immutable import Freeze

FIGURES = import_module("billing.migrations.0003_freeze").FIGURES
BEFORE = Freeze("billing_invoice", FIGURES)


class Migration(migrations.Migration):

    dependencies = [
        ('agreements', '0009_now'),
        ('billing', '0003_freeze'),
        ('clients', '0002_initial'),
        ('core', '0002_freeze'),
    ]

    operations = [
        migrations.AddField(
            model_name='invoice',
            name='upgrade',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='invoices', to='agreements.upgrade'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.UniqueConstraint(condition=models.Q(('upgrade__isnull', False)), fields=('upgrade',), name='upgrade_invoiced_once'),
        ),
        migrations.RunPython(BEFORE.backwards, BEFORE.forwards),
        Freeze("billing_invoice", [*FIGURES, "upgrade_id"]),
    ]
