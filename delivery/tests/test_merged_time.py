"""Three devices come to the same time in any order; no minute is lost or counted twice."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from delivery.rules.timers import merged_time
from delivery.rules.timers.merged_time import (
    Event,
    Kind,
    Problem,
    Run,
    corrected,
    merge,
    minutes_by_day,
)

EIGHT = datetime(2026, 11, 2, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
CLIENTS = [UUID(int=n) for n in range(900, 903)]


def event(kind: Kind, run: int, at: datetime, **more: object) -> Event:
    facts: dict[str, object] = {
        "id": UUID(int=run if kind == Kind.START else run * 1000 + int(at.timestamp()) % 997),
        "run": UUID(int=run),
        "device": UUID(int=1),
        "counter": 1,
        "kind": kind,
        "at": at,
        "agreement": CLIENTS[0],
    }
    return Event(**facts | more)  # type: ignore[arg-type]


def day_of_three_devices(chance: random.Random) -> list[Event]:
    """What three devices might record: each its own runs, and sometimes the end of another's."""
    events: list[Event] = []

    def record(kind: Kind, run: UUID, at: datetime, device: int) -> None:
        events.append(
            Event(
                id=run if kind == Kind.START else UUID(int=chance.getrandbits(128)),
                run=run,
                device=UUID(int=device),
                counter=len(events),
                kind=kind,
                at=at,
                agreement=chance.choice(CLIENTS),
                note=chance.choice(["Posts", "Plan", ""]),
            )
        )

    for device in range(3):
        at = EIGHT + chance.random() * 2 * HOUR
        for _run in range(chance.randint(1, 4)):
            run = UUID(int=chance.getrandbits(128))
            record(Kind.START, run, at, device)
            if chance.random() < 0.4:
                at += chance.random() * 10 * MINUTE
                record(Kind.CHANGE, run, at, device)
            at += chance.random() * chance.choice([MINUTE, HOUR, 3 * HOUR])
            record(Kind.DISCARD if chance.random() < 0.1 else Kind.STOP, run, at, device)
            if chance.random() < 0.3:
                record(Kind.STOP, chance.choice(events).run, at, device)
            at += chance.choice([timedelta(), chance.random() * HOUR])
    return events


