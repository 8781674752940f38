"""Recognises the time tracker of an export and its columns by the words of the heading. Pure.

The order and the case of the columns do not matter, nor do further columns.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LONGEST = 80  # characters of a heading that are compared
MOST = 200  # columns that are looked at

#: For each value that is needed, the headings that trackers use for it, in order of preference.
NAMES: dict[str, tuple[str, ...]] = {
    "day": ("start date", "date", "spent date"),
    "start": ("start time", "started at"),
    "end_day": ("end date", "stop date"),
    "end": ("end time", "stop time", "ended at"),
    "duration": ("duration h", "duration", "hours", "time h"),
    "decimal": ("duration decimal", "time decimal"),
    "client": ("client",),
    "project": ("project",),
    "task": ("task",),
    "note": ("description", "notes", "note"),
    "billable": ("billable",),
    "email": ("email", "user email"),
    "user": ("user", "member", "first name"),
    "surname": ("last name",),
}

#: A tracker is recognised when its export has all headings of a set; the first match counts.
TRACKERS: tuple[tuple[str, frozenset[str]], ...] = (
    ("clockify", frozenset({"start date", "start time", "duration h"})),
    ("clockify", frozenset({"start date", "start time", "duration decimal"})),
    ("clockify", frozenset({"start date", "start time", "time h"})),
    ("toggl", frozenset({"start date", "duration"})),
    ("harvest", frozenset({"date", "hours"})),
)


@dataclass(frozen=True)
class Columns:
    """The tracker, and the position of each column in a row."""

    source: str
    places: Mapping[str, int]


def recognise_columns(heading: Sequence[str]) -> Columns | None:
    """Return the columns of a heading.

    None where it belongs to no known tracker, or names neither a client nor a project.
    """
    headings = [normalised(cell) for cell in heading[:MOST]]
    source = next((name for name, required in TRACKERS if required <= set(headings)), None)
    if source is None or not {"client", "project"} & set(headings):
        return None
    positions = {}
    for field, names in NAMES.items():
        heading_name = next((name for name in names if name in headings), None)
        if heading_name:
            positions[field] = headings.index(heading_name)
    return Columns(source, positions)


def normalised(cell: str) -> str:
    """Return a heading in lower case, without punctuation: "Duration (h)" → "duration h"."""
    return " ".join(
        re.split(r"[\W_]+", unicodedata.normalize("NFKC", cell[:LONGEST]).casefold())
    ).strip()
