"""Runs the billing job by hand, for a day: the same code as the hourly job."""

import json
from argparse import ArgumentParser
from datetime import UTC, date, datetime, time
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from billing.runs import run
from core import money


class Command(BaseCommand):
    help = "Issue and charge what is due. --on takes the last minute (UTC) of that day as the time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--on", type=date.fromisoformat, help="YYYY-MM-DD; default: now")
        parser.add_argument(
            "--dry-run", action="store_true", help="show what would be issued; write nothing"
        )
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        on = options["on"]
        now = datetime.combine(on, time(23, 59), UTC) if on else timezone.now()
        made = run.bill(now=now, door="command", dry_run=options["dry_run"])
        if options["json"]:
            self.stdout.write(json.dumps(made.result, ensure_ascii=False))
            return
        for line in made.result.get("invoices", []):
            total = money.format(line["total"], line["currency"])
            self.stdout.write(f"{line['number']}  {line['client']}  {total}")
        counts = {name: value for name, value in made.result.items() if isinstance(value, int)}
        self.stdout.write("  ".join(f"{name} {value}" for name, value in counts.items()))
