"""An email may be a copy of another, for somebody else."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0023_choices_of_the_business")]

    operations = [
        migrations.AddField(
            model_name="outboxemail",
            name="copy_of",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="copies",
                to="core.outboxemail",
            ),
        ),
    ]
