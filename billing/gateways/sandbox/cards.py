"""The test cards, and test accounts to debit, of the simulated processors. Pure."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from billing.rules.method_kinds import SCHEMES, MethodKind

OFFERED = (MethodKind.SEPA, MethodKind.BACS)
SETTLES_AFTER = timedelta(days=3)
RETURNS_AFTER = timedelta(days=8)


class Behaviour(StrEnum):
    """What a test card does when it is charged."""

    SUCCEEDS = "succeeds"
    SOFT = "insufficient_funds"
    HARD = "lost_card"
    LATER = "fails_later"
    LOST_ANSWER = "lost_answer"
    ACTION = "requires_action"
    DEBIT = "debit_succeeds"
    DEBIT_FAILS = "debit_fails"
    DEBIT_RETURNS = "debit_returns"


@dataclass(frozen=True)
class TestCard:
    """A test card; its last four digits are those of a well-known processor's test card.

    `kind` is the scheme of a test account.
    """

    behaviour: Behaviour
    brand: str
    last4: str
    kind: MethodKind = MethodKind.CARD

    @property
    def name(self) -> str:
        """What the page that saves it calls it: the behaviour, and the scheme of an account."""
        is_card = self.kind == MethodKind.CARD
        return str(self.behaviour) if is_card else f"{self.behaviour}:{self.kind}"


CARDS = (
    TestCard(Behaviour.SUCCEEDS, "Visa", "4242"),
    TestCard(Behaviour.SOFT, "Visa", "9995"),
    TestCard(Behaviour.HARD, "Mastercard", "9987"),
    TestCard(Behaviour.LATER, "Visa", "0341"),
    TestCard(Behaviour.LOST_ANSWER, "Mastercard", "0119"),
    TestCard(Behaviour.ACTION, "Visa", "3184"),
)

DEBITS = tuple(
    TestCard(behaviour, scheme.label, last4, kind)
    for kind, scheme in ((kind, SCHEMES[kind]) for kind in OFFERED)
    for behaviour, last4 in (
        (Behaviour.DEBIT, "3000"),
        (Behaviour.DEBIT_FAILS, "3001"),
        (Behaviour.DEBIT_RETURNS, "3002"),
    )
)


def by_behaviour(name: str) -> TestCard | None:
    """Return the test card with that behaviour, if there is one.

    A test account is named by behaviour and kind; without a kind it is the one of SEPA.
    """
    return next((card for card in (*CARDS, *DEBITS) if name in (card.behaviour, card.name)), None)


def by_brand(brand: str) -> MethodKind:
    """Return what kind of method a saved test card is."""
    return next((card.kind for card in DEBITS if card.brand == brand), MethodKind.CARD)
