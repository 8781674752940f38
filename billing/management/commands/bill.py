"""The command `bill`: run the billing job now, or as if it were another day.

The command runs the same code as the hourly job.
"""

import json
from argparse import ArgumentParser
from datetime import UTC, date, datetime, time
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from billing.runs import billing_run
from core import money


class Command(BaseCommand):
    """Print the invoices that were issued and the counts of the run, as text or as JSON."""

    help = "Issue and charge what is due. --on takes the last minute (UTC) of that day as the time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add `--on`, `--dry-run` and `--json`."""
        parser.add_argument("--on", type=date.fromisoformat, help="YYYY-MM-DD; default: now")
        parser.add_argument(
            "--dry-run", action="store_true", help="show what would be issued; write nothing"
        )
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the billing job and print its result. A dry run writes nothing."""
        day = options["on"]
        now = datetime.combine(day, time(23, 59), UTC) if day else timezone.now()
        outcome = billing_run.run_billing(now=now, door="command", dry_run=options["dry_run"])
        if options["json"]:
            self.stdout.write(json.dumps(outcome.result, ensure_ascii=False))
            return
        for invoice in outcome.result.get("invoices", []):
            total = money.format(invoice["total"], invoice["currency"])
            self.stdout.write(f"{invoice['number']}  {invoice['client']}  {total}")
        counts = {name: value for name, value in outcome.result.items() if isinstance(value, int)}
        self.stdout.write("  ".join(f"{name} {value}" for name, value in counts.items()))
