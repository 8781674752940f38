"""The test cards of the simulated processors. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class Behaviour(StrEnum):
    """What a test card does when it is charged."""

    SUCCEEDS = "succeeds"
    SOFT = "insufficient_funds"
    HARD = "lost_card"
    LATER = "fails_later"
    LOST_ANSWER = "lost_answer"
    ACTION = "requires_action"


@dataclass(frozen=True)
class TestCard:
    """A test card; its last four digits are those of a well-known processor's test card."""

    behaviour: Behaviour
    brand: str
    last4: str


CARDS = (
    TestCard(Behaviour.SUCCEEDS, "Visa", "4242"),
    TestCard(Behaviour.SOFT, "Visa", "9995"),
    TestCard(Behaviour.HARD, "Mastercard", "9987"),
    TestCard(Behaviour.LATER, "Visa", "0341"),
    TestCard(Behaviour.LOST_ANSWER, "Mastercard", "0119"),
    TestCard(Behaviour.ACTION, "Visa", "3184"),
)


def by_behaviour(name: str) -> TestCard | None:
    """Return the test card with that behaviour, if there is one."""
    return next((card for card in CARDS if card.behaviour == name), None)
