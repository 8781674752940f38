from typing import Any

from django.db import migrations

from core.system.second_factors import SecondFactorAdapter, MARK


def seal(apps: Any, schema_editor: Any) -> None:
    """Seal the secrets that 0.1.0 stored as they are."""
    adapter = SecondFactorAdapter()
    for row in apps.get_model("mfa", "Authenticator").objects.all():
        for key in "secret", "seed":
            text = row.data.get(key, "")
            if text and not text.startswith(MARK):
                row.data[key] = adapter.encrypt(text)
                row.save(update_fields=["data"])


def open_again(apps: Any, schema_editor: Any) -> None:
    """Store the secrets as they are, as the version before can read them."""
    adapter = SecondFactorAdapter()
    for row in apps.get_model("mfa", "Authenticator").objects.all():
        for key in "secret", "seed":
            text = row.data.get(key, "")
            if text.startswith(MARK):
                row.data[key] = adapter.decrypt(text)
                row.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0031_teams"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [migrations.RunPython(seal, open_again)]
