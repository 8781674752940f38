"""When a saved card was last looked up at the gateway (rule 50)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0006_made_elsewhere")]

    operations = [
        migrations.AddField(
            model_name="paymentmethod",
            name="checked_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="last looked up"),
        ),
    ]
