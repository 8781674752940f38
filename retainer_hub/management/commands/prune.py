"""The command `prune`: delete what the rules of data protection say, as every night."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.errors import StandsStill
from retainer_hub.pruning import prune


class Command(BaseCommand):
    """Delete what is old, or count it."""

    help = "Delete what docs/data-protection.md says, as every night; --dry-run only counts it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add `--dry-run`."""
        parser.add_argument("--dry-run", action="store_true", help="count, and delete nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the number of rows by rule. Raises CommandError."""
        now = timezone.now()
        try:
            counted = prune.due(now=now) if options["dry_run"] else prune.nightly(now=now)
        except StandsStill as error:
            raise CommandError(str(error), returncode=1) from error
        for name, rows in counted.items():
            self.stdout.write(f"{name}: {rows}")
