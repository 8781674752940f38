"""Checks every invariant of the money on the live database; exit 1 and a list when anything is off."""

import json
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from billing.books.invariants import broken
from billing.charging.reconcile import reconcile


class Command(BaseCommand):
    help = "Check periods, numbers, totals, allocations, journal, charges, the gateway's list and stored PDFs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--days", type=int, default=40, help="how far back the gateway's list is compared"
        )
        parser.add_argument("--no-gateway", action="store_true", help="do not ask the gateway")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        found = broken(now, files=True)
        if not options["no_gateway"]:
            found += [
                f"gateway: {words}"
                for words in reconcile(now=now, window=timedelta(days=options["days"]))
            ]
        if options["json"]:
            self.stdout.write(json.dumps({"ok": not found, "broken": found}, ensure_ascii=False))
        else:
            for words in found:
                self.stdout.write(words)
            self.stdout.write(
                "Everything fits together." if not found else f"{len(found)} contradictions"
            )
        if found:
            raise CommandError(
                "The money in the database contradicts itself; nothing was changed.", returncode=1
            )
