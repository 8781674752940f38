"""Reads the CSV file of a bank statement: the money that came in, and every row that could not be read and why.

The same row gives the same fingerprint in every file it stands in, so importing twice, or importing two files that
overlap, finds every transfer once.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import islice

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from billing.bank_transfer import statement_cells, statement_columns
from billing.bank_transfer.codes.reference import FIELD
from billing.bank_transfer.statement_columns import Columns
from core.money import UnknownCurrency, exponent
from core.tables import text_tables

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 20_000
LONGEST_TEXT = 500  # characters of a bank line's text that are kept
PREAMBLE = 50  # rows within which the heading is looked for
DELIMITERS = (";", ",", "\t", "|")


class Reason(TextChoices):
    """Why a row, or with line 0 the whole file, could not be read."""

    TOO_BIG = "too_big", _("The file is larger than 5 MB.")
    TOO_MANY = "too_many", _("The file has more than 20,000 rows.")
    NO_HEADING = "no_heading", _("No row names a date and an amount column.")
    BROKEN = "broken", _("The quotation marks of this row do not match.")
    NO_DATE = "no_date", _("This is not a date.")
    MONTH_FIRST = (
        "month_first",
        _("The file writes the month before the day: export it with ISO dates."),
    )
    NO_AMOUNT = "no_amount", _("This row has no amount.")
    BAD_AMOUNT = "bad_amount", _("This is not an amount in that currency.")
    BOTH_SIDES = "both_sides", _("Money goes in and out in the same row.")
    BAD_SIDE = "bad_side", _("The row does not say whether money came in or went out.")
    BAD_CURRENCY = "bad_currency", _("This is not a currency.")


@dataclass(frozen=True)
class BankLine:
    """Money that came in. `line` is where its row begins in the file; `amount` is minor units, more than 0."""

    line: int
    on: date
    amount: int
    currency: str
    text: str
    fingerprint: str


@dataclass(frozen=True)
class BadLine:
    """A row that could not be read; line 0 is the whole file."""

    line: int
    reason: Reason


@dataclass(frozen=True)
class Statement:
    """What was read, in the file's order."""

    lines: list[BankLine]
    bad: list[BadLine]


class _Unreadable(Exception):
    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


def read(data: bytes, currency: str) -> Statement:
    """The incoming money of a file; `currency` holds where the file names none. Raises nothing: see `bad`."""
    if len(data) > MOST_BYTES:
        return _refused(Reason.TOO_BIG)
    text, _encoding = text_tables.decoded(data)
    delimiter, heading, found = _heading(text)
    if found is None:
        return _refused(Reason.NO_HEADING)
    rows = list(islice(text_tables.rows(text, delimiter), heading + 1, heading + 2 + MOST_ROWS))
    if len(rows) > MOST_ROWS:
        return _refused(Reason.TOO_MANY)
    return _read(rows, found, found.stated or currency)


def fingerprint(on: date, amount: int, currency: str, text: str, n: int) -> str:
    """SHA-256 of what a row says; `n` counts the rows of one file that say exactly the same, from 1."""
    return sha256(
        "\x1f".join([on.isoformat(), str(amount), currency, text, str(n)]).encode()
    ).hexdigest()


def _refused(reason: Reason) -> Statement:
    return Statement([], [BadLine(0, reason)])


def _heading(text: str) -> tuple[str, int, Columns | None]:
    """The delimiter, the heading's place among the rows, and the columns: the reading that recognises most."""
    best: tuple[str, int, Columns | None] = ("", 0, None)
    for delimiter in DELIMITERS:
        for place, (_line, row) in enumerate(islice(text_tables.rows(text, delimiter), PREAMBLE)):
            found = statement_columns.recognise(row or [])
            if found and (best[2] is None or found.known > best[2].known):
                best = (delimiter, place, found)
    return best


def _read(rows: list[text_tables.Row], found: Columns, currency: str) -> Statement:
    """Every row with something in it becomes a line, a bad line, or nothing where no money came in."""
    lines: list[BankLine] = []
    bad: list[BadLine] = []
    seen: Counter[tuple[date, int, str, str]] = Counter()
    month_first = any(statement_cells.is_month_first(_cell(row, found.date)) for _line, row in rows)
    for line, row in rows:
        if row is not None and not any(map(str.strip, row)):
            continue
        try:
            says = _says(row, found, currency, month_first)
        except _Unreadable as error:
            bad.append(BadLine(line, error.reason))
            continue
        if says[1] > 0:
            seen[says] += 1
            on, amount, code, text = says
            lines.append(
                BankLine(
                    line, on, amount, code, text[:LONGEST_TEXT], fingerprint(*says, seen[says])
                )
            )
    return Statement(lines, bad)


def _says(
    row: list[str] | None, found: Columns, currency: str, month_first: bool
) -> tuple[date, int, str, str]:
    """(date, signed minor units, currency, text) of one row."""
    if row is None:
        raise _Unreadable(Reason.BROKEN)
    on = _date(_cell(row, found.date), month_first)
    named = _cell(row, found.currency).strip()
    code = statement_columns.currency_of(named) if named else currency
    try:
        exponent(code)
    except UnknownCurrency:
        raise _Unreadable(Reason.BAD_CURRENCY) from None
    amount = _amount(row, found, code)
    texts = [text_tables.tidy(_cell(row, place)) for place in found.texts]
    return on, amount, code, FIELD.join(dict.fromkeys(filter(None, texts)))


def _date(cell: str, month_first: bool) -> date:
    """One that only reads month first makes every other that needs no such reading doubtful too."""
    if month_first and "/" in cell:
        raise _Unreadable(Reason.MONTH_FIRST)
    try:
        return statement_cells.read_date(cell)
    except ValueError:
        raise _Unreadable(Reason.NO_DATE) from None


def _amount(row: list[str], found: Columns, currency: str) -> int:
    """What came in, 0 or less where the money went out."""
    if found.credit is not None:
        came, went = _money(row, found.credit, currency), _money(row, found.debit, currency)
        if came is None and went is None:
            raise _Unreadable(Reason.NO_AMOUNT)
        if came and went:
            raise _Unreadable(Reason.BOTH_SIDES)
        return came or 0
    amount = _money(row, found.amount, currency)
    if amount is None:
        raise _Unreadable(Reason.NO_AMOUNT)
    return amount if _came_in(row, found) else -abs(amount)


def _came_in(row: list[str], found: Columns) -> bool:
    """What a column of its own says, or a text that is nothing but a word for money going out."""
    if found.side is None:
        return not any(
            statement_columns.is_incoming(_cell(row, place)) is False for place in found.texts
        )
    came_in = statement_columns.is_incoming(_cell(row, found.side))
    if came_in is None:
        raise _Unreadable(Reason.BAD_SIDE)
    return came_in


def _money(row: list[str], place: int | None, currency: str) -> int | None:
    cell = _cell(row, place)
    if statement_cells.folded(cell) in ("", "-"):
        return None
    try:
        return statement_cells.read_amount(cell, currency)
    except ValueError:
        raise _Unreadable(Reason.BAD_AMOUNT) from None


def _cell(row: list[str] | None, place: int | None) -> str:
    return row[place] if row is not None and place is not None and place < len(row) else ""
