"""Importing KPI readings from a file: read as spreadsheets write it, previewed, all or nothing."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from agreements.models import Agreement
from billing.runs.billing_run import run_billing
from delivery.kpis import kpi_changes, reading_import
from delivery.models import Kpi, Reading, Report
from delivery.reports import report_run, send_reports
from tests.world import NOW, World

LATER = NOW + timedelta(days=20)


@pytest.fixture
def agreement(world: World) -> Agreement:
    row = world.running()
    run_billing(now=NOW, door="test")
    for name in ("Followers", "Engagement, %", "ผู้ติดตาม", "=Sum"):
        kpi_changes.add_kpi(
            agreement=row,
            name=name,
            unit="",
            baseline=Decimal(0),
            target=Decimal(9),
            less_is_better=False,
            now=NOW,
        )
    return row


def take(agreement: Agreement, text: str | bytes) -> reading_import.ImportResult:
    data = text if isinstance(text, bytes) else text.encode()
    return reading_import.import_readings(agreement=agreement, data=data, actor="Nan", now=LATER)


def values() -> dict[tuple[str, date], Decimal]:
    return {(row.kpi.name, row.on): row.value for row in Reading.objects.select_related("kpi")}


@pytest.mark.parametrize(
    "text",
    [
        "kpi,date,value\nFollowers,2026-11-03,1234.5\n",
        "\ufeffKPI;Date;Value\r\nFollowers;03.11.2026;1.234,50\r\n",
        'sep=;\nDate;Name;Note;Value\n3/11/2026; followers ;x;"1,234.5"\n\n',
        "kpi\tวันที่\tค่า\nFollowers\t๐๓/๑๑/๒๕๖๙\t๑๒๓๔.๕\n",
    ],
)
def test_delimiters_dates_and_numbers_are_read_in_every_usual_form(
    agreement: Agreement, text: str
) -> None:
    for data in (text.encode(), text.encode("utf-16")):
        assert take(agreement, data).bad == []
    assert values() == {("Followers", date(2026, 11, 3)): Decimal("1234.50")}


def test_old_thai_encodings_and_names_with_punctuation_are_read(
    agreement: Agreement,
) -> None:
    text = (
        'kpi,date,value\nผู้ติดตาม,2026-11-03,5\n"Engagement, %",2026-11-03,3.5 %\n'
        "'=Sum,2026-11-03,2\n"
    )
    assert take(agreement, text.encode("cp874")).bad == []
    assert sorted(values().values()) == [2, Decimal("3.50"), 5]


def test_a_mark_before_three_digits_follows_the_delimiter_of_the_file(
    agreement: Agreement,
) -> None:
    assert take(agreement, 'kpi,date,value\nFollowers,2026-11-03,"12,400"\n').bad == []
    assert take(agreement, "kpi;date;value\nFollowers;2026-11-04;12.400\n").bad == []
    assert set(values().values()) == {Decimal(12400)}
    assert take(agreement, "kpi,date,value\nFollowers,2026-11-05,3.125\n").bad[0].line == 2
    assert take(agreement, "kpi;date;value\nFollowers;2026-11-05;3,125\n").bad[0].line == 2


def test_one_bad_line_stops_the_import_and_every_bad_line_is_named(agreement: Agreement) -> None:
    lines = [
        "kpi,date,value",
        "Followers,2026-11-03,1",
        "Nobody,2026-11-03,1",
        "Followers,11/31/2026,1",
        "Followers,2026-11-04,=1+1",
        "Followers,2026-11-05,",
        "Followers,2027-11-05,1",
        "Followers,2025-11-05,1",
        "Followers,2026-11-06,1.005",
        'Followers,"2026-11-07,1',
    ]
    found = take(agreement, "\n".join(lines))
    assert [row.line for row in found.bad] == [3, 4, 5, 6, 7, 8, 9, 10]
    assert "Nobody" in found.bad[0].words
    assert not Reading.history.exists()


def test_a_preview_writes_nothing_and_says_what_would_happen(agreement: Agreement) -> None:
    take(agreement, "kpi,date,value\nFollowers,2026-11-03,1\nFollowers,2026-11-04,2\n")
    other = (
        b"kpi,date,value\nFollowers,2026-11-03,1\nFollowers,2026-11-04,3\nFollowers,2026-11-05,4\n"
    )
    tried = reading_import.preview_import(agreement=agreement, data=other, now=LATER)
    assert (tried.new, tried.corrected, tried.same) == (1, 1, 1)
    assert Reading.history.count() == 2
    assert take(agreement, other) == tried
    assert take(agreement, other).same == 3
    assert Reading.history.count() == 4


def test_other_agreements_and_closed_periods_are_not_touched(
    agreement: Agreement, world: World
) -> None:
    other = world.running(world.client("Other"), card="")
    Kpi.objects.create(business=world.business, agreement=other, name="Theirs", target=1)
    assert take(agreement, "kpi,date,value\nTheirs,2026-11-03,1\n").bad[0].line == 2
    later = NOW + timedelta(days=32)
    run_billing(now=later, door="test")
    report_run.run_reports(now=later, door="test")
    send_reports.send_report(
        report=Report.objects.get(period__agreement=agreement), actor="Nan", now=later
    )
    assert "report" in take(agreement, "kpi,date,value\nFollowers,2026-11-03,1\n").bad[0].words


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00\x01\x02", b"a,b\n1,2\n", b"kpi,date,value\n", b"x" * 2_000_000, b"PK\x03\x04"],
)
def test_a_file_that_is_not_a_table_of_readings_gets_one_error(
    agreement: Agreement, data: bytes
) -> None:
    found = take(agreement, data)
    assert [row.line for row in found.bad] == [0]
