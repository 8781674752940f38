"""Statistics of objections: what they cost and which replies work. Pure.

Nothing is shown before ten objections have an outcome.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

ENOUGH = 10  # outcomes; statistics of fewer would be accidental


class Outcome(StrEnum):
    """The outcome of an objection. OTHER_TIER: the client signed, but another tier."""

    WON = "won"
    OTHER_TIER = "other_tier"
    LOST = "lost"
    OPEN = "open"


class Kind(StrEnum):
    """The standard kinds of objections. Any other text is a kind of the freelancer's own."""

    MONEY = "money"
    VALUE = "value"
    RESULTS = "results"


@dataclass(frozen=True)
class Heard:
    """One objection: its kind, the tier it was about, the reply ("" if none) and its outcome."""

    kind: str
    tier: str
    reply: str
    outcome: Outcome


@dataclass(frozen=True)
class Cost:
    """How often one kind of objection was raised against one tier, and how it ended.

    `heard` counts all of them, `lost` those after which nothing was signed, and `other` those after
    which another tier was signed.
    """

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
    """How often a reply to one kind of objection was used, and how often a signature followed."""

    kind: str
    reply: str
    used: int
    won: int


@dataclass(frozen=True)
class Figures:
    """The statistics. `decided` objections have an outcome, and `missing` more are needed.

    While some are missing, `costs` and `uses` are empty.
    """

    decided: int
    missing: int
    costs: tuple[Cost, ...] = ()
    uses: tuple[Use, ...] = ()


def figures(heard: Iterable[Heard]) -> Figures:
    """The statistics of objections; open ones are not counted.

    The objections that cost most and the replies that won most often come first.
    """
    rows = [row for row in heard if row.outcome != Outcome.OPEN]
    if len(rows) < ENOUGH:
        return Figures(len(rows), ENOUGH - len(rows))
    return Figures(len(rows), 0, _costs(rows), _uses(rows))


def _costs(rows: list[Heard]) -> tuple[Cost, ...]:
    raised = Counter((row.kind, row.tier) for row in rows)
    outcomes = Counter((row.kind, row.tier, row.outcome) for row in rows)
    costs = [
        Cost(
            kind=kind,
            tier=tier,
            heard=heard,
            lost=outcomes[kind, tier, Outcome.LOST],
            other=outcomes[kind, tier, Outcome.OTHER_TIER],
        )
        for (kind, tier), heard in raised.items()
    ]
    costs.sort(key=lambda cost: (-cost.lost - cost.other, -cost.heard, cost.kind, cost.tier))
    return tuple(costs)


def _uses(rows: list[Heard]) -> tuple[Use, ...]:
    used = Counter((row.kind, row.reply) for row in rows if row.reply)
    won = Counter(
        (row.kind, row.reply) for row in rows if row.outcome in (Outcome.WON, Outcome.OTHER_TIER)
    )
    uses = [Use(kind, reply, times, won[kind, reply]) for (kind, reply), times in used.items()]
    # Sorted by the share that was won, in thousandths, without floats.
    uses.sort(key=lambda use: (-use.won * 1000 // use.used, -use.used, use.kind, use.reply))
    return tuple(uses)
