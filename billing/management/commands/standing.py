"""The command `standing`: whether this installation may act, and going on after it stood still."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from billing.recovery import compare, go_on
from core.continuity import standing
from core.errors import RuleError, StandsStill


class Command(BaseCommand):
    """Print whether the installation stands still, compare with the gateways, or go on."""

    help = (
        "Say whether this installation stands still because its database went back or is a copy; "
        "compare it with the payment gateways; go on."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add `--compare` and `--go-on`."""
        parser.add_argument(
            "--compare", action="store_true", help="read the lists of all gateway accounts"
        )
        parser.add_argument(
            "--go-on",
            action="store_true",
            help="this is the only installation that works with this database from now on",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked, then print. Raises CommandError (status 1) while it stands still."""
        now = timezone.now()
        try:
            standing.advance(now=now)
        except StandsStill:
            self._go_on(options)
        if row := standing.in_doubt():
            raise CommandError(standing.sentence(row.doubt), returncode=1)
        self.stdout.write("This installation acts.")

    def _go_on(self, options: dict[str, Any]) -> None:
        now = timezone.now()
        if options["compare"]:
            for sentence in compare.compare(now=now).sentences or ["The gateways know no more."]:
                self.stdout.write(sentence)
        if options["go_on"]:
            try:
                go_on.go_on(actor="command", now=now)
            except RuleError as error:
                raise CommandError(str(error), returncode=1) from error
