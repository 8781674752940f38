"""What a business was emailed about is now a choice of its owner (0022)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("core", "0022_notification_choices")]

    operations = [
        migrations.RemoveField(model_name="business", name="hears_answers"),
        migrations.RemoveField(model_name="business", name="hears_payments"),
        migrations.RemoveField(model_name="business", name="hears_views"),
    ]
