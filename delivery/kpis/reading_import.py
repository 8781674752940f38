"""Imports readings from a CSV file (KPI, day, value), and says which lines are wrong and why."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from agreements.models import Agreement
from billing.bank_transfer import statement_cells, statement_columns, statement_csv
from core.tables import text_tables
from core.tables.spreadsheet import FORMULA
from delivery.kpis import readings, unusual_readings
from delivery.kpis.kpi_changes import WrittenReading
from delivery.kpis.readings import SubmittedReading
from delivery.models import Kpi, Reading
from delivery.models.kpi import Source
from delivery.rules.errors import BadReadings

MOST_BYTES = 1024 * 1024
MOST_ROWS = 5000
# Names of the three columns, folded as `statement_columns.normalised` does.
NAME = ("kpi", "kpi name", "name", "figure", "metric", "ชื่อ", "ชื่อ kpi", "ตัวชี้วัด", "kennzahl")
DAY = ("date", "day", "on", "วันที่", "datum", "tag")
VALUE = ("value", "reading", "amount", "figure value", "ค่า", "ตัวเลข", "wert")
# A number with one mark before its last three digits, such as 1.234 or 1,234.
THREE = re.compile(r"[-+]?\d+([.,])\d{3}\s*%?")


@dataclass(frozen=True)
class BadLine:
    """A line that cannot be imported, and why; line 0 stands for the whole file."""

    line: int
    words: str


@dataclass(frozen=True)
class Table:
    """What a file contains: the readings with the lines they begin on, and the bad lines."""

    wanted: list[tuple[int, SubmittedReading]]
    bad: list[BadLine]


@dataclass(frozen=True)
class ImportResult:
    """How many readings an import would write or has written, and the bad lines.

    `unusual` are lines of a preview that are far from what is usual, for a person to look at.
    """

    new: int
    corrected: int
    same: int
    bad: list[BadLine]
    unusual: Sequence[BadLine] = ()


def preview_import(*, agreement: Agreement, data: bytes, now: datetime) -> ImportResult:
    """Preview an import: return what it would do. Nothing is written."""
    table = read_file(data, agreement)
    new_readings = [reading for _line, reading in table.wanted]
    try:
        values = readings.check_batch(business=agreement.business, wanted=new_readings, now=now)
    except BadReadings as error:
        return ImportResult(0, 0, 0, _all_bad_lines(table, error))
    if table.bad:
        return ImportResult(0, 0, 0, table.bad)
    value_by_day = {(reading.kpi.pk, reading.on): reading.value for reading in values}
    existing = {
        (row.kpi_id, row.on): row.value
        for row in Reading.objects.filter(
            kpi__agreement=agreement, on__in={on for _kpi, on in value_by_day}
        )
    }
    same = sum(existing.get(key) == value for key, value in value_by_day.items())
    corrected = sum(
        key in existing and existing[key] != value for key, value in value_by_day.items()
    )
    notes = unusual_readings.notes(values)
    unusual = tuple(
        BadLine(line, notes[reading.kpi, reading.on])
        for line, reading in table.wanted
        if (reading.kpi, reading.on) in notes
    )
    return ImportResult(len(value_by_day) - same - corrected, corrected, same, [], unusual)


def import_readings(
    *, agreement: Agreement, data: bytes, actor: str, now: datetime
) -> ImportResult:
    """Import the readings of a file; write nothing if a single line is bad (see `bad`)."""
    if (preview := preview_import(agreement=agreement, data=data, now=now)).bad:
        return preview
    table = read_file(data, agreement)
    new_readings = [reading for _line, reading in table.wanted]
    try:
        written = readings.write_batch(
            business=agreement.business,
            wanted=new_readings,
            now=now,
            actor=actor,
            source=Source.FILE,
        )
    except BadReadings as error:
        return ImportResult(0, 0, 0, _all_bad_lines(table, error))
    unique: dict[UUID, WrittenReading] = {result.reading.pk: result for result in written}
    new = sum(result.is_new and result.was is None for result in unique.values())
    corrected = sum(result.was is not None for result in unique.values())
    return ImportResult(new, corrected, len(unique) - new - corrected, [])


def _all_bad_lines(table: Table, error: BadReadings) -> list[BadLine]:
    """Return the bad lines of a file together with the refused readings, by line number."""
    refused = [BadLine(table.wanted[item.place][0], item.words) for item in error.bad]
    return sorted([*table.bad, *refused], key=lambda item: item.line)


def read_file(data: bytes, agreement: Agreement) -> Table:
    """Read the readings of a file, matching KPIs of the agreement by name.

    Raises nothing: what is wrong with the file is in `bad`.
    """
    if len(data) > MOST_BYTES:
        return Table([], [BadLine(0, _("The file is larger than 1 MB."))])
    columns, rows = _rows(text_tables.decoded(data)[0])
    if columns is None:
        return Table(
            [], [BadLine(0, _("The first line must name three columns: KPI, date and value."))]
        )
    if len(rows) > MOST_ROWS:
        return Table([], [BadLine(0, _("The file has more than 5,000 lines."))])
    kpi_ids = {
        key: kpi.pk
        for kpi in Kpi.objects.filter(agreement=agreement)
        for key in (_folded(kpi.name), kpi.name)
    }
    month_first = any(
        statement_cells.is_month_first(_cell(cells, columns.day)) for _line, cells in rows
    )
    new_readings: list[tuple[int, SubmittedReading]] = []
    bad: list[BadLine] = []
    for line, cells in rows:
        if cells is not None and not any(map(str.strip, cells)):
            continue
        try:
            new_readings.append((line, _reading_in(cells, columns, kpi_ids, month_first)))
        except ValueError as error:
            bad.append(BadLine(line, str(error)))
    if not new_readings and not bad:
        bad.append(BadLine(0, _("There is no reading in this file.")))
    return Table(new_readings, bad)


class Places(NamedTuple):
    """The positions of the three columns in a row.

    `comma` says that the comma is the decimal mark, as it is where semicolons separate the columns.
    """

    name: int
    day: int
    value: int
    comma: bool


def _rows(text: str) -> tuple[Places | None, list[text_tables.Row]]:
    """Return the columns of the heading and the rows below it.

    The delimiter is the one with which a heading is found; without a heading the columns are None.
    """
    for delimiter in statement_csv.DELIMITERS:
        rows = text_tables.rows(text.lstrip("\ufeff").replace("\0", ""), delimiter)
        for _line, cells in islice(rows, 5):  # a line such as "sep=;" may stand before the heading
            if columns := _heading(cells or [], comma=delimiter == ";"):
                return columns, list(islice(rows, MOST_ROWS + 1))
    return None, []


def _heading(cells: Sequence[str], *, comma: bool) -> Places | None:
    """Return the columns if the row names all three, otherwise None."""
    headings = [statement_columns.normalised(cell) for cell in cells]
    positions = [
        next((headings.index(name) for name in names if name in headings), None)
        for names in (NAME, DAY, VALUE)
    ]
    name, day, value = positions
    return None if name is None or day is None or value is None else Places(name, day, value, comma)


def _reading_in(
    cells: list[str] | None, columns: Places, kpi_ids: dict[str, UUID], month_first: bool
) -> SubmittedReading:
    """Return the reading in a row. Raises ValueError with a message for the user."""
    if cells is None:
        raise ValueError(_("The quotation marks of this line do not match."))
    name = _cell(cells, columns.name)
    kpi = kpi_ids.get(name) or kpi_ids.get(_folded(name))
    if kpi is None:
        raise ValueError(_("There is no KPI called “%(name)s”.") % {"name": name.strip()[:80]})
    return SubmittedReading(
        kpi,
        _day(_cell(cells, columns.day), month_first),
        _value(_cell(cells, columns.value), columns.comma),
    )


def _day(cell: str, month_first: bool) -> date:
    """Return the date in a cell. Raises ValueError with a message for the user."""
    try:
        if month_first and "/" in cell:
            raise ValueError
        return statement_cells.read_date(cell)
    except ValueError:
        message = _(
            "“%(cell)s” is not a date. Write the day before the month, or as in 2026-11-03."
        )
        raise ValueError(message % {"cell": cell.strip()[:40]}) from None


def _value(cell: str, comma: bool) -> Decimal:
    """Return the number in a cell, however it is written: 1,234.5 · 1.234,5 · 12 %.

    One mark before three digits could be a decimal mark or separate thousands. Where it is the
    file's decimal mark the number is refused: it has too many decimals, and 3.125 % must not be
    imported as 3,125. Raises ValueError with a message for the user.
    """
    try:
        if (match := THREE.fullmatch(statement_cells.normalised(cell))) and (
            match[1] == ","
        ) == comma:
            raise ValueError
        return Decimal(statement_cells.read_amount(cell.strip().removesuffix("%"), "USD")).scaleb(
            -2
        )
    except ValueError:
        raise ValueError(
            _("“%(cell)s” is not a number with at most two decimals.") % {"cell": cell.strip()[:40]}
        ) from None


def _cell(cells: list[str] | None, column: int) -> str:
    """Return the text of a cell, empty where the row is too short."""
    return cells[column] if cells is not None and column < len(cells) else ""


def _folded(name: str) -> str:
    """Return a name in the form in which it is looked up.

    Case and spaces are folded, and the apostrophe that keeps a spreadsheet from running a formula
    is dropped.
    """
    folded = " ".join(name.split())
    return (
        folded[1:] if folded[:1] == "'" and folded[1:2] and folded[1] in FORMULA else folded
    ).casefold()
