"""Reads tables that other programs export as text: their encoding and their rows. Pure."""

import csv
import io
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

#: The number of the line on which a row begins, from 1, and the row's cells; None instead of the
#: cells if the row's quotes do not match.
Row = tuple[int, list[str] | None]

UTF_16 = (b"\xff\xfe", b"\xfe\xff")  # byte order marks


def decoded(data: bytes) -> tuple[str, str]:
    """The text of a file, and the name of its encoding. Never raises.

    The encoding is UTF-16 if the file begins with its byte order mark, UTF-8 if the bytes are
    valid, and otherwise Thai (cp874) or Western European (cp1252). In Thai text most bytes above
    127 follow one another, while in Western European text they usually stand alone.
    """
    if data.startswith(UTF_16):
        return data.decode("utf-16", errors="replace"), "utf-16"
    try:
        return data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        high = [byte > 127 for byte in data]
        together = sum(left and right for left, right in pairwise(high))
        name = "cp874" if together * 2 > sum(high) else "cp1252"
        return data.decode(name, errors="replace"), name


def rows(text: str, delimiter: str) -> Iterator[Row]:
    """Yield every row, including empty ones. A row may span several lines."""
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True
    )
    while True:
        first_line = reader.line_num + 1
        try:
            yield first_line, next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield first_line, None


def tidy(text: str) -> str:
    """The text on one line, without format characters (such as bidi overrides).

    Control characters and NUL become spaces, and every run of spaces becomes one space.
    """
    if text.isprintable():
        return " ".join(text.split())
    visible = "".join("" if unicodedata.category(char) == "Cf" else char for char in text)
    return " ".join("".join(char if char.isprintable() else " " for char in visible).split())
