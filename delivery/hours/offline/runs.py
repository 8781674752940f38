"""Computes the timers that events come to, and keeps their time entries up to date (rule 75)."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.utils import translation
from django.utils.translation import gettext as _

from agreements.models import Agreement
from core.digest import digest
from core.errors import RuleError
from core.models import Business
from delivery.hours import time_log
from delivery.models import Deliverable, TimerDay, TimerEvent, TimerRun
from delivery.models.devices import RunProblem
from delivery.rules.errors import TooMuch
from delivery.rules.states import ReportState
from delivery.rules.timers.merged_time import Piece, Problem, Run, merge, minutes_by_day

#: Why a timer's minutes are not known; with any other problem it holds the minutes in which it ran.
UNKNOWN = {problem.value for problem in Problem}
AROUND = timedelta(days=1)  # no timer that counts is longer, see merged_time.ASKS_AFTER


def apply_events(
    *, business: Business, changed: Collection[UUID], actor: str, now: datetime
) -> None:
    """Bring the timers `changed`, and those that overlap with them, up to date with their events.

    Call it in a transaction that holds the business's lock. What cannot be written is kept as a
    problem of its timer, which a person decides.
    """
    if not changed:
        return
    rows = {row.run: row for row in TimerRun.objects.filter(business=business, run__in=changed)}
    before = [row for row in rows.values() if row.ended_at]
    events = TimerEvent.objects.filter(business=business)
    now_runs = merge(row.fact for row in events.filter(run__in=changed))
    known = [(row.started_at, row.ended_at) for row in before if row.problem not in UNKNOWN]
    known += [(run.starts, run.ends) for run in now_runs if run.counts]
    spans = _joined((start, end) for start, end in known if end)
    near = _near(business, spans)
    rows |= {row.run: row for row in near}
    facts = [row.fact for row in events.filter(run__in=[*changed, *rows])]
    runs = merge(facts, _reported(business, rows))
    touched = [run for run in runs if run.id in changed or _overlaps(run, spans)]
    # What becomes less first: a full day has room then for what becomes more.
    written = _written(business, touched)
    for run in sorted(touched, key=lambda run: run.minutes - written.get(run.id, 0)):
        _write_run(business, rows.get(run.id), run, actor, now)


def _joined(spans: Iterable[Piece]) -> list[Piece]:
    """The spans of time, those less than two days apart as one: each is asked for once."""
    joined: list[Piece] = []
    for start, end in sorted(spans):
        if joined and start - joined[-1][1] < 2 * AROUND:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _overlaps(run: Run, spans: list[Piece]) -> bool:
    return any(run.starts < end and start < run.ends for start, end in spans)


def _near(business: Business, spans: list[Piece]) -> QuerySet[TimerRun]:
    """The timers within a day of these spans of time."""
    wanted = Q(pk=None)
    for start, end in spans:
        wanted |= Q(started_at__lt=end + AROUND, ended_at__gt=start - AROUND)
    return TimerRun.objects.filter(wanted, business=business)


def _reported(business: Business, runs: Iterable[UUID]) -> set[UUID]:
    """Those of the timers of which a report has told the client."""
    days = TimerDay.objects.filter(business=business, run__run__in=runs, entry__voided_at=None)
    sent = days.filter(entry__period__report__state=ReportState.SENT)
    return set(sent.values_list("run__run", flat=True))


def _written(business: Business, runs: Iterable[Run]) -> dict[UUID, int]:
    """The minutes that the entries of these timers have now."""
    days = TimerDay.objects.filter(business=business, run__run__in=[run.id for run in runs])
    sums = days.order_by().values_list("run__run").annotate(sum=Sum("entry__minutes"))
    return dict(sums)


def _write_run(
    business: Business, row: TimerRun | None, run: Run, actor: str, now: datetime
) -> None:
    """Store what a timer came to, and write its entries unless a person has decided on it."""
    row = row or TimerRun(business=business, run=run.id, created_at=now)
    row.agreement_id, row.deliverable_id = run.agreement, run.deliverable
    row.note, row.started_at, row.ended_at = run.note, run.started_at, run.ended_at
    row.is_discarded, row.is_fixed = run.is_discarded, run.is_fixed
    row.problem = run.problem.value if run.problem else ""
    row.save()
    if row.decided_at or run.is_fixed:
        return
    try:
        with transaction.atomic():
            _write_entries(business, row, run, actor, now)
    except RuleError as error:
        row.problem = _problem(row, error)
    row.save(update_fields=["problem"])


def _problem(row: TimerRun, error: RuleError) -> str:
    """Which question to a person this refusal is."""
    if isinstance(error, TooMuch):
        return RunProblem.DAY
    return RunProblem.SENT if reported_days(row).exists() else RunProblem.PERIOD


def reported_days(row: TimerRun) -> QuerySet[TimerDay]:
    """The days of a timer that a report counts, as it wrote them."""
    return row.days.filter(entry__voided_at=None, entry__period__report__state=ReportState.SENT)


def _write_entries(business: Business, row: TimerRun, run: Run, actor: str, now: datetime) -> None:
    """Write, correct or remove the entry of each day. Raises NoPeriod and TooMuch."""
    wanted = dict(minutes_by_day(run, business.time_zone)) if run.counts else {}
    known = row.days.select_related("entry__period__agreement__business", "entry__deliverable")
    days = {day.on: day for day in known}
    edited = {on for on, day in days.items() if day.entry.voided_at}
    if row.agreement is None and not edited.issuperset(wanted):
        row.problem = RunProblem.CLIENT
        return
    for on, day in days.items():
        if on not in wanted and day.entry.voided_at is None:
            time_log.delete_time(entry=day.entry, now=now, actor=actor)
            day.delete()
    for on, minutes in sorted(wanted.items()):
        if on in edited:
            continue  # what a person made of it stays
        _write_day(row, days.get(on), on, minutes, actor, now)


def _write_day(
    row: TimerRun, day: TimerDay | None, on: date, minutes: int, actor: str, now: datetime
) -> None:
    """Write the entry of one day, unless it is there."""
    assert row.agreement
    facts = (row.agreement_id, row.deliverable_id, row.note, minutes)
    written = digest(list(map(str, facts)))
    if day and day.written == written:
        return
    work: dict[str, Any] = {"on": on, "minutes": minutes, "note": note_of(row)}
    work |= {"now": now, "actor": actor}
    work["deliverable"] = deliverable_on(row, on)
    if day is None:
        entry = time_log.log_time(agreement=row.agreement, **work)
        TimerDay.objects.create(
            business=row.business, run=row, on=on, entry=entry, written=written, created_at=now
        )
        return
    day.entry = time_log.correct_time(entry=day.entry, agreement=row.agreement, **work)
    day.written = written
    day.save(update_fields=["entry", "written"])


def note_of(row: TimerRun) -> str:
    """The note of a timer or, without one, the title of its deliverable."""
    agreement: Agreement | None = row.agreement
    with translation.override(agreement.language if agreement else None):
        return row.note or (row.deliverable.title if row.deliverable else _("Work"))


def deliverable_on(row: TimerRun, on: date) -> Deliverable | None:
    """The deliverable of a timer if it is its agreement's, and its period contains the day."""
    found = row.deliverable
    if found is None or found.period.agreement_id != row.agreement_id:
        return None
    return found if found.period.starts_on <= on < found.period.ends_on else None
