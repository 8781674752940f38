"""The command `bill`: run the billing job now, or as if it were another day.

The command runs the same code as the hourly job.
"""

import json
from argparse import ArgumentParser
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from billing.runs import billing_run
from core import money
from core.errors import StandsStill
from core.models import Business


class Command(BaseCommand):
    """Print the invoices that were issued and the counts of the run, as text or as JSON."""

    help = "Issue and charge what is due. --on: as at the end of that day where each business is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add `--on`, `--dry-run` and `--json`."""
        parser.add_argument("--on", type=date.fromisoformat, help="YYYY-MM-DD; default: now")
        parser.add_argument(
            "--dry-run", action="store_true", help="show what would be issued; write nothing"
        )
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the billing job and print its result. A dry run writes nothing."""
        try:
            result = self._run(options["on"], options["dry_run"])
        except StandsStill as error:
            raise CommandError(f"{error} bin/manage standing says how.") from error
        if options["json"]:
            self.stdout.write(json.dumps(result, ensure_ascii=False))
            return
        for invoice in result.get("invoices", []):
            total = money.format(invoice["total"], invoice["currency"])
            self.stdout.write(f"{invoice['number']}  {invoice['client']}  {total}")
        counts = {name: value for name, value in result.items() if isinstance(value, int)}
        self.stdout.write("  ".join(f"{name} {value}" for name, value in counts.items()))

    @staticmethod
    def _run(day: date | None, dry_run: bool) -> dict[str, Any]:
        """Run the job now, or at the end of a day: of each business's own, one after the other."""
        if day is None:
            run = billing_run.run_billing(now=timezone.now(), door="command", dry_run=dry_run)
            return dict(run.result)
        ends = [(end_of(day, business.time_zone), business) for business in Business.objects.all()]
        total: dict[str, Any] = {}
        for now, business in sorted(ends, key=lambda pair: (pair[0], str(pair[1].pk))):
            run = billing_run.run_billing(now=now, door="command", only=business, dry_run=dry_run)
            for name, value in run.result.items():
                total[name] = total[name] + value if name in total else value
        return total


def end_of(day: date, zone: str) -> datetime:
    """The last minute of a day in a time zone, as UTC."""
    return datetime.combine(day, time(23, 59), ZoneInfo(zone)).astimezone(UTC)
