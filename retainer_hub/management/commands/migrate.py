"""Django's migrate, which also makes the folders of a new installation."""

from typing import Any

from django.core.management.commands import migrate

from retainer_hub.start import make_folders


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> Any:
        make_folders()
        return super().handle(*args, **options)
