"""Timers of devices that are offline at times: nothing recorded is lost or counted twice."""

import random
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from agreements.models import Agreement
from billing.runs.billing_run import run_billing
from core.errors import RuleError
from delivery.hours import time_log, timer
from delivery.hours.offline import decide, receive
from delivery.models import Deliverable, Report, TimeEntry, Timer, TimerEvent, TimerRun
from delivery.reports import report_run, send_reports
from delivery.work import checklist_actions
from tests.world import NOW, World

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
PHONE, TABLET = UUID(int=1), UUID(int=2)
PROMISED = {"name": "Growth", "deliverables": [{"title": "posts", "promised": 4}]}
EVENING = NOW + 8 * HOUR
NUMBERS = iter(range(1, 10**9))


@pytest.fixture
def agreement(world: World) -> Agreement:
    found = world.running(tier=PROMISED)
    run_billing(now=NOW, door="test")
    checklist_actions.open_checklists(now=NOW)
    return found


def event(kind: str, run: UUID, at: datetime, agreement: Any = None, **more: Any) -> dict[str, Any]:
    """An event as a device sends it."""
    return {
        "id": str(run if kind == "start" else uuid4()),
        "run": str(run),
        "counter": next(NUMBERS),
        "kind": kind,
        "clock": int(at.timestamp() * 1000),
        "agreement": str(agreement.pk) if agreement else "",
        "deliverable": "",
        "note": "Posts",
    } | more


def run_of(agreement: Any, start: datetime, end: datetime, **more: Any) -> list[dict[str, Any]]:
    run = uuid4()
    return [
        event("start", run, start, agreement, **more),
        event("stop", run, end),
    ]


def send(world: World, events: Any, now: datetime = EVENING, **more: Any) -> receive.Received:
    facts = {"device": PHONE, "sent": now, "actor": "Nan"} | more
    return receive.receive(
        business=world.business, user=world.business.owner, events=events, now=now, **facts
    )


def minutes() -> list[int]:
    return sorted(TimeEntry.objects.values_list("minutes", flat=True))


def test_what_a_device_recorded_becomes_an_entry_once_however_often_it_is_sent(
    world: World, agreement: Agreement
) -> None:
    events = run_of(agreement, NOW, NOW + 90 * MINUTE)
    for _time in range(2):
        received = send(world, events)
        assert received.known == [each["id"] for each in events]
        assert not received.refused
    entry = TimeEntry.objects.get()
    assert (entry.minutes, entry.on, entry.note) == (90, date(2026, 11, 2), "Posts")
    assert TimeEntry.history.count() == 1
    assert TimerEvent.objects.count() == 2


def test_two_devices_come_to_the_same_entries_in_any_order(
    world: World, agreement: Agreement
) -> None:
    """Every batch of two devices, in every order, and as single events."""
    batches = [
        run_of(agreement, NOW, NOW + 3 * HOUR, note="Plan"),
        run_of(agreement, NOW + HOUR, NOW + 2 * HOUR, note="Posts"),
        run_of(agreement, NOW + 150 * MINUTE, NOW + 4 * HOUR, note="Call"),
    ]
    singly = [[each] for batch in batches for each in batch]
    for seed in range(4):
        order = list(batches if seed < 2 else singly)
        random.Random(seed).shuffle(order)
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            for number, batch in enumerate(order):
                send(world, batch, device=UUID(int=number % 2))
            entries = TimeEntry.objects.values_list("note", "minutes")
            assert Counter(dict(entries)) == {"Plan": 90, "Posts": 60, "Call": 90}, seed
            raise ZeroDivisionError  # back to where nothing was sent


def test_an_entry_that_a_person_edited_stays_as_they_left_it(
    world: World, agreement: Agreement
) -> None:
    events = run_of(agreement, NOW, NOW + 2 * HOUR)
    send(world, events)
    entry = TimeEntry.objects.get()
    time_log.correct_time(entry=entry, on=entry.on, minutes=45, note="Shorter", now=EVENING)
    send(world, run_of(agreement, NOW + HOUR, NOW + 3 * HOUR))
    assert minutes() == [45, 120]

    removed = TimeEntry.objects.get(minutes=120)
    time_log.delete_time(entry=removed, now=EVENING)
    send(world, [event("change", UUID(events[0]["run"]), NOW, agreement, note="Late")])
    assert minutes() == [45]
    assert not decide.undecided(world.business).exists()  # and nobody is asked again


