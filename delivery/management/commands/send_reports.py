"""Runs the report job by hand, as if it were a given day."""

import json
from argparse import ArgumentParser
from datetime import UTC, date, datetime, time
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from delivery.reports import report_run


class Command(BaseCommand):
    help = "Draft the reports that are due and remind of those that wait for review."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--on", type=date.fromisoformat, help="YYYY-MM-DD; default: now")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        on = options["on"]
        now = datetime.combine(on, time(23, 59), UTC) if on else timezone.now()
        result = report_run.run_reports(now=now, door="command").result
        summary = f"{result['drafted']} drafted, {result['reminded']} waiting for review"
        self.stdout.write(json.dumps(result) if options["json"] else summary)
