"""A business can stop offering direct debits (rule 53)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0010_standing")]

    operations = [
        migrations.AddField(
            model_name="business",
            name="debits_on",
            field=models.BooleanField(default=True, verbose_name="direct debits are offered"),
        )
    ]
