"""Django's migrate, which also makes folders, and refuses a database that it cannot upgrade."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate

from core.database import schema
from retainer_hub.checks import about_schema
from retainer_hub.start import make_folders


class Command(migrate.Command):
    def check(self, *args: Any, **options: Any) -> None:
        """Run the checks without those of the database: this command is what mends it."""
        super().check(*args, **options | {"databases": None})

    def handle(self, *args: Any, **options: Any) -> None:
        make_folders()
        is_upgrade = options["database"] == "default" and not (
            options["app_label"] or options["plan"] or options["check_unapplied"]
        )
        if is_upgrade:
            refuse_unknown_schema()
        super().handle(*args, **options)
        if is_upgrade:
            refuse_unknown_schema()


def refuse_unknown_schema() -> None:
    """Raise CommandError for the database of another version.

    Migrating it would stop in the middle, or do nothing.
    """
    if found := schema.difference():
        kind, details = found
        if kind in (schema.Kind.FOREIGN, schema.Kind.DIFFERENT):
            raise CommandError(" ".join(about_schema(kind, details)))
