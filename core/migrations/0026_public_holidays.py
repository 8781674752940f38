"""Whose public holidays a business does not work on; none for those that exist."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0025_capacity_by_weekday")]

    operations = [
        migrations.AddField(
            model_name="business",
            name="holiday_country",
            field=models.CharField(
                blank=True, default="", max_length=2, verbose_name="country of public holidays"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="business",
            name="holiday_part",
            field=models.CharField(
                blank=True, default="", max_length=20, verbose_name="part of the country"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="business",
            name="worked_holidays",
            field=models.JSONField(blank=True, default=list, verbose_name="holidays worked"),
        ),
    ]