def test_a_change_of_client_or_note_that_arrives_later_is_taken_over(
    world: World, agreement: Agreement
) -> None:
    other = world.running(world.client("Another"), card="")
    run_billing(now=NOW, door="test")
    events = run_of(agreement, NOW, NOW + HOUR)
    send(world, events)
    send(world, [event("change", UUID(events[0]["run"]), NOW + 2 * HOUR, other, note="Theirs")])
    entry = TimeEntry.objects.get()
    assert (entry.period.agreement, entry.note, entry.minutes) == (other, "Theirs", 60)


def test_a_timer_of_the_dashboard_and_one_of_a_device_never_count_the_same_minute(
    world: World, agreement: Agreement
) -> None:
    owner, business = world.business.owner, world.business
    row = timer.start_timer(user=owner, agreement=agreement, note="Desk", now=NOW)
    send(world, run_of(agreement, NOW - HOUR, NOW + HOUR, note="Phone"))
    assert minutes() == [120]
    timer.stop_timer(user=owner, business=business, pk=row.pk, now=NOW + 2 * HOUR)
    assert dict(TimeEntry.objects.values_list("note", "minutes")) == {"Desk": 120, "Phone": 60}


def test_starting_on_a_device_stops_the_timer_of_the_dashboard_at_that_moment(
    world: World, agreement: Agreement
) -> None:
    timer.start_timer(user=world.business.owner, agreement=agreement, note="Desk", now=NOW)
    send(world, run_of(agreement, NOW + HOUR, NOW + 2 * HOUR, note="Phone"))
    assert dict(TimeEntry.objects.values_list("note", "minutes")) == {"Desk": 60, "Phone": 60}
    assert not Timer.objects.exists()


def test_starting_on_the_dashboard_stops_what_runs_on_a_device(
    world: World, agreement: Agreement
) -> None:
    run = uuid4()
    send(world, [event("start", run, NOW, agreement, note="Phone")])
    assert TimerRun.objects.get().is_running
    timer.start_timer(
        user=world.business.owner, agreement=agreement, note="Desk", now=EVENING + HOUR
    )
    assert not TimerRun.objects.get(run=run).is_running
    assert TimeEntry.objects.get().minutes == 9 * 60


@pytest.mark.parametrize(
    ("start", "end", "agreed", "problem"),
    [
        (NOW, NOW - HOUR, True, "clock"),
        (NOW - 13 * HOUR, NOW, True, "long"),
        (NOW, NOW + HOUR, False, "client"),
        (NOW - 40 * 24 * HOUR, NOW - 40 * 24 * HOUR + HOUR, True, "period"),
        (NOW - 61 * 24 * HOUR, NOW - 61 * 24 * HOUR + HOUR, True, "old"),
    ],
)
def test_what_cannot_be_counted_is_kept_until_a_person_decides(
    world: World, agreement: Agreement, start: Any, end: Any, agreed: bool, problem: str
) -> None:
    send(world, run_of(agreement if agreed else None, start, end))
    (run,) = TimerRun.objects.all()
    assert (run.problem, minutes()) == (problem, [])
    work = {"on": date(2026, 11, 2), "minutes": 30, "note": "So long", "actor": "Nan"}
    decide.record_run(run=run, agreement=agreement, now=EVENING, **work)  # type: ignore[arg-type]
    assert minutes() == [30]
    assert not decide.undecided(world.business).exists()
    with pytest.raises(RuleError):
        decide.record_run(run=run, agreement=agreement, now=EVENING, **work)  # type: ignore[arg-type]
    send(world, [event("change", run.run, NOW, agreement, note="Later")])
    assert minutes() == [30]


def test_a_timer_to_decide_can_be_discarded(world: World, agreement: Agreement) -> None:
    send(world, run_of(agreement, NOW, NOW - HOUR))
    decide.discard_run(run=TimerRun.objects.get(), actor="Nan", now=EVENING)
    assert not decide.undecided(world.business).exists()
    assert minutes() == []
    kinds = TimerEvent.objects.values_list("kind", flat=True)
    assert sorted(kinds) == ["drop", "start", "stop"]


