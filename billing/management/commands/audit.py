"""The command `audit`: check the invariants of billing on the live database; change nothing.

It prints every contradiction and exits with status 1 if there is one.
"""

import json
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from billing.books.invariants import find_contradictions
from billing.charging.reconcile import reconcile


class Command(BaseCommand):
    """Print the contradictions, one per line or as JSON."""

    help = (
        "Check periods, numbers, totals, allocations, journal, charges, the gateway's list and "
        "stored PDFs."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add `--days`, `--no-gateway` and `--json`."""
        parser.add_argument(
            "--days", type=int, default=40, help="how far back the gateway's list is compared"
        )
        parser.add_argument("--no-gateway", action="store_true", help="do not ask the gateway")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check and print. Raises CommandError (exit status 1) if there is a contradiction."""
        now = timezone.now()
        contradictions = find_contradictions(now, files=True)
        if not options["no_gateway"]:
            contradictions += [
                f"gateway: {contradiction}"
                for contradiction in reconcile(now=now, window=timedelta(days=options["days"]))
            ]
        if options["json"]:
            self.stdout.write(
                json.dumps({"ok": not contradictions, "broken": contradictions}, ensure_ascii=False)
            )
        else:
            for contradiction in contradictions:
                self.stdout.write(contradiction)
            self.stdout.write(
                "Everything fits together."
                if not contradictions
                else f"{len(contradictions)} contradictions"
            )
        if contradictions:
            raise CommandError(
                "The money in the database contradicts itself; nothing was changed.", returncode=1
            )
