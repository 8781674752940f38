"""Several tabs stop or start a timer, or write an import, at the same moment: each happens once."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from billing.runs.billing_run import run_billing
from delivery.hours import time_log, timer
from delivery.hours.offline.receive import receive
from delivery.models import TimeEntry, TimeImport, Timer
from delivery.trackers import time_import
from tests.at_once import at_once, refusals
from tests.world import NOW, World

DAY = date(2026, 11, 2)
HOUR = timedelta(hours=1)


def running(studio: World, name: str = "Baan Coffee") -> Any:
    agreement = studio.running(studio.client(name), card="")
    run_billing(now=NOW, door="test")
    return agreement


def test_several_tabs_that_stop_a_timer_log_it_once(studio: World) -> None:
    agreement, owner = running(studio), studio.business.owner
    row = timer.start_timer(user=owner, agreement=agreement, note="N", now=NOW)
    stop = partial(
        timer.stop_timer, user=owner, business=studio.business, pk=row.pk, now=NOW + HOUR
    )
    assert refusals(at_once(*[stop] * 6)) == 5
    assert TimeEntry.objects.get().minutes == 60
    assert not Timer.objects.exists()


def test_several_tabs_that_start_a_timer_leave_one_running_and_lose_no_time(studio: World) -> None:
    owner = studio.business.owner
    agreements = [running(studio, f"Client {n}") for n in range(4)]
    acts = [
        partial(timer.start_timer, user=owner, agreement=each, note="N", now=NOW + HOUR)
        for each in agreements
    ]
    timer.start_timer(user=owner, agreement=agreements[0], note="Before", now=NOW)
    assert refusals(at_once(*acts)) == 0
    assert Timer.objects.count() == 1
    assert TimeEntry.objects.get(note="Before").minutes == 60
    assert TimeEntry.objects.count() == 4


def test_stopping_and_discarding_at_once_ends_in_one_of_them(studio: World) -> None:
    agreement, owner = running(studio), studio.business.owner
    row = timer.start_timer(user=owner, agreement=agreement, note="N", now=NOW)
    which: dict[str, Any] = {"user": owner, "business": studio.business, "pk": row.pk}
    acts: list[Callable[[], Any]] = [
        partial(timer.stop_timer, **which, now=NOW + HOUR),
        partial(timer.discard_timer, **which),
    ]
    stopped, discarded = at_once(*acts)
    assert refusals([stopped, discarded]) == 1
    assert TimeEntry.objects.count() == (refusals([stopped]) == 0)


def test_a_day_never_has_more_than_24_hours_however_many_write_at_once(studio: World) -> None:
    agreement = running(studio)
    write = partial(
        time_log.log_time, agreement=agreement, on=DAY, minutes=5 * 60, note="N", now=NOW
    )
    assert refusals(at_once(*[write] * 8)) == 4
    assert TimeEntry.objects.count() == 4


def test_an_import_confirmed_in_several_tabs_is_written_once(studio: World) -> None:
    running(studio)
    rows = "".join(f"2026-11-02,Baan Coffee,Retainer,Post {n},0.25\n" for n in range(40))
    facts = {"file_name": "h.csv", "actor": "Nan", "now": NOW}
    data = f"Date,Client,Project,Notes,Hours\n{rows}".encode()
    both = [
        time_import.read_export(business=studio.business, data=data, **facts) for _time in range(2)
    ]
    take = partial(
        time_import.write_entries, good=40, bad=0, without_bad=False, actor="Nan", now=NOW
    )
    tabs = [TimeImport.objects.get(pk=row.pk) for row in both * 3]
    answers = at_once(*[partial(take, row=row, seen=time_import.choices_hash(row)) for row in tabs])
    assert refusals(answers) == 5
    assert TimeEntry.objects.count() == 40


def test_two_devices_that_send_at_once_write_each_timer_once(studio: World) -> None:
    agreement = running(studio)

    def send(number: int) -> None:
        """The same batch in three requests, and a later timer of another device in three more."""
        device, start = UUID(int=number % 2 + 1), NOW + number % 2 * HOUR / 2
        common = {"run": str(device), "agreement": str(agreement.pk), "note": f"N{number % 2}"}
        ends = {"id": str(UUID(int=number % 2 + 9)), "kind": "stop", "counter": 2}
        events = [
            common | {"id": str(device), "kind": "start", "counter": 1, "clock": clock(start)},
            common | ends | {"clock": clock(start + HOUR)},
        ]
        receive(
            business=studio.business,
            user=studio.business.owner,
            device=device,
            sent=NOW + 3 * HOUR,
            events=events,
            now=NOW + 3 * HOUR,
            actor="Nan",
        )

    assert refusals(at_once(*[partial(send, number) for number in range(6)])) == 0
    assert dict(TimeEntry.objects.values_list("note", "minutes")) == {"N0": 30, "N1": 60}


def clock(at: datetime) -> int:
    return int(at.timestamp() * 1000)
