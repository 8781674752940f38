"""Reads the tables that other programs export as text: their encoding, and their rows with line numbers. Pure."""

import csv
import io
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

Row = tuple[
    int, list[str] | None
]  # the line it begins on, and its cells; None where its quotes do not match

UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def decoded(data: bytes) -> tuple[str, str]:
    """The text, and what it was read as: UTF-8 or, by its mark, UTF-16; else Thai (cp874) or Western (cp1252).

    In a Thai word one byte beyond ASCII follows another; in a German one they stand alone. Raises nothing.
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
    """Every row, the empty ones too. A row may go over several lines."""
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True
    )
    while True:
        begins = reader.line_num + 1
        try:
            yield begins, next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield begins, None


def tidy(text: str) -> str:
    """On one line, without what cannot be seen or stored: control and direction marks, NUL."""
    if text.isprintable():
        return " ".join(text.split())
    seen = "".join("" if unicodedata.category(char) == "Cf" else char for char in text)
    return " ".join("".join(char if char.isprintable() else " " for char in seen).split())
