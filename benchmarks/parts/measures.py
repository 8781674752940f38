"""Measures inside a process: `python -m benchmarks.parts.measures NAME OPTIONS` prints JSON."""

import json
import os
import sys
import time
from importlib import import_module
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "retainer_hub.settings")
django.setup()

from django.core.management import call_command
from django.db import connection

from agreements.models import Agreement
from agreements.running.periods import open_due
from benchmarks.parts import bank, floor, seed
from benchmarks.parts.process import MEASURES, measure, memory
from benchmarks.parts.statements import counted
from billing.books.invariants import find_contradictions
from billing.charging.collect import collect
from billing.charging.collect import due_collections as collectable
from billing.charging.gateway_events import apply_events
from billing.charging.issue import issue_invoices, periods_to_invoice, upgrades_to_invoice
from billing.models import Charge, GatewayEvent, Invoice, Payment
from core import nudge
from core.continuity import standing
from retainer_hub.processes import garbage

garbage.leave_alone_what_is_loaded()  # as a worker does before its first task


@measure
def fill(agreements: int, collect_by: str, alone: bool = False) -> dict[str, Any]:
    """An empty database with businesses, clients and running agreements."""
    call_command("migrate", verbosity=0)
    return {"businesses": seed.agreements(agreements, collect_by, alone)}


def take_place() -> None:
    """Say that this copy of a database is the real one; copies stand still otherwise (rule 46)."""
    standing.begin(now=seed.NOW)
    standing.resume(actor="benchmark", now=seed.NOW)


@measure
def fall_due(count: int) -> dict[str, Any]:
    """Let so many periods fall due."""
    seed.due(count)
    return {}


@measure
def issue(count: int) -> dict[str, Any]:
    """Issue what is due, once: seconds, CPU, statements and the peak of memory."""
    take_place()
    assert not Invoice.objects.exists(), "the very first query: what it opens is not measured"
    before, cpu, began = memory(), time.process_time(), time.perf_counter()
    with counted() as statements:
        made = issue_invoices(now=seed.NOW)
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    assert made == count, f"{made} of {count} were issued"
    return {
        "seconds": seconds,
        "cpu": cpu,
        "statements": statements.count,
        "memory": memory(),
        "memory_before": before,
    }


@measure
def against_the_floor(count: int, runs: int) -> dict[str, Any]:
    """Issue repeatedly, each time compared with the floor of the same rows; the first warms up."""
    found: list[dict[str, Any]] = []
    for run in range(runs + 1):
        seed.due(count, run)
        ids = set(Invoice.objects.filter(kind="fee").values_list("pk", flat=True))
        cpu, began = time.process_time(), time.perf_counter()
        with counted() as statements:
            made = issue_invoices(now=seed.NOW)
        ours, cpu = time.perf_counter() - began, time.process_time() - cpu
        assert made == count, f"{made} of {count} were issued"
        fresh = set(Invoice.objects.filter(kind="fee").values_list("pk", flat=True)) - ids
        least = floor.insert(list(fresh), run)
        found.append({"ours": ours, "cpu": cpu, "statements": statements.count, **least})
    return {"runs": found[1:]}


@measure
def idle() -> dict[str, Any]:
    """The cost of asking once more when nothing is due, and the indexes that the query uses."""
    running = Agreement.objects.filter(opens_at__isnull=False).count()
    issue_invoices(now=seed.NOW)
    times = []
    for _ in range(21):
        with counted() as statements:
            assert not issue_invoices(now=seed.NOW)
        times.append(statements.seconds)
    questions = {
        "period_to_bill": periods_to_invoice(seed.NOW).order_by("due_at"),
        "upgrade_to_bill": upgrades_to_invoice(seed.NOW).order_by("due_at"),
        "collection_due": collectable(seed.NOW).order_by("next_at", "pk"),
        "agreement_opens": Agreement.objects.filter(opens_at__lte=seed.NOW).order_by(
            "opens_at", "pk"
        ),
    }
    plans = {name: query[:500].explain() for name, query in questions.items()}
    with counted() as opening:
        assert not open_due(now=seed.NOW)
    return {
        "agreements": running,
        "statements": statements.count,
        "seconds": sorted(times)[10],
        "plans": plans,
        "uses": {name: name in plan for name, plan in plans.items()},
        "opening": opening.seconds,
    }


@measure
def charge(count: int, in_flight: int, per_second: int) -> dict[str, Any]:
    """Charge everything due through a bank that takes 300 ms a call, then check the books."""
    take_place()
    there = bank.opened(in_flight, per_second)
    assert collectable(seed.NOW).count() == count
    before, cpu, began = memory(), time.process_time(), time.perf_counter()
    with counted() as statements:
        sent = collect(now=seed.NOW)
    seconds, cpu, peak = time.perf_counter() - began, time.process_time() - cpu, memory()
    assert sent == count == len(there.taken), f"{sent} of {count} were sent"
    assert Charge.objects.filter(state="succeeded").count() == Payment.objects.count() == count
    assert sum(there.taken.values()) == sum(Payment.objects.values_list("amount", flat=True))
    assert not find_contradictions(seed.NOW)
    return {
        "seconds": seconds,
        "cpu": cpu,
        "memory": peak,
        "memory_before": before,
        "statements": statements.count,
        "database": statements.seconds,
        "calls": len(there.calls),
        "rate": there.rate(),
        "most_in_a_second": there.most_in_a_second(),
        "most_open": there.most_open,
    }


@measure
def read_notices(count: int, in_flight: int) -> dict[str, Any]:
    """Process one notice about each charge, all of which the bank settles after we asked for it."""
    take_place()
    there = bank.opened(in_flight, per_second=0)
    there.settles_later = True
    collect(now=seed.NOW)
    there.settles_later = False
    asked = len(there.calls)
    GatewayEvent.objects.bulk_create(
        GatewayEvent(
            gateway="bench",
            event_id=f"evt_{handle}",
            handle=handle,
            about="charge",
            body=b"",
            received_at=seed.NOW,
        )
        for handle in there.objects
    )
    cpu, began = time.process_time(), time.perf_counter()
    done = apply_events(now=seed.NOW)
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    assert done == count == Payment.objects.count(), f"{done} of {count} were done"
    return {"seconds": seconds, "cpu": cpu, "calls": len(there.calls) - asked}


#: The parts that have measures of their own. Only the one asked for takes memory.
PART_OF = {
    "busy_business": "opened",
    "opened": "opened",
    "papers": "papers",
    "many_papers": "papers",
    "month": "reported",
    "report": "reported",
    "many_clients": "searched",
    "searched": "searched",
    "years": "years",
}

if __name__ == "__main__":
    name, options = sys.argv[1], json.loads(sys.argv[2])
    if name in PART_OF:
        import_module(f"benchmarks.parts.{PART_OF[name]}")
    with nudge.muted():
        print(json.dumps(MEASURES[name](**options)))
    connection.close()  # SQLite's log goes into its file
