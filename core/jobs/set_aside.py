"""Sets aside the rows that a job could not do, and takes them up again (SetAside).

A row comes back when its growing wait is over and it then works, or when a person releases it.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection, transaction
from django.db.models import F, Model, QuerySet
from django.utils.functional import Promise

from core import nudge
from core.errors import StandsStill
from core.jobs.reasons import explain, is_passing, is_time_up
from core.models import SetAside
from core.models.set_aside import WHOLE_STEP

log = logging.getLogger(__name__)
#: Minutes until a row is tried again, after each failure; the last wait is repeated.
WAITS = (5, 15, 60, 360, 1440)
#: A row that its step did not take up again for this long is not due any more.
FORGOTTEN_AFTER = timedelta(days=3)


@dataclass(frozen=True)
class Step:
    """A step of a job that works through rows of `model`.

    `task` is the Celery task that it belongs to; `label` says for people what was to be done. The
    other fields are look-ups from the row: its business ("" if the row is nobody's), the name under
    which people know it, and the page that shows it, as the page's name ("" if there is none) and
    the look-up of the page's id. Its owner is told after more than `patience` tries. `hold` and
    `free` are called with the id of a row that is set aside, and that works again.
    """

    name: str
    task: str
    label: str | Promise
    model: type[Model]
    business: str = "business_id"
    title: str = "agreement__client__name"
    page: tuple[str, str] = ("agreement", "agreement_id")
    patience: int = 0
    hold: Callable[[Any], None] | None = None
    free: Callable[[Any], None] | None = None

    def __post_init__(self) -> None:
        STEPS[self.name] = self


#: Every step, by its name. A step is registered when its module is imported.
STEPS: dict[str, Step] = {}


def key(pk: UUID | int) -> UUID:
    """The id of a row as SetAside stores it."""
    return UUID(int=pk) if isinstance(pk, int) else pk


def without_waiting(rows: QuerySet[Any], step: Step, now: datetime) -> QuerySet[Any]:
    """Leave out of `rows` what the step has set aside and is not to try again yet."""
    waiting = SetAside.objects.filter(
        step=step.name, released_at__isnull=True, next_at__gt=now
    ).values_list("subject", flat=True)
    if isinstance(step.model._meta.pk.to_python("1" * 32), UUID):
        return rows.exclude(pk__in=waiting)
    return rows.exclude(pk__in=[subject.int for subject in waiting])


def open_subjects(step: str, subjects: Iterable[UUID]) -> set[UUID]:
    """Those of the rows that the step has set aside."""
    wanted = set(subjects)
    rows = SetAside.objects.filter(step=step, released_at__isnull=True)
    return wanted.intersection(rows.values_list("subject", flat=True)) if wanted else set()


def put(step: Step, pk: Any, error: Exception, *, now: datetime) -> None:
    """Set a row aside, or extend its wait. Never raises for the row: the others go on."""
    log.warning("%s: %s %s is set aside.", step.name, step.model.__name__, pk, exc_info=error)
    try:
        with transaction.atomic():
            fields = _described(step, pk)
            _store(step.name, key(pk), fields, error, now)
            if step.hold and not is_passing(error):
                step.hold(pk)
    except SoftTimeLimitExceeded:
        raise
    except Exception:
        log.exception("%s: %s %s could not be set aside.", step.name, step.model.__name__, pk)


def put_step(name: str, error: Exception, *, now: datetime) -> None:
    """Record that a step failed as a whole. Never raises."""
    log.error("The step %s failed.", name, exc_info=error)
    try:
        with transaction.atomic():
            _store(name, WHOLE_STEP, {"title": name}, error, now)
    except Exception:
        log.exception("That %s failed could not be stored.", name)


def worked(step: str, subjects: Iterable[UUID], *, now: datetime) -> None:
    """Release rows that were set aside and have now been done."""
    _release(SetAside.objects.filter(step=step, subject__in=list(subjects)), "", now)


def release(rows: QuerySet[SetAside], *, actor: str, now: datetime) -> int:
    """Release rows on a person's request; return how many. Their tasks are started at once."""
    tasks = {step.task for row in rows if (step := STEPS.get(row.step))}
    released = _release(rows, actor, now)
    for task in sorted(tasks):
        nudge.ring(task)
    return released


def label(row: SetAside) -> str:
    """What was to be done, in the active language."""
    step = STEPS.get(row.step)
    return str(step.label) if step else row.step


def forget_past(*, now: datetime) -> int:
    """Release what no step has taken up again, because nothing is to be done for it any more."""
    return _release(SetAside.objects.filter(next_at__lte=now - FORGOTTEN_AFTER), "", now)


def _release(rows: QuerySet[SetAside], actor: str, now: datetime) -> int:
    released = 0
    for row in rows.filter(released_at__isnull=True):
        with transaction.atomic():
            mine = SetAside.objects.filter(pk=row.pk, released_at__isnull=True)
            if mine.update(released_at=now, released_by=actor[:200]):
                released += 1
                step = STEPS.get(row.step)
                if step and step.free:
                    step.free(row.subject)
    return released


def _described(step: Step, pk: Any) -> dict[str, Any]:
    """What is stored of the row. Only these columns are read, because others may be unreadable."""
    page, page_id = step.page
    wanted = [name for name in (step.business, step.title, page_id) if name]
    found = step.model._base_manager.filter(pk=pk).values(*wanted).first() or {}
    shown = found.get(page_id, "")
    return {
        "business_id": found.get(step.business),
        "title": str(found.get(step.title) or "")[:200],
        "page": f"{page}:{shown}" if page and shown else "",
    }


def _store(
    step: str, subject: UUID, fields: dict[str, Any], error: Exception, now: datetime
) -> None:
    reason, detail = explain(error)
    failed = {"reason": reason, "detail": detail, "tried_at": now}
    row = SetAside.objects.filter(step=step, subject=subject, released_at__isnull=True).first()
    if row is None:
        SetAside.objects.create(
            step=step, subject=subject, created_at=now, next_at=_again(now, 0), **fields, **failed
        )
        return
    SetAside.objects.filter(pk=row.pk).update(
        next_at=_again(now, row.tries), tries=F("tries") + 1, **failed
    )


def _again(now: datetime, tries: int) -> datetime:
    return now + timedelta(minutes=WAITS[min(tries, len(WAITS) - 1)])


def ends_the_job(error: Exception) -> bool:
    """Whether no other row can be tried.

    That is so if nothing may be done, the task's time is up, or the database does not answer.
    """
    if isinstance(error, StandsStill) or is_time_up(error):
        return True
    return is_passing(error) and not connection.is_usable()
