"""Tables for spreadsheets: a cell that a spreadsheet would run as a formula is text there (docs/trust.md)."""

import csv
import io
from collections.abc import Iterable, Iterator

FORMULA = "=+-@\t\r"


def plain(value: object) -> object:
    """The value as a cell that nothing runs; numbers stay numbers."""
    return (
        f"'{value}"
        if isinstance(value, str) and value.lstrip(" \n")[:1] and value.lstrip(" \n")[0] in FORMULA
        else value
    )


def lines(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Each row as one line of CSV, one after the other: a table of any length needs no memory."""
    out = io.StringIO()
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([plain(value) for value in row])
        yield out.getvalue()
        out.seek(0)
        out.truncate()
