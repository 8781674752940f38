"""One-off invoices: an invoice may belong to no period, and to no agreement (rule 62)."""

import django.db.models.deletion
from django.db import migrations, models

from core.database.frozen_rows import Freeze

FIGURES = [
    "business_id", "client_id", "agreement_id", "period_id", "upgrade_id", "kind", "period_start", "series_id", "seq",
    "number", "collect_by", "issued_on", "due_on", "currency", "subtotal", "tax", "total", "withholding", "tax_mode", "taxes",
    "tax_note", "seller", "buyer", "language", "terms_hash", "tax_on_payment", "contact_id", "title", "time_zone",
    "charge_hour", "one_off", "form",
]

class Migration(migrations.Migration):
    dependencies = [
        ('agreements', '0012_reading_time'),
        ('billing', '0011_exchanged_accounts'),
        ('clients', '0007_words_of_calls'),
        ('core', '0017_monthly_costs'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='invoice',
            name='invoice_once',
        ),
        migrations.AddField(
            model_name='invoice',
            name='charge_hour',
            field=models.PositiveSmallIntegerField(db_default=9, verbose_name='charged from this hour'),
        ),
        migrations.AddField(
            model_name='invoice',
            name='contact',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clients.contact'),
        ),
        migrations.AddField(
            model_name='invoice',
            name='form',
            field=models.UUIDField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='invoice',
            name='one_off',
            field=models.UUIDField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='invoice',
            name='time_zone',
            field=models.CharField(blank=True, db_default='', max_length=64, verbose_name='time zone'),
        ),
        migrations.AddField(
            model_name='invoice',
            name='title',
            field=models.CharField(blank=True, db_default='', max_length=300, verbose_name='for'),
        ),
        migrations.AlterField(
            model_name='invoice',
            name='agreement',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='invoices', to='agreements.agreement'),
        ),
        migrations.AlterField(
            model_name='invoice',
            name='period',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='invoices', to='agreements.period'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.UniqueConstraint(condition=models.Q(('one_off__isnull', True)), fields=('agreement', 'period_start', 'kind'), name='invoice_once'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.UniqueConstraint(condition=models.Q(('one_off__isnull', False)), fields=('one_off',), name='one_off_invoiced_once'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.UniqueConstraint(condition=models.Q(('form__isnull', False)), fields=('business', 'form'), name='one_off_form_once'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('agreement__isnull', False), ('one_off__isnull', True), ('period__isnull', False)), models.Q(('kind', 'one_off'), ('one_off__isnull', False), ('period__isnull', True), models.Q(('agreement__isnull', False), ('contact__isnull', False), _connector='OR')), _connector='OR'), name='invoice_is_of_something'),
        ),
        Freeze("billing_invoice", FIGURES, again=True),
    ]
