"""Tax on an invoice, and what the client may withhold (rules 11 and 19). Pure; minor units.

exclusive  30,000.00 + 7 % VAT            subtotal 30,000.00  tax 2,100.00  total 32,100.00
inclusive  32,100.00 with 7 % VAT in it   subtotal 30,000.00  tax 2,100.00  total 32,100.00
withheld   3 % of the 30,000.00 before tax: 900.00, so 31,200.00 arrive and a certificate for the rest
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from core import money

EXCLUSIVE, INCLUSIVE = "exclusive", "inclusive"


@dataclass(frozen=True)
class Figures:
    """What an invoice adds up to. `taxes` is a list of {name, percent, amount}, as it is stored."""

    subtotal: int
    tax: int
    total: int
    withholding: int = 0
    taxes: list[dict[str, Any]] = field(default_factory=list)


def figures(
    amounts: Sequence[int],
    rates: Sequence[Mapping[str, str]],
    mode: str,
    withholding_percent: Decimal = Decimal(0),
) -> Figures:
    """Lines to totals. `rates` are {name, percent}; modes but "exclusive" and "inclusive" charge no tax."""
    whole = sum(amounts)
    percents = (
        [Decimal(rate["percent"]) for rate in rates] if mode in (EXCLUSIVE, INCLUSIVE) else []
    )
    if mode == INCLUSIVE:
        subtotal, parts = money.tax_inclusive(whole, percents)
    else:
        subtotal, parts = whole, [money.tax(whole, percent) for percent in percents]
    taxes = [
        {"name": rate["name"], "percent": rate["percent"], "amount": part}
        for rate, part in zip(rates, parts, strict=False)
    ]
    tax = sum(parts)
    return Figures(subtotal, tax, subtotal + tax, money.tax(subtotal, withholding_percent), taxes)


def share(amount: int, total: int, taxes: Sequence[Mapping[str, Any]]) -> Figures:
    """The part of an invoice that a credit note over `amount` (tax included) takes back.

    Each tax is its exact part, rounded once; the rest is the part before tax. All of it gives back exactly all.
    """
    parts = [
        {
            "name": tax["name"],
            "percent": tax["percent"],
            "amount": money.prorate(tax["amount"], amount, total),
        }
        for tax in taxes
    ]
    tax = sum(part["amount"] for part in parts)
    return Figures(amount - tax, tax, amount, 0, parts)
