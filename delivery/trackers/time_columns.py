"""Which time tracker an export is from, and which of its columns is which: by the heading's words. Pure.

Their order, their case and what else there is do not matter.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LONGEST = 80  # characters of a heading that are looked at
MOST = 200  # columns

#: What we need to know → what a tracker calls it, in order of preference.
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

#: What only its export has, the most telling first: all of one set.
TRACKERS: tuple[tuple[str, frozenset[str]], ...] = (
    ("clockify", frozenset({"start date", "start time", "duration h"})),
    ("clockify", frozenset({"start date", "start time", "duration decimal"})),
    ("clockify", frozenset({"start date", "start time", "time h"})),
    ("toggl", frozenset({"start date", "duration"})),
    ("harvest", frozenset({"date", "hours"})),
)


@dataclass(frozen=True)
class Columns:
    """The tracker, and where in a row each thing stands."""

    source: str
    places: Mapping[str, int]


def recognise(heading: Sequence[str]) -> Columns | None:
    """The columns of a heading; None where it is no tracker's, or names neither a client nor a project."""
    words = [plain(cell) for cell in heading[:MOST]]
    source = next((name for name, needed in TRACKERS if needed <= set(words)), None)
    if source is None or not {"client", "project"} & set(words):
        return None
    places = {}
    for what, names in NAMES.items():
        found = next((name for name in names if name in words), None)
        if found:
            places[what] = words.index(found)
    return Columns(source, places)


def plain(cell: str) -> str:
    """A heading in small letters, with single spaces and no signs: "Duration (h)" → "duration h"."""
    return " ".join(
        re.split(r"[\W_]+", unicodedata.normalize("NFKC", cell[:LONGEST]).casefold())
    ).strip()
