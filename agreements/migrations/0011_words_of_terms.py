"""The choices and labels of terms in other words; nothing is stored otherwise."""

import agreements.rules.terms
import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('agreements', '0010_given_value_add'),
    ]

    operations = [
        migrations.AlterField(
            model_name='agreement',
            name='parked_because',
            field=models.CharField(blank=True, max_length=300, verbose_name='on hold because'),
        ),
        migrations.AlterField(
            model_name='agreement',
            name='renews',
            field=models.CharField(choices=[('no', 'It ends'), ('alone', 'It renews automatically, unless one side gives notice in time'), ('signed', 'It renews when the client signs again')], default=agreements.rules.terms.Renews['NO'], max_length=10, verbose_name='at its end'),
        ),
        migrations.AlterField(
            model_name='agreement',
            name='rollover',
            field=models.CharField(choices=[('none', 'Ends with its period'), ('surplus', 'Carries over into the next period'), ('surplus_deficit', 'Carries over, and extra time is deducted from the next period')], default=agreements.rules.terms.Rollover['NONE'], max_length=20, verbose_name='unused time'),
        ),
        migrations.AlterField(
            model_name='agreement',
            name='rollover_periods',
            field=models.PositiveSmallIntegerField(default=1, verbose_name='rolls over for how many periods'),
        ),
        migrations.AlterField(
            model_name='proposal',
            name='renews',
            field=models.CharField(choices=[('no', 'It ends'), ('alone', 'It renews automatically, unless one side gives notice in time'), ('signed', 'It renews when the client signs again')], default=agreements.rules.terms.Renews['NO'], max_length=10, verbose_name='at its end'),
        ),
        migrations.AlterField(
            model_name='proposal',
            name='report_unreviewed',
            field=models.CharField(choices=[('send', 'It is sent with the numbers and without a comment'), ('wait', 'It waits for me')], default=agreements.rules.terms.Unreviewed['SEND'], max_length=4, verbose_name='a report that is not reviewed by then'),
        ),
        migrations.AlterField(
            model_name='proposal',
            name='rollover',
            field=models.CharField(choices=[('none', 'Ends with its period'), ('surplus', 'Carries over into the next period'), ('surplus_deficit', 'Carries over, and extra time is deducted from the next period')], default=agreements.rules.terms.Rollover['NONE'], max_length=20, verbose_name='unused time'),
        ),
        migrations.AlterField(
            model_name='proposal',
            name='rollover_periods',
            field=models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(12)], verbose_name='for how many periods'),
        ),
    ]