def test_a_period_whose_report_was_sent_is_not_touched(world: World, agreement: Agreement) -> None:
    """What the report counts stays; the difference is shown to the person."""
    send(world, run_of(agreement, NOW, NOW + 2 * HOUR))
    december = datetime(2026, 12, 4, 12, tzinfo=UTC)
    run_billing(now=december, door="test")
    report_run.run_reports(now=december, door="test")
    send_reports.send_report(
        report=Report.objects.get(period__starts_on=date(2026, 11, 2)), actor="Nan", now=december
    )
    send(world, run_of(agreement, NOW + HOUR, NOW + 3 * HOUR), now=december)
    assert minutes() == [60, 120]  # the hour in which both ran was reported already
    late = TimeEntry.objects.get(minutes=60)
    assert late.is_late
    assert not decide.undecided(world.business).exists()

    run = TimerRun.objects.get(started_at=NOW).run
    send(world, [event("change", run, NOW + HOUR, agreement, note="Plan")], now=december)
    assert TimeEntry.objects.get(minutes=120).note == "Posts"
    assert [row.problem for row in decide.undecided(world.business)] == ["sent"]


def test_bad_events_are_answered_one_by_one_and_the_good_ones_are_taken(
    world: World, agreement: Agreement
) -> None:
    good = run_of(agreement, NOW, NOW + HOUR)
    bad: list[Any] = [
        None,
        [],
        "x",
        {},
        good[0] | {"id": "x"},
        good[0] | {"id": str(uuid4()), "kind": "buy"},
        good[0] | {"id": str(uuid4()), "clock": "soon"},
        good[0] | {"id": str(uuid4()), "clock": 10**30},
        good[0] | {"id": str(uuid4()), "clock": True},
        good[0] | {"id": str(uuid4()), "counter": -1},
        good[0] | {"id": str(uuid4()), "counter": 10**12},
        good[0] | {"id": str(uuid4()), "kind": ["start"]},
        good[0] | {"id": str(uuid4()), "kind": {"start": 1}},
        good[0] | {"id": str(uuid4()), "run": None},
    ]
    received = send(world, [*bad, *good])
    assert received.known == [each["id"] for each in good]
    assert len(received.refused) == len(bad)
    assert minutes() == [60]


def test_an_event_with_the_id_of_another_is_refused_and_not_forgotten(
    world: World, agreement: Agreement
) -> None:
    """A device forgets what is known: it must not be told so of minutes that nobody stored."""
    first, second = run_of(agreement, NOW, NOW + HOUR), run_of(agreement, NOW + HOUR, EVENING)
    first[1]["id"] = second[1]["id"]
    received = send(world, [*first, *second])
    assert received.known == [first[0]["id"], first[1]["id"], second[0]["id"]]
    assert [name for name, _why in received.refused] == [second[1]["id"]]
    assert [name for name, _why in send(world, second).refused] == [second[1]["id"]]
    assert [name for name, _why in send(world, first, device=TABLET).refused] == [
        each["id"] for each in first
    ]
    assert minutes() == [60]


@pytest.mark.parametrize(
    ("note", "kept"),
    [
        ("Q3\u00a0plan", "Q3\u00a0plan"),
        ("会議\u3000資料", "会議\u3000資料"),
        ("\u200eשלום\u200e", "\u200eשלום\u200e"),
        ("\ufeffPosts", "Posts"),
        ("Posts\r\nand reels", "Posts and reels"),
        ("new \U0001fae9 emoji", "new \U0001fae9 emoji"),
        ("nul\x00 bell\x07", "nul bell"),
        ("half \ud83d", "half"),
        ("x" * 5000, "x" * 300),
        ("\x00" * 5, ""),
        (["x"], ""),
        (None, ""),
        (7, ""),
    ],
)
def test_no_note_loses_minutes(world: World, agreement: Agreement, note: Any, kept: str) -> None:
    received = send(world, run_of(agreement, NOW, NOW + HOUR, note=note))
    assert (received.refused, minutes()) == ([], [60])
    assert TimerRun.objects.get().note == kept


def test_a_device_says_nothing_of_time_that_the_server_logged(
    world: World, agreement: Agreement
) -> None:
    row = timer.start_timer(user=world.business.owner, agreement=agreement, note="Desk", now=NOW)
    run = row.pk
    timer.stop_timer(user=world.business.owner, business=world.business, pk=run, now=NOW + 2 * HOUR)
    other = run_of(agreement, NOW + 3 * HOUR, NOW + 4 * HOUR)
    received = send(world, [event("discard", run, NOW + HOUR), *other])
    assert received.known == [each["id"] for each in other]
    assert len(received.refused) == 1
    fixed = TimerRun.objects.get(run=run)
    assert (fixed.ended_at, fixed.is_discarded) == (NOW + 2 * HOUR, False)
    send(world, run_of(agreement, NOW, NOW + 2 * HOUR), device=TABLET)
    assert minutes() == [60, 120]


