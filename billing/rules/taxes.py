"""Tax of an invoice and the tax the client may withhold (rules 11 and 19). Pure; minor units.

exclusive  30,000.00 + 7 % VAT            subtotal 30,000.00  tax 2,100.00  total 32,100.00
inclusive  32,100.00 with 7 % VAT in it   subtotal 30,000.00  tax 2,100.00  total 32,100.00
withheld   3 % of the 30,000.00 before tax: 900.00, so the client pays 31,200.00 and sends a
           withholding certificate for the rest
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from core import money

EXCLUSIVE, INCLUSIVE = "exclusive", "inclusive"


@dataclass(frozen=True)
class InvoiceTotals:
    """Totals of an invoice, in minor units.

    `taxes` is a list of {name, percent, amount}, as it is stored on the invoice.
    """

    subtotal: int
    tax: int
    total: int
    withholding: int = 0
    taxes: list[dict[str, Any]] = field(default_factory=list)


def compute_totals(
    amounts: Sequence[int],
    rates: Sequence[Mapping[str, str]],
    mode: str,
    withholding_percent: Decimal = Decimal(0),
) -> InvoiceTotals:
    """Compute an invoice's totals from the amounts of its lines, in minor units.

    `rates` are {name, percent}. `mode` says whether the amounts exclude or include tax; with any
    mode other than "exclusive" and "inclusive" no tax is charged.
    """
    line_sum = sum(amounts)
    percents = (
        [Decimal(rate["percent"]) for rate in rates] if mode in (EXCLUSIVE, INCLUSIVE) else []
    )
    if mode == INCLUSIVE:
        subtotal, tax_amounts = money.tax_inclusive(line_sum, percents)
    else:
        subtotal, tax_amounts = line_sum, [money.tax(line_sum, percent) for percent in percents]
    taxes = [
        {"name": rate["name"], "percent": rate["percent"], "amount": amount}
        for rate, amount in zip(rates, tax_amounts, strict=False)
    ]
    tax = sum(tax_amounts)
    return InvoiceTotals(
        subtotal, tax, subtotal + tax, money.tax(subtotal, withholding_percent), taxes
    )


def split_part(
    before: int, amount: int, total: int, taxes: Sequence[Mapping[str, Any]], earlier: Sequence[int]
) -> InvoiceTotals:
    """Split what is settled of an invoice now into its taxes and its part before tax (rule 42).

    `amount` is the part of the invoice's `total` that is settled now, `before` what was settled
    earlier, and `earlier` how much of each of its `taxes` that was. Each tax is the part that
    everything up to now should have, less what the earlier parts had: rounding never adds up, and
    all parts of an invoice together have exactly its taxes.

        32,100.00 with 2,100.00 tax   10,700.00 came       10,000.00 and   700.00
                                      then 21,400.00       20,000.00 and 1,400.00
    """
    left, amounts = amount, list[int]()
    for tax, had in zip(taxes, earlier, strict=True):
        due = money.prorate(tax["amount"], before + amount, total) - had
        amounts.append(max(min(due, left), 0))
        left -= amounts[-1]
    # What is still to come has to hold the rest of the taxes: of a few units, rounding may not.
    rest = sum(tax["amount"] for tax in taxes) - sum(earlier)
    for place, tax in enumerate(taxes):
        lacking = rest - sum(amounts) - (total - before - amount)
        more = max(0, min(lacking, left, tax["amount"] - earlier[place] - amounts[place]))
        amounts[place] += more
        left -= more
    parts = [
        {"name": tax["name"], "percent": tax["percent"], "amount": part}
        for tax, part in zip(taxes, amounts, strict=True)
    ]
    return InvoiceTotals(left, amount - left, amount, 0, parts)


def split_credit_note(amount: int, total: int, taxes: Sequence[Mapping[str, Any]]) -> InvoiceTotals:
    """Split a credit note of `amount` (tax included) into its taxes and its part before tax.

    `total` and `taxes` are those of the invoice. Each tax is its exact proportion, rounded once;
    what remains is the part before tax. A credit note over the whole total has exactly the
    invoice's taxes.
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
    return InvoiceTotals(amount - tax, tax, amount, 0, parts)
