"""The command `rotate_secrets`: seal every stored secret with the present key."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from retainer_hub import sealed


class Command(BaseCommand):
    """Seal what an earlier key sealed, and say whether that key is still needed."""

    help = (
        "Seal the keys of payment gateways and the secrets of second factors with the first of "
        "VAULT_KEYS, or with SECRET_KEY if there are none. It can be started again at any time."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add `--check`."""
        parser.add_argument("--check", action="store_true", help="change nothing, only count")

    def handle(self, *args: Any, **options: Any) -> None:
        """Rotate and print. Raises CommandError (status 1) if an earlier key is still needed."""
        found = sealed.reseal(change=not options["check"])
        done = "sealed with an earlier key" if options["check"] else "sealed anew"
        self.stdout.write(
            f"{found.current} were sealed with the present key, {found.earlier} {done}."
        )
        for name in found.unreadable:
            self.stdout.write(f"Cannot be read with any key that is set: {name}")
        if found.unreadable or (options["check"] and found.earlier):
            raise CommandError("Keep the earlier keys.", returncode=1)
        self.stdout.write("No stored secret needs an earlier key.")
