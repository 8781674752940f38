"""Several entries are changed or removed at once, each for itself, and all of it can be undone."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from agreements.models import Agreement
from billing.runs.billing_run import run_billing
from core.errors import RuleError
from delivery.hours import bulk_edit, time_log
from delivery.models import Deliverable, Report, TimeEntry
from delivery.reports import report_run, send_reports
from delivery.work import checklist_actions
from tests.world import NOW, World

MONDAY, TUESDAY = date(2026, 11, 2), date(2026, 11, 3)
LATER = NOW + timedelta(days=3)
PROMISED = {"name": "Growth", "deliverables": [{"title": "posts", "promised": 4}]}


@pytest.fixture
def agreement(world: World) -> Agreement:
    found = world.running(tier=PROMISED)
    run_billing(now=NOW, door="test")
    checklist_actions.open_checklists(now=NOW)
    return found


def log(agreement: Agreement, note: str = "Posts", now: datetime = LATER, **more: Any) -> TimeEntry:
    work = {"on": MONDAY, "minutes": 60} | more
    return time_log.log_time(agreement=agreement, note=note, now=now, **work)


def change(world: World, entries: Any, **changes: Any) -> bulk_edit.Changed:
    ids = [getattr(entry, "pk", entry) for entry in entries]
    return bulk_edit.change_entries(
        business=world.business, ids=ids, now=LATER, actor="Nan", changes=changes
    )


def test_entries_move_to_another_day_with_another_note_and_back(
    world: World, agreement: Agreement
) -> None:
    entries = [log(agreement, "One"), log(agreement, "Two")]
    changed = change(world, entries, on=TUESDAY, note="Both")
    assert not changed.refused
    assert set(TimeEntry.objects.values_list("on", "note")) == {(TUESDAY, "Both")}
    back = bulk_edit.undo_changes(business=world.business, ids=changed.ids, now=LATER, actor="Nan")
    assert not back.refused
    assert set(TimeEntry.objects.values_list("on", "note")) == {(MONDAY, "One"), (MONDAY, "Two")}


def test_removed_entries_come_back(world: World, agreement: Agreement) -> None:
    entries = [log(agreement, "One"), log(agreement, "Two")]
    removed = bulk_edit.remove_entries(
        business=world.business, ids=[row.pk for row in entries], now=LATER, actor="Nan"
    )
    assert not TimeEntry.objects.exists()
    bulk_edit.undo_changes(
        business=world.business, ids=removed.ids, removed=True, now=LATER, actor="Nan"
    )
    assert set(TimeEntry.objects.values_list("note", flat=True)) == {"One", "Two"}


def test_undoing_a_change_brings_back_no_entry_that_was_removed_since(
    world: World, agreement: Agreement
) -> None:
    kept, gone = log(agreement, "One"), log(agreement, "Two")
    changed = change(world, [kept, gone], on=TUESDAY)
    time_log.delete_time(entry=TimeEntry.objects.get(note="Two"), now=LATER)
    back = bulk_edit.undo_changes(business=world.business, ids=changed.ids, now=LATER, actor="Nan")
    assert list(TimeEntry.objects.values_list("on", "note")) == [(MONDAY, "One")]
    assert [entry.note for entry, _why in back.refused] == ["Two"]


def test_what_is_locked_is_refused_alone_with_a_sentence(
    world: World, agreement: Agreement
) -> None:
    locked = log(agreement, "Reported")
    december = NOW + timedelta(days=31)
    run_billing(now=december, door="test")
    report_run.run_reports(now=december, door="test")
    send_reports.send_report(report=Report.objects.get(), actor="Nan", now=december)
    free = log(agreement, "Free", now=december, on=date(2026, 12, 2))
    changed = bulk_edit.change_entries(
        business=world.business,
        ids=[locked.pk, free.pk],
        now=december,
        actor="Nan",
        changes={"note": "New"},
    )
    assert [(entry, "report" in why) for entry, why in changed.refused] == [(locked, True)]
    assert set(TimeEntry.objects.values_list("note", flat=True)) == {"Reported", "New"}


def test_entries_move_to_another_agreement_of_the_same_client_only(
    world: World, agreement: Agreement
) -> None:
    same = world.running(agreement.client, card="")
    other = world.running(world.client("Another"), card="")
    run_billing(now=NOW, door="test")
    entry = log(agreement, deliverable=Deliverable.objects.first())
    (refused,) = change(world, [entry], agreement=other).refused
    assert "client" in refused[1]
    assert not change(world, [entry], agreement=same).refused
    moved = TimeEntry.objects.get()
    assert (moved.period.agreement, moved.deliverable) == (same, None)


def test_a_deliverable_follows_into_the_period_of_the_new_day(
    world: World, agreement: Agreement
) -> None:
    december = NOW + timedelta(days=31)
    run_billing(now=december, door="test")
    checklist_actions.open_checklists(now=december)
    first, second = Deliverable.objects.order_by("period__starts_on")
    entry = log(agreement, deliverable=first)
    bulk_edit.change_entries(
        business=world.business,
        ids=[entry.pk],
        now=december,
        actor="Nan",
        changes={"on": date(2026, 12, 2)},
    )
    assert TimeEntry.objects.get().deliverable == second


def test_another_business_s_entries_and_too_many_are_none_of_ours(
    world: World, agreement: Agreement
) -> None:
    other = World()
    theirs = other.running(other.client("Theirs"), card="")
    run_billing(now=NOW, door="test")
    entry = log(theirs)
    changed = change(world, [entry.pk, uuid4()], note="Mine")
    assert not changed.ids and not changed.refused
    assert TimeEntry.objects.get().note == "Posts"
    with pytest.raises(RuleError):
        change(world, [uuid4() for _n in range(bulk_edit.MOST + 1)], note="Mine")