def test_what_lies_between_two_timers_of_a_batch_is_not_worked_over(
    world: World, agreement: Agreement
) -> None:
    def queries(first: datetime) -> int:
        batch = run_of(agreement, first, first + HOUR)
        batch += run_of(agreement, first + 20 * 24 * HOUR, first + 20 * 24 * HOUR + HOUR)
        with CaptureQueriesContext(connection) as seen:
            send(world, batch, now=NOW + 40 * 24 * HOUR)
        return len(seen)

    alone = queries(NOW)
    between = [NOW + (3 + number) * 24 * HOUR for number in range(10)]
    for start in between:
        send(world, run_of(agreement, start, start + HOUR), now=NOW + 40 * 24 * HOUR)
    assert queries(NOW + 3 * HOUR) <= alone


def test_a_batch_is_bounded(world: World, agreement: Agreement) -> None:
    too_many: Iterable[Any] = [event("stop", uuid4(), NOW)] * (receive.MOST + 1)
    with pytest.raises(RuleError):
        send(world, too_many)
    with pytest.raises(RuleError):
        send(world, {"id": "x"})
    assert not TimerEvent.objects.exists()


def test_another_business_s_agreement_or_deliverable_is_none_of_ours(
    world: World, agreement: Agreement
) -> None:
    other = World()
    theirs = other.running(other.client("Theirs"), card="")
    send(world, run_of(theirs, NOW, NOW + HOUR))
    assert TimerEvent.objects.filter(agreement__isnull=False).count() == 0
    assert TimerRun.objects.get().problem == "client"
    assert not TimeEntry.objects.exists()


def test_the_deliverable_is_taken_where_its_period_has_the_day(
    world: World, agreement: Agreement
) -> None:
    posts = Deliverable.objects.get()
    send(world, run_of(agreement, NOW, NOW + HOUR, deliverable=str(posts.pk), note=""))
    entry = TimeEntry.objects.get()
    assert (entry.deliverable, entry.note) == (posts, "posts")


def test_received_events_never_change(world: World, agreement: Agreement) -> None:
    send(world, run_of(agreement, NOW, NOW + HOUR))
    with pytest.raises(IntegrityError), transaction.atomic():
        TimerEvent.objects.update(note="Other")
    with pytest.raises(IntegrityError), transaction.atomic():
        TimerEvent.objects.all().delete()


def test_a_clock_that_is_wrong_is_corrected_when_its_events_arrive(
    world: World, agreement: Agreement
) -> None:
    wrong = run_of(agreement, NOW - 5 * HOUR, NOW - 4 * HOUR)
    send(world, wrong, sent=EVENING - 5 * HOUR)
    run = TimerRun.objects.get()
    assert (run.started_at, run.ended_at) == (NOW, NOW + HOUR)


def test_the_minutes_of_a_timer_that_a_person_discards_go_back_to_the_one_that_ran_with_it(
    world: World, agreement: Agreement
) -> None:
    send(world, run_of(agreement, NOW, NOW + 3 * HOUR, note="Plan"))
    send(world, run_of(None, NOW + HOUR, NOW + 2 * HOUR), device=TABLET)
    assert minutes() == [120]
    decide.discard_run(run=decide.undecided(world.business).get(), actor="Nan", now=EVENING)
    assert minutes() == [180]
    assert not decide.undecided(world.business).exists()


def test_a_device_cannot_say_what_only_a_person_decides(world: World, agreement: Agreement) -> None:
    assert send(world, [event("drop", uuid4(), NOW)]).refused


def test_a_device_whose_clock_begins_anew_in_1970_loses_nothing(
    world: World, agreement: Agreement
) -> None:
    begun = datetime(1970, 1, 1, 3, tzinfo=UTC)
    received = send(world, run_of(agreement, begun, begun + HOUR), sent=begun + 2 * HOUR)
    assert not received.refused
    (run,) = decide.undecided(world.business)
    assert (run.problem, run.started_at) == ("clock", EVENING - 2 * HOUR)


def test_time_beside_a_timer_that_waits_is_counted_when_that_is_discarded(
    world: World, agreement: Agreement
) -> None:
    """A timer that waits for a person holds its minutes; what it gives up goes to the other."""
    unknown = run_of(None, NOW + HOUR, NOW + 2 * HOUR)
    send(world, unknown)
    send(world, run_of(agreement, NOW, NOW + 3 * HOUR), device=TABLET)
    run = UUID(unknown[0]["run"])
    assert minutes() == [120]
    send(world, [event("discard", run, NOW + 90 * MINUTE)], device=TABLET)
    assert minutes() == [180]
