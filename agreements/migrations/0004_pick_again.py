"""Several agreements of one proposal, of which at most one counts: another tier can be picked."""

import django.db.models.deletion
from django.db import migrations, models

from core.database.frozen_rows import Freeze

TERMS = [
    "business_id", "client_id", "contact_id", "proposal_id", "title", "tier", "terms", "terms_hash", "language",
    "currency", "amount", "minutes", "tax_mode", "taxes", "tax_note", "withholding_percent",
    "collect_by", "interval", "starts_on", "anchor_day", "rollover", "rollover_percent", "rollover_periods",
]


class Migration(migrations.Migration):
    dependencies = [("agreements", "0003_signer_change")]

    operations = [
        migrations.AlterField(
            model_name="agreement",
            name="proposal",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="agreements",
                to="agreements.proposal",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.UniqueConstraint(
                condition=models.Q(state__in=["sent", "active", "paused", "ended"]),
                fields=("proposal",),
                name="agreement_one_of_a_proposal",
            ),
        ),
        # SQLite has rebuilt the table, and its triggers are gone.
        Freeze("agreements_agreement", TERMS, again=True),
    ]
