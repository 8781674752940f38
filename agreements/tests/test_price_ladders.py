"""Built-in packages suggest prices that people ask in the business's own currency."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.contract.library.packages import BUILT_IN
from agreements.rules import cumulative_tiers, price_ladders
from core import money


@pytest.mark.parametrize(
    ("currency", "shown"),
    [
        ("USD", ["$3,000", "$5,000", "$10,000"]),
        ("EUR", ["€3,000", "€5,000", "€10,000"]),
        ("THB", ["฿30,000", "฿50,000", "฿100,000"]),
        ("JPY", ["¥300,000", "¥500,000", "¥1,000,000"]),
    ],
)
def test_a_package_suggests_the_prices_of_the_currency(currency: str, shown: list[str]) -> None:
    amounts = price_ladders.prices([3_000, 5_000, 10_000], currency)
    assert [money.format(amount, currency) for amount in amounts] == shown


def test_every_currency_of_the_product_has_a_level() -> None:
    assert set(price_ladders.LEVELS) == set(money.CURRENCIES)


@pytest.mark.parametrize("currency", money.CURRENCIES)
@pytest.mark.parametrize("key", BUILT_IN)
def test_every_built_in_package_is_a_ladder_in_every_currency(key: str, currency: str) -> None:
    written, priced = BUILT_IN[key](), BUILT_IN[key]().priced_in(currency)
    assert cumulative_tiers.faults(priced.drafts) == []
    assert priced.currency == currency
    assert currency != "USD" or priced == written


@given(
    dollars=st.lists(st.integers(500, 50_000), min_size=1, max_size=3, unique=True).map(sorted),
    currency=st.sampled_from(money.CURRENCIES),
)
def test_prices_rise_are_pleasant_and_whole(dollars: list[int], currency: str) -> None:
    amounts = price_ladders.prices(dollars, currency)
    assert sorted(set(amounts)) == amounts
    for amount in amounts:
        units, rest = divmod(amount, 10 ** money.exponent(currency))
        assert not rest and price_ladders.is_pleasant(units)
