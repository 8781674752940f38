"""Deciding about a timer that has entries already: no minute counts twice or stays by mistake."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from agreements.models import Agreement
from billing.runs.billing_run import run_billing
from delivery.hours import time_log
from delivery.hours.offline import decide
from delivery.models import Report, TimeEntry, TimerRun
from delivery.reports import report_run, send_reports
from delivery.tests.test_devices import (
    EVENING,
    HOUR,
    TABLET,
    agreement,
    event,
    minutes,
    run_of,
    send,
)
from tests.world import NOW, World

__all__ = ["agreement"]  # the fixture
DECEMBER = datetime(2026, 12, 4, 12, tzinfo=UTC)
DAY = date(2026, 11, 2)


def send_novembers_report() -> None:
    run_billing(now=DECEMBER, door="test")
    report_run.run_reports(now=DECEMBER, door="test")
    send_reports.send_report(
        report=Report.objects.filter(period__starts_on=DAY).earliest("pk"),
        actor="Nan",
        now=DECEMBER,
    )


def without_client(world: World, agreed: Agreement) -> TimerRun:
    """A timer of an hour that is recorded, of which a later change took the agreement."""
    events = run_of(agreed, NOW, NOW + HOUR)
    send(world, events)
    send(world, [event("change", UUID(events[0]["run"]), NOW + 2 * HOUR)])
    return TimerRun.objects.get(problem="client")


def ended_earlier(world: World, agreed: Agreement, *, reported: int = 2) -> TimerRun:
    """A timer that a report counts, of which another device says that it ended after an hour."""
    events = run_of(agreed, NOW, NOW + reported * HOUR)
    send(world, events)
    send_novembers_report()
    stop = event("stop", UUID(events[0]["run"]), NOW + HOUR)
    send(world, [stop], now=DECEMBER, device=TABLET)
    return TimerRun.objects.get(problem="sent")


def record(run: TimerRun, agreed: Agreement, length: int, now: datetime = EVENING) -> None:
    work = {"run": run, "agreement": agreed, "note": "Posts", "actor": "Nan"}
    decide.record_run(on=DAY, minutes=length, now=now, **work)  # type: ignore[arg-type]


def test_what_is_recorded_for_a_timer_replaces_its_entries(
    world: World, agreement: Agreement
) -> None:
    run = without_client(world, agreement)
    assert minutes() == [60]
    record(run, agreement, 60)
    assert minutes() == [60]


def test_what_a_person_made_of_an_entry_is_replaced_as_well(
    world: World, agreement: Agreement
) -> None:
    send(world, run_of(agreement, NOW, NOW + HOUR))
    entry, run = TimeEntry.objects.get(), TimerRun.objects.get()
    send(world, [event("change", run.run, NOW + 2 * HOUR)])
    time_log.correct_time(entry=entry, on=DAY, minutes=45, note="Shorter", now=EVENING)
    record(run, agreement, 50)
    assert minutes() == [50]


def test_nobody_is_asked_whose_entry_a_person_corrected(world: World, agreement: Agreement) -> None:
    send(world, run_of(agreement, NOW, NOW + HOUR))
    entry, run = TimeEntry.objects.get(), TimerRun.objects.get()
    time_log.correct_time(entry=entry, on=DAY, minutes=45, note="Shorter", now=EVENING)
    send(world, [event("change", run.run, NOW + 2 * HOUR)])
    assert minutes() == [45]
    assert not decide.undecided(world.business).exists()


@pytest.mark.parametrize(("length", "entries"), [(60, [120]), (120, [120]), (150, [30, 120])])
def test_only_what_a_report_does_not_count_yet_is_recorded(
    world: World, agreement: Agreement, length: int, entries: list[int]
) -> None:
    run = ended_earlier(world, agreement)
    record(run, agreement, length, DECEMBER)
    assert minutes() == entries
    assert not decide.undecided(world.business).exists()
    assert [row.minutes for row in decide.recorded(run).sent] == [120]


def test_what_another_clients_report_counts_is_not_taken_from_the_time(
    world: World, agreement: Agreement
) -> None:
    other = world.running(world.client("Another"), card="")
    run_billing(now=NOW, door="test")
    run = ended_earlier(world, agreement)
    record(run, other, 60, DECEMBER)
    assert minutes() == [60, 120]


def test_only_what_a_report_counts_is_said_to_be_sent(world: World, agreement: Agreement) -> None:
    """A change to an agreement that has no period on the day is another question."""
    other = world.running(world.client("Another"), card="", starts_on=date(2026, 11, 20))
    events = run_of(agreement, NOW, NOW + HOUR)
    send(world, events)
    send(world, [event("change", UUID(events[0]["run"]), NOW + 2 * HOUR, other)])
    (run,) = decide.undecided(world.business)
    assert (run.problem, minutes()) == ("period", [60])
    decide.discard_run(run=run, actor="Nan", now=EVENING)
    run.refresh_from_db()
    assert (run.is_discarded, minutes()) == (True, [])


def test_what_is_discarded_leaves_no_entry(world: World, agreement: Agreement) -> None:
    run = without_client(world, agreement)
    send(world, run_of(agreement, NOW - HOUR, NOW + HOUR, note="Plan"), device=TABLET)
    assert minutes() == [60, 60]
    stays = decide.discard_run(run=run, actor="Nan", now=EVENING)
    run.refresh_from_db()
    assert run.is_discarded
    assert minutes() == [120]  # the hour goes to what ran with it
    assert stays == []


def test_what_a_report_counts_stays_when_its_timer_is_discarded(
    world: World, agreement: Agreement
) -> None:
    run = ended_earlier(world, agreement)
    stays = decide.discard_run(run=run, actor="Nan", now=DECEMBER)
    assert [row.minutes for row in stays] == [120]
    assert minutes() == [120]
    assert not decide.undecided(world.business).exists()
