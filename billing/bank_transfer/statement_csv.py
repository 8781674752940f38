"""Reads bank statements in CSV: the incoming transfers, and the rows that cannot be read and why.

A row has the same fingerprint in every file. So importing a file twice, or two files that overlap,
finds each transfer once.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import islice

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from billing.bank_transfer import statement_cells, statement_columns
from billing.bank_transfer.codes.reference import FIELD_SEPARATOR
from billing.bank_transfer.statement_columns import Columns
from core.money import UnknownCurrency, exponent
from core.tables import text_tables

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 20_000
LONGEST_TEXT = 500  # characters of a bank line's text that are kept
MOST_ROWS_BEFORE_HEADING = 50  # number of rows among which the heading is looked for
DELIMITERS = (";", ",", "\t", "|")


class Reason(TextChoices):
    """Why a row, or the whole file, cannot be read."""

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
    """An incoming transfer. `amount` is in minor units, more than 0.

    `line` is the number of the file's line at which the row begins, from 1.
    """

    line: int
    on: date
    amount: int
    currency: str
    text: str
    fingerprint: str


@dataclass(frozen=True)
class BadLine:
    """A row that cannot be read. Line 0 stands for the whole file."""

    line: int
    reason: Reason


@dataclass(frozen=True)
class Statement:
    """What was read from a file, in the file's order."""

    lines: list[BankLine]
    bad: list[BadLine]


class _Unreadable(Exception):
    """Raised while a row is read; the row then becomes a BadLine."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


def read_statement(data: bytes, currency: str) -> Statement:
    """Read a file. `currency` is that of the amounts if the file names none.

    It does not raise; rows that cannot be read, and a file that cannot, are in `bad`.
    """
    if len(data) > MOST_BYTES:
        return _refused(Reason.TOO_BIG)
    text, _encoding = text_tables.decoded(data)
    delimiter, heading_row, columns = _heading(text)
    if columns is None:
        return _refused(Reason.NO_HEADING)
    rows = list(
        islice(text_tables.rows(text, delimiter), heading_row + 1, heading_row + 2 + MOST_ROWS)
    )
    if len(rows) > MOST_ROWS:
        return _refused(Reason.TOO_MANY)
    return _read(rows, columns, columns.stated or currency)


def fingerprint(on: date, amount: int, currency: str, text: str, n: int) -> str:
    """Return the SHA-256 of a row's contents, as hexadecimal digits.

    `n` tells identical rows of one file apart; it counts them from 1.
    """
    return sha256(
        "\x1f".join([on.isoformat(), str(amount), currency, text, str(n)]).encode()
    ).hexdigest()


def _refused(reason: Reason) -> Statement:
    return Statement([], [BadLine(0, reason)])


def _heading(text: str) -> tuple[str, int, Columns | None]:
    """Return the delimiter, the position of the heading among the rows, and the columns.

    Every delimiter is tried on the first rows; the one that recognises most columns is chosen.
    """
    best: tuple[str, int, Columns | None] = ("", 0, None)
    for delimiter in DELIMITERS:
        for place, (_line, row) in enumerate(
            islice(text_tables.rows(text, delimiter), MOST_ROWS_BEFORE_HEADING)
        ):
            columns = statement_columns.recognise_columns(row or [])
            if columns and (best[2] is None or columns.known > best[2].known):
                best = (delimiter, place, columns)
    return best


def _read(rows: list[text_tables.Row], columns: Columns, currency: str) -> Statement:
    """Read the rows below the heading. Empty rows and rows without incoming money are skipped."""
    lines: list[BankLine] = []
    bad: list[BadLine] = []
    seen: Counter[tuple[date, int, str, str]] = Counter()
    month_first = any(
        statement_cells.is_month_first(_cell(row, columns.date)) for _line, row in rows
    )
    for line, row in rows:
        if row is not None and not any(map(str.strip, row)):
            continue
        try:
            contents = _contents(row, columns, currency, month_first)
        except _Unreadable as error:
            bad.append(BadLine(line, error.reason))
            continue
        if contents[1] > 0:
            seen[contents] += 1
            on, amount, code, text = contents
            lines.append(
                BankLine(
                    line,
                    on,
                    amount,
                    code,
                    text[:LONGEST_TEXT],
                    fingerprint(*contents, seen[contents]),
                )
            )
    return Statement(lines, bad)


def _contents(
    row: list[str] | None, columns: Columns, currency: str, month_first: bool
) -> tuple[date, int, str, str]:
    """Read one row: (date, signed minor units, currency, text). Raises _Unreadable."""
    if row is None:
        raise _Unreadable(Reason.BROKEN)
    on = _date(_cell(row, columns.date), month_first)
    named = _cell(row, columns.currency).strip()
    code = statement_columns.currency_of(named) if named else currency
    try:
        exponent(code)
    except UnknownCurrency:
        raise _Unreadable(Reason.BAD_CURRENCY) from None
    amount = _amount(row, columns, code)
    texts = [text_tables.tidy(_cell(row, place)) for place in columns.texts]
    return on, amount, code, FIELD_SEPARATOR.join(dict.fromkeys(filter(None, texts)))


def _date(cell: str, month_first: bool) -> date:
    """Read a date. Raises _Unreadable.

    If one date of the file has the month first, the others are ambiguous and are refused as well.
    """
    if month_first and "/" in cell:
        raise _Unreadable(Reason.MONTH_FIRST)
    try:
        return statement_cells.read_date(cell)
    except ValueError:
        raise _Unreadable(Reason.NO_DATE) from None


def _amount(row: list[str], columns: Columns, currency: str) -> int:
    """Return the incoming amount in minor units; 0 or less if money went out.

    Raises _Unreadable.
    """
    if columns.credit is not None:
        incoming, outgoing = (
            _money(row, columns.credit, currency),
            _money(row, columns.debit, currency),
        )
        if incoming is None and outgoing is None:
            raise _Unreadable(Reason.NO_AMOUNT)
        if incoming and outgoing:
            raise _Unreadable(Reason.BOTH_SIDES)
        return incoming or 0
    amount = _money(row, columns.amount, currency)
    if amount is None:
        raise _Unreadable(Reason.NO_AMOUNT)
    return amount if _came_in(row, columns) else -abs(amount)


def _came_in(row: list[str], columns: Columns) -> bool:
    """Whether money came in: by the direction column, if there is one.

    Without one, money went out only if a text cell is nothing but a word for that. Raises
    _Unreadable.
    """
    if columns.side is None:
        return not any(
            statement_columns.is_incoming(_cell(row, place)) is False for place in columns.texts
        )
    came_in = statement_columns.is_incoming(_cell(row, columns.side))
    if came_in is None:
        raise _Unreadable(Reason.BAD_SIDE)
    return came_in


def _money(row: list[str], place: int | None, currency: str) -> int | None:
    cell = _cell(row, place)
    if statement_cells.normalised(cell) in ("", "-"):
        return None
    try:
        return statement_cells.read_amount(cell, currency)
    except ValueError:
        raise _Unreadable(Reason.BAD_AMOUNT) from None


def _cell(row: list[str] | None, place: int | None) -> str:
    return row[place] if row is not None and place is not None and place < len(row) else ""
