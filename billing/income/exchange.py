"""Amounts of other currencies in the business's own, at a rate with its day (rule 64).

It is for reading only. Without a rate nothing is converted, and the currency stands apart.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from agreements.models import Agreement, Proposal
from agreements.rules.states import ProposalState
from billing.income.guaranteed import RUNNING
from billing.models import ExchangeRate
from billing.models.exchange import RateSource
from core import money
from core.errors import RuleError
from core.models import Business

LARGEST = Decimal(10) ** 9
Rates = Mapping[str, ExchangeRate]


def newest_rates(business: Business) -> dict[str, ExchangeRate]:
    """Return each currency's rate into the business's own: the newest, on one day the owner's."""
    rows = ExchangeRate.objects.filter(business=business, own=business.currency)
    found: dict[str, ExchangeRate] = {}
    for row in rows.order_by("on", "source"):  # "ecb" before "owner"
        found[row.currency] = row
    return found


def per_unit(rate: ExchangeRate) -> Fraction:
    """What one minor unit of its currency is, in minor units of the business's own."""
    scale = Fraction(10) ** (money.exponent(rate.own) - money.exponent(rate.currency))
    return Fraction(rate.rate) * scale


def convert(amount: int, rate: ExchangeRate) -> int:
    """An amount in minor units of the rate's currency, in those of the own one, rounded once."""
    return money.round_half_up(amount * per_unit(rate))


def used(rates: Rates, currencies: Iterable[str]) -> list[ExchangeRate]:
    """The rates of these currencies, to be named where their amounts are converted."""
    return [rates[currency] for currency in sorted(currencies) if currency in rates]


def in_own(
    amounts: Mapping[str, int], business: Business, rates: Rates
) -> tuple[int, dict[str, int]]:
    """Return the sum of the amounts in the own currency, and those for which there is no rate."""
    total, apart = 0, {}
    for currency, amount in amounts.items():
        if currency == business.currency:
            total += amount
        elif currency in rates:
            total += convert(amount, rates[currency])
        else:
            apart[currency] = amount
    return total, apart


def own_first(currencies: Mapping[str, int], business: Business, rates: Rates) -> dict[str, int]:
    """The amounts with the own currency first, then the largest; those without a rate come last."""

    def place(currency: str) -> tuple[bool, bool, int, str]:
        known = currency in rates
        size = convert(currencies[currency], rates[currency]) if known else 0
        return currency != business.currency, not known, -size, currency

    return {currency: currencies[currency] for currency in sorted(currencies, key=place)}


def currencies_in_use(business: Business) -> set[str]:
    """The currencies of signed agreements and open proposals, without the business's own."""
    signed = Agreement.objects.filter(business=business, state__in=RUNNING)
    offered = Proposal.objects.filter(business=business, state=ProposalState.SENT)
    used = {
        currency
        for rows in (signed, offered)
        for currency in rows.order_by().values_list("currency", flat=True).distinct()
    }
    return used - {business.currency}


def enter_rate(
    *, business: Business, currency: str, rate: Decimal, on: date, today: date, now: datetime
) -> ExchangeRate:
    """Store the owner's rate: what one unit of `currency` was worth on a day. Raises RuleError."""
    if currency == business.currency or currency not in money.CURRENCIES:
        raise RuleError(_("Please choose another currency than your own."), field="currency")
    if not 0 < rate < LARGEST:
        raise RuleError(_("A rate is more than 0."), field="rate")
    if on > today:
        raise RuleError(_("This day has not come yet."), field="on")
    return store(business, currency=currency, rate=rate, on=on, source=RateSource.OWNER, now=now)


def store(
    business: Business, *, currency: str, rate: Decimal, on: date, source: str, now: datetime
) -> ExchangeRate:
    """Store a rate in place of the one that its source had said before."""
    row, _is_new = ExchangeRate.objects.update_or_create(
        business=business,
        currency=currency,
        own=business.currency,
        source=source,
        defaults={"rate": rate, "on": on},
        create_defaults={"rate": rate, "on": on, "created_at": now},
    )
    return row


def remove_rate(*, business: Business, currency: str) -> None:
    """Remove the owner's rate of a currency; one of the European Central Bank counts again."""
    ExchangeRate.objects.filter(
        business=business, currency=currency, own=business.currency, source=RateSource.OWNER
    ).delete()


def use_reference_rates(*, business: Business, on: bool) -> None:
    """Switch the rates of the European Central Bank on or off; off, they count no more."""
    business.reference_rates = on
    business.save(update_fields=["reference_rates"])
    if not on:
        ExchangeRate.objects.filter(business=business, source=RateSource.ECB).delete()
