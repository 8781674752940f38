"""The report job in a process: drafting and freezing compared with the floor of the same rows."""

import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import models, transaction

from agreements.models import Agreement, Period
from agreements.rules.states import PeriodState
from benchmarks.parts import seed
from benchmarks.parts.process import measure, memory
from benchmarks.parts.statements import counted
from core.database.ids import new_id
from core.models import AuditEvent, OutboxEmail
from delivery.models import Deliverable, Kpi, Reading, Report, TimeEntry
from delivery.reports import draft_reports, send_reports
from delivery.rules.states import ReportState

START, END = date(2026, 10, 1), date(2026, 11, 1)
BATCH = 500


@measure
def month(count: int) -> dict[str, Any]:
    """A period that is over for each agreement, with 3 KPIs, 2 deliverables, 8 time entries."""
    some = list(Agreement.objects.order_by("business__name", "pk")[:count])
    own = {row.pk: {"business_id": row.business_id} for row in some}
    span = {
        "starts_on": START,
        "ends_on": END,
        "index": 0,
        "due_at": seed.NOW,
        "currency": "USD",
        "amount": 500000,
    }
    fee = {**span, "minutes": 1920, "state": PeriodState.INVOICED}
    periods = _made(Period, [{**own[row.pk], "agreement": row, **fee} for row in some])
    measured = [
        {**own[row.pk], "agreement": row, "name": f"K{n}", "target": 120}
        for row in some
        for n in range(3)
    ]
    kpis = _made(Kpi, [{**row, "baseline": Decimal(100)} for row in measured])
    by_agreement = {row.agreement_id: row for row in periods}
    _made(
        Reading,
        [
            {
                "business_id": one.business_id,
                "kpi": one,
                "period": by_agreement[one.agreement_id],
                "value": Decimal(110),
                "on": START + timedelta(days=20),
            }
            for one in kpis
        ],
    )
    both = [{"business_id": row.business_id, "period": row} for row in periods]
    _made(
        Deliverable,
        [
            {**row, "position": n, "title": "posts", "promised": 4, "done": 4}
            for row in both
            for n in (1, 2)
        ],
    )
    work = {"minutes": 45, "note": "Content plan"}
    _made(
        TimeEntry,
        [{**row, **work, "on": START + timedelta(days=n)} for row in both for n in range(8)],
    )
    seed.analyse()
    return {"periods": len(periods)}


def _made(model: type[models.Model], rows: list[dict[str, Any]]) -> list[Any]:
    return model._default_manager.bulk_create([model(**row) for row in rows], batch_size=seed.SOME)


@measure
def report(count: int) -> dict[str, Any]:
    """Draft and freeze, then insert the same rows again: seconds, statements, peak memory."""
    assert not Report.objects.exists(), "the very first query: what it opens is not measured"
    before = memory()
    with counted() as drafting:
        drafted = _timed(lambda: draft_reports.draft_due(now=seed.NOW), count)
    later = seed.NOW + timedelta(days=10)
    with counted() as freezing:
        frozen = _timed(lambda: send_reports.send_due(now=later), count)
    peak = memory()
    return {
        "draft": drafted,
        "freeze": frozen,
        "draft_statements": drafting.count,
        "freeze_statements": freezing.count,
        "memory": peak,
        "memory_before": before,
        **_floor(),
    }


def _timed(work: Callable[[], int], count: int) -> float:
    began = time.perf_counter()
    done = work()
    assert done == count, f"{done} of {count}"
    return time.perf_counter() - began


def _floor() -> dict[str, float]:
    """Insert copies of the drafts, and write the frozen columns and their events, and no more."""
    frozen = list(Report.objects.filter(state=ReportState.SENT))
    events = {row.chain_id: row for row in AuditEvent.objects.filter(event="report_sent")}
    letters = list(OutboxEmail.objects.filter(kind=draft_reports.EMAIL_KIND))
    periods = {
        row.pk: row for row in Period.objects.filter(pk__in=[row.period_id for row in frozen])
    }
    copies = [
        _renamed(periods[row.period_id], index=99, starts_on=START - timedelta(days=999))
        for row in frozen
    ]
    Period.objects.bulk_create(copies, batch_size=seed.SOME)
    drafts = [
        Report(
            business_id=row.business_id,
            period=copy,
            client_id=row.client_id,
            language="en",
            send_at=row.send_at,
        )
        for row, copy in zip(frozen, copies, strict=True)
    ]
    for letter in letters:
        letter.pk, letter.ref = new_id(), f"{letter.ref}:copy"
    insert = _seconds(lambda some: Report.objects.bulk_create(some), drafts)
    insert += _seconds(lambda some: OutboxEmail.objects.bulk_create(some), letters)
    for copy, row in zip(drafts, frozen, strict=True):
        copy.snapshot, copy.sha256, copy.sent_at, copy.state = (
            row.snapshot,
            row.sha256,
            row.sent_at,
            ReportState.SENT,
        )
    again = [
        _renamed(events[row.pk], chain_id=copy.pk) for row, copy in zip(frozen, drafts, strict=True)
    ]
    columns = ["snapshot", "sha256", "sent_at", "lease_until", "unreviewed", "state"]
    write = _seconds(
        lambda some: Report.objects.bulk_update(some, columns, batch_size=50),
        drafts,
        send_reports.BATCH,
    )
    write += _seconds(lambda some: AuditEvent.objects.bulk_create(some), again, send_reports.BATCH)
    return {"draft_floor": insert, "freeze_floor": write}


def _renamed(row: Any, **changed: Any) -> Any:
    row.pk = new_id()
    for name, value in changed.items():
        setattr(row, name, value)
    row._state.adding = True
    return row


def _seconds(write: Callable[[list[Any]], Any], rows: list[Any], size: int = BATCH) -> float:
    began = time.perf_counter()
    for n in range(0, len(rows), size):
        with transaction.atomic():
            write(rows[n : n + size])
    return time.perf_counter() - began
