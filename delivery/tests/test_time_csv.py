"""Exports of time trackers are read in any column order, encoding and date format."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.trackers import time_cells, time_csv, time_names
from delivery.trackers.time_csv import (
    Line,
    Reason,
    Unreadable,
    line_keys,
    overlapping_lines,
    read_lines,
)
from delivery.trackers.time_names import KnownAgreement

TOGGL = (
    "User,Email,Client,Project,Task,Description,Billable,Start date,Start time,End date,End "
    "time,Duration,Tags,Amount ()\n"
    'Nan,nan@x.example,Baan,Social,,"Posts, ""and"" more",Yes,2026-11-03,22:30:00,'
    "2026-11-04,00:00:30,01:30:30,,\n"
)
HARVEST = (
    "Date,Client,Project,Project Code,Task,Notes,Hours,Hours Rounded,Billable?,Invoiced?,First "
    "Name,Last Name\n"
    '03.11.2026,Baan,Social,S,Writing,"Posts, ""and"" more","1,51","1,75",No,No,Nan,K\n'
)
CLOCKIFY = (
    "Project,Client,Description,Task,User,Group,Email,Tags,Billable,Start Date,Start Time,End "
    "Date,End Time,Duration (h),Duration (decimal),Billable Rate (USD)\n"
    'Social,Baan,"Posts, ""and"" more",Writing,Nan,,nan@x.example,,Yes,11/03/2026,10:30:00 PM,'
    "11/04/2026,12:00:30 AM,01:30:30,1.51,80\n"
)


@pytest.mark.parametrize(
    ("source", "text", "on", "seconds"),
    [
        ("toggl", TOGGL, "2026-11-03", 5430),
        ("harvest", HARVEST, "03.11.2026", 5436),
        ("clockify", CLOCKIFY, "11/03/2026", 5430),
    ],
)
def test_each_tracker_is_known_by_its_heading(
    source: str, text: str, on: str, seconds: int
) -> None:
    export = read_lines(text.encode())
    (line,) = export.lines
    assert (export.source, line.line, line.on, line.seconds) == (source, 2, on, seconds)
    assert (line.client, line.project, line.note) == ("Baan", "Social", 'Posts, "and" more')
    assert line.billable == (source != "harvest")
    assert line.start == ("" if source == "harvest" else "22:30:00")


@given(st.permutations(range(14)), st.sampled_from([str.upper, str.lower, str.title]))
def test_neither_the_order_nor_the_case_of_the_columns_matters(order: list[int], case: Any) -> None:
    heading, row = TOGGL.replace('"Posts, ""and"" more"', "Posts").splitlines()
    names, cells = heading.split(","), row.split(",")
    text = ",".join(case(names[n]) for n in order) + "\n" + ",".join(cells[n] for n in order) + "\n"
    assert read_lines(text.encode()) == read_lines(f"{heading}\n{row}\n".encode())


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "cp874"]
)
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_encodings_and_delimiters(encoding: str, mark: str) -> None:
    name = "กาแฟบ้าน" if encoding == "cp874" else "Café Söhne"
    text = (
        TOGGL.replace('"Posts, ""and"" more"', '"Two\nlines"')
        .replace("Baan", name)
        .replace(",", mark)
    )
    begins = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    export = read_lines(begins + text.encode(encoding))
    assert [(line.client, line.note) for line in export.lines] == [(name, "Two lines")]
    assert export.encoding == (encoding if encoding.startswith("cp") else encoding[:6].rstrip("-"))


@given(st.binary(max_size=400), st.booleans())
def test_whatever_the_bytes_are_only_unreadable_is_raised(data: bytes, headed: bool) -> None:
    try:
        read_lines(TOGGL.encode() + data if headed else data)
    except Unreadable as error:
        assert isinstance(error.reason, Reason)


@given(st.text(max_size=60))
def test_a_cell_is_read_or_refused(text: str) -> None:
    acts = (
        lambda: time_cells.read_day(text, True),
        lambda: time_cells.read_seconds(text),
        lambda: time_cells.read_clock(text),
    )
    for act in acts:
        try:
            act()
        except ValueError:
            continue


def test_a_file_that_is_not_an_export_is_refused_with_the_reason() -> None:
    def reason(data: bytes) -> Reason:
        with pytest.raises(Unreadable) as error:
            read_lines(data)
        return error.value.reason

    heading = TOGGL.splitlines()[0]
    assert reason(b"") == Reason.NO_HEADING
    assert reason(b"Name,Hours\nA,1\n") == Reason.NO_HEADING
    assert reason(heading.encode()) == Reason.EMPTY
    assert reason(b"x" * (time_csv.MOST_BYTES + 1)) == Reason.TOO_BIG
    assert reason((heading + "\n" + ",,A,B\n" * 20_001).encode()) == Reason.TOO_MANY
    assert (
        reason((heading + "\n" + "".join(f",,A,{n}\n" for n in range(401))).encode())
        == Reason.TOO_MANY_NAMES
    )


# One line


@pytest.mark.parametrize(
    ("duration", "fault", "seconds"),
    [
        ("0:00:10", "no_time", 10),
        ("abc", "no_duration", 0),
        ("", "no_duration", 0),
        ("-1:00", "no_duration", 0),
    ],
)
def test_a_line_without_a_usable_duration_has_a_fault(
    duration: str, fault: str, seconds: int
) -> None:
    (line,) = read_lines(f"Client,Start date,Duration\nA,2026-11-03,{duration}\n".encode()).lines
    assert (line.fault, line.seconds) == (fault, seconds)


def test_without_a_duration_start_and_end_are_used() -> None:
    text = "Client,Start date,Start time,End time,Duration\nA,2026-11-03,11:30 PM,12:15 AM,\n"
    assert read_lines(text.encode()).lines[0].seconds == 45 * 60


def test_a_stray_quotation_mark_breaks_only_its_own_line() -> None:
    text = 'Client,Start date,Duration\nA,2026-11-03,"1:00"x\nB,2026-11-03,1:00\n'
    assert [line.fault for line in read_lines(text.encode()).lines] == ["broken", ""]


def test_invisible_characters_and_long_notes_are_cut_and_marked() -> None:
    notes = ["=cmd()|' /C calc'!A0", "nul\0byte", "\u202eesrever", "x" * 301, "plain"]
    rows = "".join(f'A,2026-11-03,1:00,"{note}"\n' for note in notes)
    lines = read_lines(f"Client,Start date,Duration,Description\n{rows}".encode()).lines
    assert [line.note for line in lines] == [notes[0], "nul byte", "esrever", "x" * 300, "plain"]
    assert [line.is_cut for line in lines] == [False, True, True, True, False]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("01:30:00", 5400),
        ("1:30", 5400),
        ("1.5", 5400),
        ("1,5", 5400),
        ("1h 30m", 5400),
        ("90min", 5400),
        ("0.01", 36),
    ],
)
def test_a_duration_is_read_in_every_usual_form(text: str, seconds: int) -> None:
    assert time_cells.read_seconds(text) == seconds


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("09:05", time(9, 5)),
        ("12:00 AM", time(0)),
        ("12:30 pm", time(12, 30)),
        ("1:05:09 PM", time(13, 5, 9)),
    ],
)
def test_a_time_of_day_is_read_with_24_hours_and_with_am_and_pm(text: str, clock: time) -> None:
    assert time_cells.read_clock(text) == clock


# Day or month first


@pytest.mark.parametrize(
    ("days", "found"),
    [
        (["2026-11-03", "03.11.2026"], True),  # nothing to decide
        (["03/11/2026", "13/11/2026"], True),
        (["03/11/2026", "11/13/2026"], False),
        (["03/11/2026", "04/11/2026"], None),
        (["13/11/2026", "11/13/2026"], None),  # they contradict each other
        (["05/05/2026"], True),
        (["03/11/2026", "rubbish"], None),
    ],
)
def test_the_whole_file_decides_the_date_order_or_a_person_must(
    days: list[str], found: bool | None
) -> None:
    assert time_cells.day_first(days) is found


@given(st.lists(st.dates(date(2000, 1, 1), date(2099, 12, 31)), min_size=1), st.booleans())
def test_once_the_date_order_is_decided_every_day_is_read_back(
    days: list[date], first: bool
) -> None:
    cells = [day.strftime("%d/%m/%Y" if first else "%m/%d/%Y") for day in days]
    decided = time_cells.day_first(cells)
    assert (time_cells.doubtful(cells) is not None) or decided is not None
    if decided is not None:
        assert [time_cells.read_day(cell, decided) for cell in cells] == days


# The whole file


def lines(*clocks: tuple[str, int], who: str = "nan") -> list[Line]:
    return [
        Line(n, "2026-11-03", minutes * 60, start=start, who=who)
        for n, (start, minutes) in enumerate(clocks, 2)
    ]


def test_overlapping_lines_are_paired_with_the_line_that_had_not_ended() -> None:
    found = lines(
        ("09:00:00", 180), ("10:00:00", 30), ("11:00:00", 30), ("12:00:00", 30), ("12:15:00", 5)
    )
    days = [date(2026, 11, 3)] * 5
    assert overlapping_lines(found, days) == [(3, 2), (4, 2), (6, 5)]
    assert overlapping_lines(found[:1] + lines(("09:00:00", 5), who="ploy"), days[:2]) == []
    late = [*lines(("23:30:00", 60)), Line(9, seconds=60, start="00:10:00", who="nan")]
    assert overlapping_lines(late, [date(2026, 11, 3), date(2026, 11, 4)]) == [(9, 2)]


@given(
    st.lists(st.tuples(st.sampled_from("ABC"), st.integers(30, 7200)), max_size=12),
    st.integers(0, 12),
)
def test_every_line_has_its_own_key_and_the_same_one_in_another_file(
    rows: list[tuple[str, int]], some: int
) -> None:
    found = [Line(n, "2026-11-03", seconds, note=note) for n, (note, seconds) in enumerate(rows, 2)]
    days: list[date | None] = [date(2026, 11, 3)] * len(found)
    own = line_keys("toggl", found, days)
    assert len(set(own)) == len(own)
    assert line_keys("toggl", found[:some], days[:some]) == own[:some]
    assert not set(own) & set(line_keys("toggl", found, [date(2026, 11, 4)] * len(found)))


OURS = [
    KnownAgreement("1", "Baan Coffee Co., Ltd.", "Social media retainer", True),
    KnownAgreement("2", "Baan Coffee Co., Ltd.", "Newsletter", True),
    KnownAgreement("3", "Northwind GmbH", "Old", False),
    KnownAgreement("4", "Northwind GmbH", "New", True),
    KnownAgreement("5", "สวนผึ้ง สตูดิโอ", "Content", True),
]


@pytest.mark.parametrize(
    ("client", "project", "found"),
    [
        ("Baan Coffee", "Social Media Retainers", "1"),
        ("baan-coffee", "newsletter", "2"),
        ("Baan Coffee", "Something", ""),
        ("Northwind", "", "4"),
        ("Northwnd", "", "4"),
        ("", "สวนผึ้ง สตูดิโอ", "5"),
        ("", "Newsletter", "2"),
        ("Somebody", "Newsletter", ""),
        ("", "", ""),
    ],
)
def test_an_agreement_is_guessed_only_when_the_name_fits_a_single_one(
    client: str, project: str, found: str
) -> None:
    assert time_names.guess_agreement(client, project, OURS) == found


def test_the_largest_file_is_read_in_seconds() -> None:
    from time import perf_counter

    row = f"nan@x.example,Baan,Social,{'ก' * 150},2026-11-03,09:00:00,01:30:30\n"
    data = (
        "Email,Client,Project,Description,Start date,Start time,Duration\n" + row * 20_000
    ).encode()
    assert len(data) > 9_000_000
    began = perf_counter()
    assert len(read_lines(data).lines) == 20_000
    assert perf_counter() - began < 20
    assert timedelta(seconds=read_lines(data).lines[0].seconds) == timedelta(
        hours=1, minutes=30, seconds=30
    )