def by_the_minute(runs: tuple[Run, ...]) -> Counter[UUID]:
    """Whose each minute is, asked minute by minute: the other way to say what `merge` does."""
    owners: Counter[UUID] = Counter()
    counted = [
        (run.started_at, run.id, (run.starts - EIGHT) // MINUTE, (run.ends - EIGHT) // MINUTE)
        for run in runs
        if run.counts
    ]
    for minute in range(max((last for *_who, last in counted), default=0)):
        there = [each[:2] for each in counted if each[2] <= minute < each[3]]
        if there:
            owners[max(there)[1]] += 1
    return owners


def test_any_order_comes_to_the_same_and_every_minute_is_counted_once(
    request: pytest.FixtureRequest,
) -> None:
    for seed in range(request.config.getoption("--interleavings")):
        chance = random.Random(seed)
        events = day_of_three_devices(chance)
        told = merge(events)
        heard = events + chance.choices(events, k=5)
        chance.shuffle(heard)
        assert merge(heard) == told, seed
        minutes = {run.id: run.minutes for run in told if run.minutes}
        assert minutes == by_the_minute(told), seed


def test_the_work_of_merging_grows_with_the_number_of_timers_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not with its square: one account could hold up all others with timers that overlap."""
    events = []
    for run in range(1, 201):
        start = EIGHT + run * MINUTE
        events += [
            event(Kind.START, run, start),
            event(Kind.STOP, run, start + 6 * HOUR, id=UUID(int=run + 10**6)),
        ]
    calls: Counter[str] = Counter()
    rounded = merged_time._rounded

    def counted(at: datetime) -> datetime:
        calls["rounded"] += 1
        return rounded(at)

    monkeypatch.setattr(merged_time, "_rounded", counted)
    assert sum(run.minutes for run in merge(events)) == 199 + 6 * 60
    assert calls["rounded"] <= 10 * 200


def test_what_was_heard_in_parts_is_completed_by_what_comes_later() -> None:
    chance = random.Random(7)
    events = day_of_three_devices(chance)
    chance.shuffle(events)
    for cut in range(len(events)):
        merge(events[:cut])  # a stop without its start is no error
    assert merge(events[3:] + events[:3]) == merge(events)


def test_the_stretch_that_began_later_has_the_overlap_and_the_earlier_one_goes_on_after_it() -> (
    None
):
    runs = merge(
        [
            event(Kind.START, 1, EIGHT),
            event(Kind.STOP, 1, EIGHT + 3 * HOUR),
            event(Kind.START, 2, EIGHT + HOUR, device=UUID(int=2)),
            event(Kind.STOP, 2, EIGHT + 2 * HOUR, device=UUID(int=2)),
        ]
    )
    assert [run.minutes for run in runs] == [120, 60]
    assert [len(run.pieces) for run in runs] == [2, 1]


def test_time_that_the_server_recorded_itself_is_not_counted_again() -> None:
    runs = merge(
        [
            event(Kind.START, 1, EIGHT, is_fixed=True),
            event(Kind.STOP, 1, EIGHT + HOUR, is_fixed=True),
            event(Kind.START, 2, EIGHT + HOUR / 2),
            event(Kind.STOP, 2, EIGHT + 2 * HOUR),
        ]
    )
    assert [run.minutes for run in runs] == [60, 60]


def test_the_first_end_counts_whichever_device_says_it() -> None:
    first, again = EIGHT + HOUR, EIGHT + 2 * HOUR
    events = [event(Kind.START, 1, EIGHT), event(Kind.STOP, 1, first)]
    assert merge([*events, event(Kind.STOP, 1, again)])[0].minutes == 60
    assert merge([*events, event(Kind.DISCARD, 1, again)])[0].minutes == 60
    discarded = [event(Kind.START, 1, EIGHT), event(Kind.DISCARD, 1, first)]
    assert merge([*discarded, event(Kind.STOP, 1, again)])[0].minutes == 0


def test_the_newest_client_and_note_count_even_when_they_come_after_the_stop() -> None:
    (run,) = merge(
        [
            event(Kind.START, 1, EIGHT, note="P"),
            event(Kind.STOP, 1, EIGHT + HOUR),
            event(Kind.CHANGE, 1, EIGHT + 2 * HOUR, note="Plan", agreement=CLIENTS[1]),
        ]
    )
    assert (run.note, run.agreement, run.minutes) == ("Plan", CLIENTS[1], 60)


@pytest.mark.parametrize(
    ("end", "doubtful", "problem"),
    [
        (EIGHT - HOUR, False, Problem.CLOCK),
        (EIGHT + HOUR, True, Problem.CLOCK),
        (EIGHT + 13 * HOUR, False, Problem.LONG),
    ],
)
def test_what_no_clock_can_tell_waits_for_a_person_and_takes_nobody_s_minutes(
    end: datetime, doubtful: bool, problem: Problem
) -> None:
    runs = merge(
        [
            event(Kind.START, 1, EIGHT),
            event(Kind.STOP, 1, EIGHT + HOUR),
            event(Kind.START, 2, EIGHT + MINUTE),
            event(Kind.STOP, 2, end + MINUTE, is_doubtful=doubtful),
        ]
    )
    assert [(run.problem, run.minutes) for run in runs] == [(None, 60), (problem, 0)]


def test_a_run_through_midnight_is_divided_by_the_days_of_the_business() -> None:
    (run,) = merge([event(Kind.START, 1, EIGHT), event(Kind.STOP, 1, EIGHT + 2 * HOUR)])
    parts = minutes_by_day(run, "Pacific/Auckland")  # 21:00 to 23:00
    assert [minutes for _day, minutes in parts] == [120]
    parts = minutes_by_day(run, "Pacific/Kiritimati")  # 22:00 to 24:00
    assert [minutes for _day, minutes in parts] == [120]
    parts = minutes_by_day(run, "Asia/Kamchatka")  # 20:00
    assert sum(minutes for _day, minutes in parts) == run.minutes
    (late,) = merge([event(Kind.START, 1, EIGHT), event(Kind.STOP, 1, EIGHT + 4 * HOUR)])
    assert [minutes for _day, minutes in minutes_by_day(late, "Pacific/Auckland")] == [180, 60]


def test_a_clock_that_is_wrong_is_put_right_by_what_it_showed_when_it_sent() -> None:
    sent = EIGHT + HOUR
    assert corrected(EIGHT, sent=sent, received=sent + timedelta(seconds=20)) == (EIGHT, False)
    slow = sent + 3 * HOUR
    assert corrected(EIGHT, sent=sent, received=slow) == (EIGHT + 3 * HOUR, False)
    assert corrected(EIGHT, sent=sent, received=sent + timedelta(days=30))[1]
    later = corrected(sent + 2 * HOUR, sent=sent, received=sent)  # put back before it sent
    assert later == (sent, True)
