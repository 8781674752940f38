"""Importing hours from another tracker: previewed, written once and as a whole, and undone."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements.models import Agreement
from billing.runs.billing_run import run_billing
from core.errors import NotAllowedNow
from delivery.hours import time_log
from delivery.models import Report, TimeEntry, TimeImport
from delivery.reports import report_run, send_reports
from delivery.rules.errors import BadExport, NoPeriod
from delivery.trackers import time_import
from tests.world import NOW, World

DAY = timedelta(days=1)
LATER = NOW + 10 * DAY
HEADING = "Email,Client,Project,Description,Billable,Start date,Start time,Duration\n"
GOOD = "n@x.example,Baan Coffee,Retainer,Posts,Yes,2026-11-03,09:00:00,01:30:00\n"
MORE = "n@x.example,Baan Coffee,Retainer,Plan,Yes,2026-11-04,09:00:00,00:45:00\n"


@pytest.fixture
def agreement(world: World) -> Agreement:
    found = world.running()
    run_billing(now=NOW, door="test")
    return found


def read(world: World, rows: str, heading: str = HEADING) -> TimeImport:
    facts = {"business": world.business, "file_name": "toggl.csv", "actor": "Nan", "now": LATER}
    return time_import.read_export(data=(heading + rows).encode(), **facts)


def take(row: TimeImport, good: int, bad: int = 0, **more: Any) -> TimeImport:
    facts = {"without_bad": False, "actor": "Nan", "now": LATER} | more
    return time_import.write_entries(
        row=row, good=good, bad=bad, **{"seen": time_import.choices_hash(row)} | facts
    )


def test_choices_made_in_another_tab_must_be_seen_before_importing(
    world: World, agreement: Agreement
) -> None:
    row = read(world, GOOD)
    before, other = time_import.choices_hash(row), world.running(world.client("Somebody else"))
    same = TimeImport.objects.get()
    places = dict.fromkeys(same.places, str(other.pk))
    time_import.store_choices(
        row=same, places=places, day_first=same.day_first, all_billable=same.all_billable
    )
    with pytest.raises(NotAllowedNow, match="changed since you looked"):
        take(row, 1, seen=before)
    assert not TimeEntry.objects.exists()


def whys(row: TimeImport) -> dict[int, str]:
    return {one.line.line: one.why for one in time_import.preview_import(row, now=LATER).bad}


def test_a_preview_writes_nothing_and_the_import_writes_what_it_showed(
    world: World, agreement: Agreement
) -> None:
    row = read(world, GOOD + MORE)
    tried = time_import.preview_import(row, now=LATER)
    assert (len(tried.good), tried.minutes, tried.span) == (
        2,
        135,
        (date(2026, 11, 3), date(2026, 11, 4)),
    )
    assert not TimeEntry.objects.exists()
    take(row, 2)
    entries = TimeEntry.objects.order_by("on")
    assert [(entry.on.day, entry.minutes, entry.note) for entry in entries] == [
        (3, 90, "Posts"),
        (4, 45, "Plan"),
    ]
    assert {entry.imported for entry in entries} == {row}
    assert (row.state, row.entries) == ("done", 2)


def test_each_line_that_does_not_fit_is_listed_with_its_number(
    world: World, agreement: Agreement
) -> None:
    time_log.log_time(
        agreement=agreement, on=date(2026, 11, 5), minutes=23 * 60, note="N", now=LATER
    )
    rows = [
        GOOD,
        GOOD.replace("2026-11-03", "2026-11-31"),
        GOOD.replace("2026-11-03", "2026-10-03"),
        GOOD.replace("2026-11-03", "2026-12-03"),
        GOOD.replace("2026-11-03", "2026-11-05"),
        GOOD.replace("01:30:00", "25:00:00"),
        GOOD.replace("01:30:00", "soon"),
        GOOD.replace("Baan Coffee", "Somebody"),
        GOOD.replace("Posts", "More").replace("01:30:00", "23:00:00"),
    ]
    assert whys(read(world, "".join(rows))) == {
        3: "“2026-11-31” is not a day.",
        4: "The agreement has no period on this day.",
        5: "This day has not come yet.",
        6: "With this, the day would have more than 24 hours of work: 23 h are recorded already.",
        7: "With this, the day would have more than 24 hours of work: 1.5 h are recorded already.",
        8: "The line does not say how long it took.",
        9: "Nobody has said whose time this is.",
        10: "With this, the day would have more than 24 hours of work: 1.5 h are recorded already.",
    }


def test_bad_lines_are_skipped_only_when_a_person_says_so(
    world: World, agreement: Agreement
) -> None:
    row = read(world, GOOD + GOOD.replace("2026-11-03", "2026-11-31"))
    with pytest.raises(BadExport):
        take(row, 1, 1)
    with pytest.raises(NotAllowedNow):
        take(row, 1, 0, without_bad=True)  # the person saw other numbers
    assert not TimeEntry.objects.exists()
    take(row, 1, 1, without_bad=True)
    assert TimeEntry.objects.count() == 1


def test_an_import_is_written_whole_or_not_at_all(
    world: World, agreement: Agreement, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = read(world, GOOD + MORE)
    monkeypatch.setattr(time_import, "BATCH", 1)
    create = TimeEntry.objects.bulk_create

    def dies(rows: Any, **more: Any) -> Any:
        create(rows[:1])
        raise ZeroDivisionError

    monkeypatch.setattr(TimeEntry.objects, "bulk_create", dies)
    with pytest.raises(ZeroDivisionError):
        take(row, 2)
    row.refresh_from_db()
    assert (row.state, TimeEntry.objects.count()) == ("read", 0)


def test_a_line_is_imported_once_even_from_another_file_or_after_a_correction(
    world: World, agreement: Agreement
) -> None:
    take(read(world, GOOD + GOOD), 2)  # the same twice in one file is work that was done twice
    entry = TimeEntry.objects.earliest("pk")
    time_log.correct_time(entry=entry, on=date(2026, 11, 4), minutes=5, note="Other", now=LATER)
    tried = time_import.preview_import(read(world, MORE + GOOD + GOOD), now=LATER)
    assert (len(tried.good), len(tried.there)) == (1, 2)
    with pytest.raises(BadExport):
        take(read(world, GOOD), 0)


def test_each_name_can_be_assigned_to_an_agreement_or_skipped(
    world: World, agreement: Agreement
) -> None:
    row = read(world, GOOD + GOOD.replace("Baan Coffee", "Somebody"))
    other = World().running()
    words = {"day_first": True, "all_billable": False}

    def good(place: str) -> tuple[int, int, int]:
        time_import.store_choices(
            row=row, places={"Somebody\nRetainer": place, "Strange": "-"}, **words
        )
        tried = time_import.preview_import(row, now=LATER)
        return len(tried.good), len(tried.left_out), len(tried.bad)

    assert good("") == (1, 0, 1)
    assert good("-") == (1, 1, 0)
    assert good(str(agreement.pk)) == (2, 0, 0)
    assert good(str(other.pk)) == (2, 0, 0), "a stranger's agreement is passed over"


def test_ambiguous_days_are_asked_about_and_not_guessed(world: World, agreement: Agreement) -> None:
    row = read(world, GOOD.replace("2026-11-03", "03/11/2026"))
    assert time_import.preview_import(row, now=LATER).asks_order
    with pytest.raises(BadExport):
        take(row, 0)
    found = {}
    for day_first in (True, False):
        time_import.store_choices(row=row, places={}, day_first=day_first, all_billable=False)
        tried = time_import.preview_import(row, now=LATER)
        found[day_first] = [one.entry.on for one in tried.good if one.entry]
    assert found == {
        True: [date(2026, 11, 3)],
        False: [],
    }  # the 11th of March is before the agreement


def test_unbillable_lines_are_the_freelancers_own_unless_no_line_is_billable(
    world: World, agreement: Agreement
) -> None:
    own = GOOD.replace("Yes", "No")
    take(read(world, own + MORE), 2)
    assert list(TimeEntry.objects.order_by("on").values_list("billable", "consumes")) == [
        (False, False),
        (True, True),
    ]
    assert read(world, own).all_billable, "who never said what is billable meant nothing by it"


def test_late_lines_go_to_the_open_period_with_their_day_in_the_note(
    world: World, agreement: Agreement
) -> None:
    after = NOW + 31 * DAY
    run_billing(now=after, door="test")
    report_run.run_reports(now=after, door="test")
    send_reports.send_report(report=Report.objects.get(), actor="Nan", now=after)
    row = read(world, GOOD)
    assert time_import.preview_import(row, now=after).late == [2]
    take(row, 1, now=after)
    assert "2026-11-03" in TimeEntry.objects.get().note
    assert TimeEntry.objects.get().period.starts_on == date(2026, 12, 2)


def test_an_import_is_undone_as_a_whole_and_can_be_repeated(
    world: World, agreement: Agreement
) -> None:
    row = take(read(world, GOOD + MORE), 2)
    time_log.correct_time(
        entry=TimeEntry.objects.latest("on"),
        on=date(2026, 11, 4),
        minutes=5,
        note="Other",
        now=LATER,
    )
    assert time_import.undo_import(row=row, actor="Nan", now=LATER) == 2
    assert not TimeEntry.objects.exists()
    assert {entry.voided_by for entry in time_log.deleted_entries(world.business)} == {"Nan"}
    with pytest.raises(NotAllowedNow):
        time_import.undo_import(row=row, actor="Nan", now=LATER)
    take(read(world, GOOD + MORE), 2)


def test_an_import_that_a_report_has_told_about_is_not_undone(
    world: World, agreement: Agreement
) -> None:
    row = take(read(world, GOOD), 1)
    after = NOW + 31 * DAY
    run_billing(now=after, door="test")
    report_run.run_reports(now=after, door="test")
    send_reports.send_report(report=Report.objects.get(), actor="Nan", now=after)
    with pytest.raises(NoPeriod):
        time_import.undo_import(row=row, actor="Nan", now=after)
    assert TimeEntry.objects.count() == 1


def test_thousands_of_lines_take_as_many_queries_as_ten(world: World, agreement: Agreement) -> None:
    def asked(count: int) -> int:
        rows = [
            GOOD.replace("Posts", f"{count} {n}").replace("01:30:00", "00:00:31")
            for n in range(count)
        ]
        spread = [row.replace("-03,", f"-{n % 9 + 3:02},") for n, row in enumerate(rows)]
        row = read(world, "".join(spread))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert len(time_import.preview_import(row, now=LATER).good) == count
        take(row, count)
        return len(queries)

    assert asked(10) == asked(4000)


@pytest.mark.parametrize(
    ("heading", "rows", "why"),
    [
        ("Name,Hours\n", "A,1\n", "no detailed report"),
        (HEADING, "", "no lines"),
        (HEADING, GOOD * 20_001, "20,000 lines"),
        (HEADING, "x" * 10_500_000, "10 MB"),
        (HEADING, "".join(GOOD.replace("Baan", str(n)) for n in range(401)), "400 projects"),
    ],
)
def test_a_file_that_cannot_be_imported_is_refused_with_the_reason(
    world: World, heading: str, rows: str, why: str
) -> None:
    with pytest.raises(BadExport, match=why):
        read(world, rows, heading)


# In the dashboard


@pytest.fixture
def dashboard(world: World) -> Browser:
    browser = Browser()
    browser.force_login(world.business.owner, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def test_no_content_of_a_cell_breaks_the_page(
    dashboard: Browser, world: World, agreement: Agreement
) -> None:
    odd = "nul\0\u202e\ud800x"
    rows = "".join(GOOD.replace(cell, odd) for cell in GOOD.strip().split(","))
    file = SimpleUploadedFile("x\0.csv", (HEADING + rows).encode("utf-8", "surrogatepass"))
    answer = dashboard.post(reverse("dashboard:time_imports"), {"file": file}, follow=True)
    assert answer.status_code == 200
    assert "Does not fit" in answer.content.decode()


def test_a_file_that_is_not_an_export_is_refused_in_the_form(dashboard: Browser) -> None:
    for data in (b"", b"\x00\x01", b"a,b\n1,2\n"):
        answer = dashboard.post(
            reverse("dashboard:time_imports"), {"file": SimpleUploadedFile("x.csv", data)}
        )
        assert answer.status_code == 422
        assert "no detailed report" in answer.content.decode()
    assert not TimeImport.objects.exists()


def test_the_bad_lines_can_be_downloaded_and_hold_no_formula(
    dashboard: Browser, world: World, agreement: Agreement
) -> None:
    row = read(world, GOOD.replace("2026-11-03", "2026-11-31").replace("Posts", "=cmd()"))
    table = dashboard.get(reverse("dashboard:time_import_bad", args=[row.pk])).content.decode()
    assert "2,“2026-11-31” is not a day.,2026-11-31,Baan Coffee,Retainer,'=cmd()," in table


def test_hostile_names_are_shown_as_text(
    dashboard: Browser, world: World, agreement: Agreement
) -> None:
    row = read(
        world,
        GOOD.replace("Baan Coffee", "<script>alert(1)</script>").replace("Posts", "{{ 7*7 }}"),
    )
    page = dashboard.get(reverse("dashboard:time_import", args=[row.pk])).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
