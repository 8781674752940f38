"""What objections cost and which replies win, counted once ten have an outcome. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

ENOUGH = 10  # outcomes, before that a figure would be an accident


class Outcome(StrEnum):
    """What became of it. OTHER_TIER: they signed, but not the tier that it was about."""

    WON = "won"
    OTHER_TIER = "other_tier"
    LOST = "lost"
    OPEN = "open"


class Kind(StrEnum):
    """The three that everybody hears; a freelancer's own kinds are any other words."""

    MONEY = "money"
    VALUE = "value"
    RESULTS = "results"


@dataclass(frozen=True)
class Heard:
    """One objection: its kind, the tier on the table, the reply (empty: none noted), what became of it."""

    kind: str
    tier: str
    reply: str
    outcome: Outcome


@dataclass(frozen=True)
class Cost:
    """How often one kind met one tier, and how it ended. The tier was lost where it was not signed."""

    kind: str
    tier: str
    heard: int
    lost: int
    other: int

    @property
    def kept(self) -> int:
        """How often the tier was signed all the same."""
        return self.heard - self.lost - self.other


@dataclass(frozen=True)
class Use:
    """How often a reply was used against one kind, and how often a signature followed."""

    kind: str
    reply: str
    used: int
    won: int


@dataclass(frozen=True)
class Figures:
    """`missing` outcomes are still needed; until then both lists are empty."""

    decided: int
    missing: int
    costs: tuple[Cost, ...] = ()
    uses: tuple[Use, ...] = ()


def figures(heard: Iterable[Heard]) -> Figures:
    """The most costly first, and the replies that won most often first; what is open is not counted."""
    rows = [row for row in heard if row.outcome != Outcome.OPEN]
    if len(rows) < ENOUGH:
        return Figures(len(rows), ENOUGH - len(rows))
    return Figures(len(rows), 0, _costs(rows), _uses(rows))


def _costs(rows: list[Heard]) -> tuple[Cost, ...]:
    places = Counter((row.kind, row.tier) for row in rows)
    ends = Counter((row.kind, row.tier, row.outcome) for row in rows)
    found = [
        Cost(
            kind, tier, heard, ends[kind, tier, Outcome.LOST], ends[kind, tier, Outcome.OTHER_TIER]
        )
        for (kind, tier), heard in places.items()
    ]
    return tuple(
        sorted(found, key=lambda one: (-one.lost - one.other, -one.heard, one.kind, one.tier))
    )


def _uses(rows: list[Heard]) -> tuple[Use, ...]:
    used = Counter((row.kind, row.reply) for row in rows if row.reply)
    won = Counter(
        (row.kind, row.reply) for row in rows if row.outcome in (Outcome.WON, Outcome.OTHER_TIER)
    )
    found = [Use(kind, reply, times, won[kind, reply]) for (kind, reply), times in used.items()]
    return tuple(
        sorted(found, key=lambda one: (-one.won * 1000 // one.used, -one.used, one.kind, one.reply))
    )
