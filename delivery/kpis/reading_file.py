"""Reads a table of readings (KPI, day, value): what it says, and every line that cannot be read and why."""

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
from delivery.kpis import readings
from delivery.kpis.measure import Written
from delivery.kpis.readings import Wanted
from delivery.models import Kpi, Reading
from delivery.models.kpi import Source
from delivery.rules.errors import BadReadings

MOST_BYTES = 1024 * 1024
MOST_ROWS = 5000
NAME = ("kpi", "kpi name", "name", "figure", "metric", "ชื่อ", "ชื่อ kpi", "ตัวชี้วัด", "kennzahl")
DAY = ("date", "day", "on", "วันที่", "datum", "tag")
VALUE = ("value", "reading", "amount", "figure value", "ค่า", "ตัวเลข", "wert")
THREE = re.compile(r"[-+]?\d+([.,])\d{3}\s*%?")


@dataclass(frozen=True)
class BadLine:
    """A line that cannot be taken; line 0 is the whole file."""

    line: int
    words: str


@dataclass(frozen=True)
class Table:
    """What a file says: the readings with the lines they begin on, and what is wrong."""

    wanted: list[tuple[int, Wanted]]
    bad: list[BadLine]


@dataclass(frozen=True)
class Found:
    """What taking a file over would do, or has done."""

    new: int
    corrected: int
    same: int
    bad: list[BadLine]


def try_out(*, agreement: Agreement, data: bytes, now: datetime) -> Found:
    """What it would do; nothing is written."""
    table = read(data, agreement)
    wanted = [one for _line, one in table.wanted]
    try:
        values = readings.check(business=agreement.business, wanted=wanted, now=now)
    except BadReadings as no:
        return Found(0, 0, 0, _sorted(table, no))
    if table.bad:
        return Found(0, 0, 0, table.bad)
    once = {(one.kpi.pk, one.on): one.value for one in values}
    there = {
        (row.kpi_id, row.on): row.value
        for row in Reading.objects.filter(
            kpi__agreement=agreement, on__in={on for _kpi, on in once}
        )
    }
    same = sum(there.get(key) == value for key, value in once.items())
    corrected = sum(key in there and there[key] != value for key, value in once.items())
    return Found(len(once) - same - corrected, corrected, same, [])


def take_over(*, agreement: Agreement, data: bytes, actor: str, now: datetime) -> Found:
    """Write all of it, or nothing where a single line is bad: see `bad`."""
    if (tried := try_out(agreement=agreement, data=data, now=now)).bad:
        return tried
    table = read(data, agreement)
    wanted = [one for _line, one in table.wanted]
    try:
        done = readings.write(
            business=agreement.business, wanted=wanted, now=now, actor=actor, source=Source.FILE
        )
    except BadReadings as no:
        return Found(0, 0, 0, _sorted(table, no))
    once: dict[UUID, Written] = {one.reading.pk: one for one in done}
    new = sum(one.is_new and one.was is None for one in once.values())
    corrected = sum(one.was is not None for one in once.values())
    return Found(new, corrected, len(once) - new - corrected, [])


def _sorted(table: Table, no: BadReadings) -> list[BadLine]:
    refused = [BadLine(table.wanted[one.place][0], one.words) for one in no.bad]
    return sorted([*table.bad, *refused], key=lambda one: one.line)


def read(data: bytes, agreement: Agreement) -> Table:
    """The readings of a file, by the names of the agreement's KPIs. Raises nothing: see `bad`."""
    if len(data) > MOST_BYTES:
        return Table([], [BadLine(0, _("The file is larger than 1 MB."))])
    places, rows = _rows(text_tables.decoded(data)[0])
    if places is None:
        return Table(
            [], [BadLine(0, _("The first line must name three columns: KPI, date and value."))]
        )
    if len(rows) > MOST_ROWS:
        return Table([], [BadLine(0, _("The file has more than 5,000 lines."))])
    names = {
        key: row.pk
        for row in Kpi.objects.filter(agreement=agreement)
        for key in (_folded(row.name), row.name)
    }
    month_first = any(statement_cells.is_month_first(_cell(row, places.day)) for _line, row in rows)
    wanted: list[tuple[int, Wanted]] = []
    bad: list[BadLine] = []
    for line, row in rows:
        if row is not None and not any(map(str.strip, row)):
            continue
        try:
            wanted.append((line, _wanted(row, places, names, month_first)))
        except ValueError as no:
            bad.append(BadLine(line, str(no)))
    if not wanted and not bad:
        bad.append(BadLine(0, _("There is no reading in this file.")))
    return Table(wanted, bad)


class Places(NamedTuple):
    """Where a row has its name, day and value; `comma` where it is the decimal mark, as beside semicolons."""

    name: int
    day: int
    value: int
    comma: bool


def _rows(text: str) -> tuple[Places | None, list[text_tables.Row]]:
    """The columns of the heading and the lines below it, with the delimiter that finds them."""
    for delimiter in statement_csv.DELIMITERS:
        lines = text_tables.rows(text.lstrip("\ufeff").replace("\0", ""), delimiter)
        for _line, row in islice(lines, 5):  # a line such as "sep=;" may stand before the heading
            if places := _heading(row or [], comma=delimiter == ";"):
                return places, list(islice(lines, MOST_ROWS + 1))
    return None, []


def _heading(row: Sequence[str], *, comma: bool) -> Places | None:
    words = [statement_columns.plain(cell) for cell in row]
    found = [
        next((words.index(name) for name in names if name in words), None)
        for names in (NAME, DAY, VALUE)
    ]
    name, day, value = found
    return None if name is None or day is None or value is None else Places(name, day, value, comma)


def _wanted(
    row: list[str] | None, places: Places, names: dict[str, UUID], month_first: bool
) -> Wanted:
    if row is None:
        raise ValueError(_("The quotation marks of this line do not match."))
    name = _cell(row, places.name)
    kpi = names.get(name) or names.get(_folded(name))
    if kpi is None:
        raise ValueError(_("There is no KPI called “%(name)s”.") % {"name": name.strip()[:80]})
    return Wanted(
        kpi,
        _day(_cell(row, places.day), month_first),
        _value(_cell(row, places.value), places.comma),
    )


def _day(cell: str, month_first: bool) -> date:
    try:
        if month_first and "/" in cell:
            raise ValueError
        return statement_cells.read_date(cell)
    except ValueError:
        words = _("“%(cell)s” is no date with the day before the month, or such as 2026-11-03.")
        raise ValueError(words % {"cell": cell.strip()[:40]}) from None


def _value(cell: str, comma: bool) -> Decimal:
    """As an amount is written in any of these countries: 1,234.5 · 1.234,5 · 12 %.

    One mark before three digits may be either: as a decimal mark it leaves too many decimals, and nobody is to find
    3.125 % written down as 3,125.
    """
    try:
        if (found := THREE.fullmatch(statement_cells.folded(cell))) and (found[1] == ",") == comma:
            raise ValueError
        return Decimal(statement_cells.read_amount(cell.strip().removesuffix("%"), "USD")).scaleb(
            -2
        )
    except ValueError:
        raise ValueError(
            _("“%(cell)s” is no figure with at most two decimals.") % {"cell": cell.strip()[:40]}
        ) from None


def _cell(row: list[str] | None, place: int) -> str:
    return row[place] if row is not None and place < len(row) else ""


def _folded(name: str) -> str:
    """A name as it is looked up: without case, spaces and the mark that keeps a spreadsheet from running it."""
    bare = " ".join(name.split())
    return (bare[1:] if bare[:1] == "'" and bare[1:2] and bare[1] in FORMULA else bare).casefold()
