"""A kind of document: the receipt of a cost that is passed on."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('core', '0019_reference_rates'),
    ]

    operations = [
        migrations.AlterField(
            model_name='document',
            name='kind',
            field=models.CharField(choices=[('agreement', 'Agreement'), ('signed_agreement', 'Signed agreement'), ('amendment', 'Amendment'), ('signed_amendment', 'Signed amendment'), ('invoice', 'Invoice'), ('receipt', 'Receipt'), ('credit_note', 'Credit note'), ('statement', 'Statement'), ('report', 'Report'), ('review', 'Quarterly review'), ('letter', 'Reference letter'), ('cost', 'Receipt of a cost')], max_length=20, verbose_name='kind'),
        ),
    ]
