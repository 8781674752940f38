"""The kinds of payment method that can be charged: cards, and direct debits of a bank. Pure.

A direct debit is sent to the client's bank, which takes days to pay it, can refuse it meanwhile,
and can return it long after it was paid. Each scheme has one currency (rule 53).

                          currency   paid after           returned until (the client objects)
SEPA Direct Debit         EUR        6 working days       8 weeks, 13 months without a mandate
Bacs Direct Debit         GBP        4 working days       without limit
ACH Direct Debit          USD        4 working days       60 days after the bank statement
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

SATURDAY = 5
NO_MONEY = "insufficient_funds"
MOST_TRIES = 3  # of one direct debit


class MethodKind(StrEnum):
    """What a saved payment method is; the values are stored."""

    CARD = "card"
    SEPA = "sepa_debit"
    BACS = "bacs_debit"
    ACH = "us_bank_account"


@dataclass(frozen=True)
class Scheme:
    """A direct debit scheme. `working_days` is how long a bank usually takes to pay."""

    label: str
    currency: str
    working_days: int


SCHEMES = {
    MethodKind.SEPA: Scheme("SEPA Direct Debit", "EUR", 6),
    MethodKind.BACS: Scheme("Bacs Direct Debit", "GBP", 4),
    MethodKind.ACH: Scheme("ACH Direct Debit", "USD", 4),
}


def is_debit(kind: str) -> bool:
    """Whether a method of this kind is a direct debit."""
    return kind in SCHEMES


def can_charge(kind: str, currency: str) -> bool:
    """Whether a method of this kind can be charged in a currency."""
    return not is_debit(kind) or SCHEMES[MethodKind(kind)].currency == currency


def debits_in(currencies: Iterable[str], available: Iterable[str]) -> list[MethodKind]:
    """Return the direct debits, of the available ones, that can pay all of these currencies."""
    wanted = set(currencies)
    return [
        kind
        for kind, scheme in SCHEMES.items()
        if kind in set(available) and wanted == {scheme.currency}
    ]


def may_try_again(kind: str, code: str, tries: int) -> bool:
    """Whether a method may be tried again by itself after `tries` attempts, the last with `code`.

    An account that lacked money may be debited twice more (the limit of ACH); nothing else that a
    bank says of a direct debit changes by trying.
    """
    return not is_debit(kind) or (code == NO_MONEY and tries < MOST_TRIES)


def expected_on(kind: str, sent_on: date) -> date:
    """Return the day on which a direct debit that was sent on a day is usually paid.

    Bank holidays are not known here, so it can be a little later.
    """
    day, left = sent_on, SCHEMES[MethodKind(kind)].working_days
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < SATURDAY
    return day
