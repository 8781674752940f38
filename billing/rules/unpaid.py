"""What follows when a client leaves several periods unpaid (rule 67). Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

NOTICE_DAYS = 7  # between telling both sides and what follows
USUAL = 2  # unpaid periods after which an owner is asked who has set no rule


class Move(StrEnum):
    """TELL both sides; APPLY what was announced; CLOSE the case, because it was paid."""

    NOTHING = "nothing"
    TELL = "tell"
    APPLY = "apply"
    CLOSE = "close"


@dataclass(frozen=True)
class Known:
    """What was announced: the day on which it applies, and whether it has been applied."""

    applies_on: date
    is_applied: bool


def next_move(unpaid: int, after: int, known: Known | None, today: date) -> Move:
    """Return what to do about an agreement with `unpaid` periods that are overdue.

    The rule begins `after` that many; 0 is no rule. What was announced is dropped if fewer are left
    on its day or before; what was applied stays until everything is paid.
    """
    is_many = 0 < after <= unpaid
    if known is None:
        return Move.TELL if is_many else Move.NOTHING
    if known.is_applied:
        return Move.NOTHING if unpaid else Move.CLOSE
    if not is_many:
        return Move.CLOSE
    return Move.APPLY if today >= known.applies_on else Move.NOTHING
