"""Works through the rows of a step: in whole batches, halved until the one bad row is alone."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Model, QuerySet

from core.jobs import set_aside
from core.jobs.set_aside import Step

K = TypeVar("K", UUID, int)
M = TypeVar("M", bound=Model)
SIZE = 500  # rows of a batch


def run(
    step: Step,
    ids: Iterable[K],
    act: Callable[[Sequence[K]], int],
    *,
    now: datetime,
    size: int = SIZE,
    atomic: bool = True,
) -> int:
    """Call `act` for all rows, batch by batch; return the sum of what it returned.

    A batch is one transaction, unless `act` has its own (`atomic` is False). A batch that fails is
    halved until the bad row is alone, which is set aside with the reason. A row that had been set
    aside is tried alone, so that it does not spoil a batch again. Raises only what ends the
    whole job (set_aside.ends_the_job).
    """
    rows = list(ids)
    again = set_aside.open_subjects(step.name, map(set_aside.key, rows))
    fresh = [pk for pk in rows if set_aside.key(pk) not in again]
    done = 0
    for first in range(0, len(fresh), size):
        done += _attempt(step, fresh[first : first + size], act, now, atomic)[0]
    for pk in rows if again else ():
        if set_aside.key(pk) in again:
            count, is_good = _attempt(step, [pk], act, now, atomic)
            done += count
            if is_good:
                set_aside.worked(step.name, [set_aside.key(pk)], now=now)
    return done


def run_each(
    step: Step, ids: Iterable[K], act: Callable[[K], int], *, now: datetime, atomic: bool = True
) -> int:
    """Call `act` for each id alone; return the sum of what it returned."""
    return run(step, ids, lambda alone: act(alone[0]), now=now, size=1, atomic=atomic)


def run_rows(
    step: Step,
    rows: QuerySet[M],
    act: Callable[[M], int],
    *,
    now: datetime,
    size: int = SIZE,
    most: int | None = None,
) -> int:
    """Call `act` for each of `rows`, which are loaded batch by batch; return the sum.

    `act` has its own transaction. Rows that were set aside are left out until their wait is over.
    At most `most` rows are looked at.
    """

    def load_and_act(batch: Sequence[Any]) -> int:
        loaded = list(rows.filter(pk__in=batch))
        if len(batch) == 1:
            return sum(map(act, loaded))
        return sum(_alone(step, row, act, now) for row in loaded)

    ids = set_aside.without_waiting(rows, step, now).values_list("pk", flat=True)[:most]
    return run(step, ids, load_and_act, now=now, size=size, atomic=False)


def _alone(step: Step, row: M, act: Callable[[M], int], now: datetime) -> int:
    """Act on one row; if that fails, set it aside and return 0."""
    try:
        return act(row)
    except Exception as error:
        if set_aside.ends_the_job(error):
            raise
        set_aside.put(step, row.pk, error, now=now)
        return 0


def _attempt(
    step: Step, ids: Sequence[K], act: Callable[[Sequence[K]], int], now: datetime, atomic: bool
) -> tuple[int, bool]:
    """Do a batch or, if it fails, its halves; return the count, and whether all were done."""
    try:
        with transaction.atomic() if atomic else nullcontext():
            return act(ids), True
    except Exception as error:
        if set_aside.ends_the_job(error):
            raise
        if len(ids) == 1:
            set_aside.put(step, ids[0], error, now=now)
            return 0, False
    middle = len(ids) // 2
    first, _ = _attempt(step, ids[:middle], act, now, atomic)
    second, _ = _attempt(step, ids[middle:], act, now, atomic)
    return first + second, False
