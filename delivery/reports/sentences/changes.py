"""Says what is different between a report and the one before. Pure."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

MOST = 4  # changes that one line can name


class Kind(StrEnum):
    """What kind of number changed."""

    KPI = "kpi"
    WORK = "work"
    HOURS = "hours"


@dataclass(frozen=True)
class Change:
    """One number of a report that is not what it was; hours are in minutes."""

    kind: Kind
    name: str
    unit: str
    now: Decimal | int
    before: Decimal | int


def changes(shot: dict[str, Any], before: dict[str, Any], most: int | None = MOST) -> list[Change]:
    """Return what changed since the snapshot `before`, the most telling first, at most `most`.

    What only one of the two has is no change: a new KPI, another deliverable.
    """
    kpis = {row["id"]: row for row in before["kpis"] if row["value"]}
    found = [
        Change(Kind.KPI, row["name"], row["unit"], Decimal(row["value"]), Decimal(old["value"]))
        for row in shot["kpis"]
        if row["value"] and (old := kpis.get(row["id"]))
    ]
    had, has = _done(before), _done(shot)
    found += [
        Change(Kind.WORK, title, "", done, had[title])
        for title, done in has.items()
        if title in had
    ]
    found.append(Change(Kind.HOURS, "", "", shot["hours"]["used"], before["hours"]["used"]))
    return [change for change in found if change.now != change.before][:most]


def _done(shot: dict[str, Any]) -> dict[str, int]:
    """Return how many of each deliverable were done; those of which one was promised are left out.

    A title that appears twice, because some was carried over, counts once.
    """
    counts: dict[str, int] = {}
    for row in shot["deliverables"]:
        if row["promised"] > 1 or row["done"] > 1:
            counts[row["title"]] = counts.get(row["title"], 0) + row["done"]
    return counts
