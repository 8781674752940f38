"""The floor of issuing: copies of the rows that it wrote, inserted by bulk_create alone.

Same engine, same batches of 500, one transaction each. The copies are made before the clock starts:
the floor pays for the INSERTs alone, and what we compose, lock, number, look up and mark is ours to
answer for.
"""

import time
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import models, transaction

from billing.models import Collection, Invoice, InvoiceLine, JournalEntry, Transition
from core.database.ids import new_id
from core.models import OutboxEmail

BATCH = 500
Rows = dict[type[models.Model], list[Any]]


def written(invoices: Iterable[UUID]) -> Rows:
    """Everything that was written for these invoices."""
    ids = list(invoices)
    refs = [str(pk) for pk in ids]
    return {
        Invoice: list(Invoice.objects.filter(pk__in=ids)),
        InvoiceLine: list(InvoiceLine.objects.filter(invoice__in=ids)),
        JournalEntry: list(JournalEntry.objects.filter(ref__in=refs)),
        Collection: list(Collection.objects.filter(invoice__in=ids)),
        Transition: list(Transition.objects.filter(collection__invoice__in=ids)),
        OutboxEmail: list(OutboxEmail.objects.filter(kind="invoice", ref__in=refs)),
    }


def insert(invoices: list[UUID], run: int) -> dict[str, float]:
    """Insert copies of all that was written for these invoices: seconds, CPU seconds, rows."""
    seconds, cpu, count = 0.0, 0.0, 0
    for n in range(0, len(invoices), BATCH):
        copies = _renamed(written(invoices[n : n + BATCH]), run)
        began, busy = time.perf_counter(), time.process_time()
        with transaction.atomic():
            for model, some in copies.items():
                model._default_manager.bulk_create(some)
        seconds, cpu = seconds + time.perf_counter() - began, cpu + time.process_time() - busy
        count += sum(map(len, copies.values()))
    return {"floor": seconds, "floor_cpu": cpu, "rows": count}


def _renamed(rows: Rows, run: int) -> Rows:
    """The same under new names, so that no constraint minds."""
    new: dict[Any, UUID] = {}
    for some in rows.values():
        for row in some:
            new[row.pk] = row.pk = new_id()
            row._state.adding = True
            _point(row, new, run)
    return rows


def _point(row: Any, new: dict[Any, UUID], run: int) -> None:
    if isinstance(row, Invoice):
        row.kind, row.number, row.seq = (
            f"copy{run}",
            f"F{run}-{row.number}",
            row.seq + 1_000_000 * (run + 1),
        )
    elif isinstance(row, InvoiceLine | Collection):
        row.invoice_id = new[row.invoice_id]
    elif isinstance(row, Transition):
        row.collection_id = new[row.collection_id]
    else:
        row.ref = str(new[UUID(row.ref)])
