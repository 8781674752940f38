"""Issuing per invoice: ours against a bare bulk insert of the same invoices and lines, in one run."""

import os
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "retainer_hub.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import transaction

from agreements.models import Agreement, Period
from billing.issue import issue_due
from billing.models import Invoice, Line
from core import doorbell
from tests.world import World

NOW = datetime(2026, 11, 2, 5, tzinfo=UTC)
COUNT = 2000


def periods(agreement: Agreement, first: int) -> list[Period]:
    """Due periods without an invoice, one a day."""
    days = [date.fromordinal(date(2000, 1, 1).toordinal() + first + n) for n in range(COUNT + 1)]
    return [
        Period(
            business_id=agreement.business_id, agreement=agreement, index=first + n, starts_on=days[n],
            ends_on=days[n + 1], due_at=NOW, currency="USD", amount=300000, minutes=60,
        )
        for n in range(COUNT)
    ]  # fmt: skip


def floor(made: list[Invoice]) -> float:
    """Seconds for inserting copies of the same rows with nothing around them, taken back afterwards."""
    lines = list(Line.objects.filter(invoice__in=[row.pk for row in made[:500]]))
    start = time.perf_counter()
    with transaction.atomic():
        for n in range(0, COUNT, 500):
            part = made[n : n + 500]
            for row in part:
                row.pk = type(row)._meta.pk.get_default()
                row.number, row.kind, row._state.adding = f"B{row.pk}"[:40], "copy", True
            Invoice.objects.bulk_create(part)
            for line, row in zip(lines, part, strict=True):
                line.pk, line.invoice = type(line)._meta.pk.get_default(), row
            Line.objects.bulk_create(lines)
        transaction.set_rollback(True)
    return time.perf_counter() - start


def main() -> None:
    call_command("migrate", verbosity=0)
    with doorbell.muted():
        agreement = World().signed(now=NOW, card="")
    ratios = []
    for run in range(3):
        Period.objects.bulk_create(periods(agreement, 10 + run * COUNT))
        start = time.perf_counter()
        made = issue_due(now=NOW)
        ours = time.perf_counter() - start
        ratios.append(ours / floor(made))
        print(f"issue_due {ours / len(made) * 1e6:.0f} µs an invoice, {ratios[-1]:.2f} × the bare insert")
    print(f"issue: median {sorted(ratios)[1]:.2f} × the floor (invoice and line only; ours also writes journal,")
    print("collection and transition)")


main()
