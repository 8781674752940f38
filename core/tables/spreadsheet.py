"""Writes CSV files for spreadsheets, whose cells can never run as formulas (docs/trust.md)."""

import csv
import io
from collections.abc import Iterable, Iterator

FORMULA = "=+-@\t\r"  # a cell that begins with one of these may be run as a formula


def plain(value: object) -> object:
    """A cell's value; a text that looks like a formula is prefixed with an apostrophe."""
    if isinstance(value, str):
        first = value.lstrip(" \n")[:1]
        if first and first in FORMULA:
            return f"'{value}"
    return value


def lines(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Yield each row as a line of CSV, so that a table of any length needs little memory."""
    out = io.StringIO()
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([plain(value) for value in row])
        yield out.getvalue()
        out.seek(0)
        out.truncate()
