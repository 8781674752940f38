"""Amounts: exact, rounded once, nothing lost (rules 7, 10, 11)."""

import contextlib
from decimal import Decimal

import pytest
from babel.core import get_global
from hypothesis import given
from hypothesis import strategies as st

from core import money

CODES = sorted(code for code in get_global("all_currencies") if len(code) == 3)


@pytest.mark.parametrize(
    ("amount", "used", "total", "expected"),
    [(3_000_000, 17, 31, 1_645_161), (100_000, 17, 31, 54_839), (5_000_000, 17, 31, 2_741_935), (1, 1, 2, 1)],
)
def test_proration_is_one_exact_fraction(amount: int, used: int, total: int, expected: int) -> None:
    assert money.prorate(amount, used, total) == expected


def test_tax_is_rounded_once_on_the_sum_of_its_lines() -> None:
    assert money.tax(8_180, Decimal("9.975")) == 816
    assert money.tax_by_rate([(5, Decimal(10)), (5, Decimal(10)), (100, Decimal(7))]) == {
        Decimal(7): 7,
        Decimal(10): 1,
    }


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**6), min_size=1, max_size=40).filter(any))
def test_a_split_loses_nothing_and_is_fair_to_the_unit(amount: int, weights: list[int]) -> None:
    shares = money.allocate(amount, weights)
    assert sum(shares) == amount
    for share, weight in zip(shares, weights, strict=True):
        assert 0 <= share - amount * weight // sum(weights) <= 1


@given(st.sampled_from(CODES), st.integers(0, money.LARGEST))
def test_what_is_written_is_read_back_in_every_currency(code: str, amount: int) -> None:
    assert money.parse(str(money.to_decimal(amount, code)), code) == amount


@given(st.text(max_size=30))
def test_any_text_is_an_amount_or_a_bad_one(text: str) -> None:
    with contextlib.suppress(money.BadAmount):
        assert 0 <= money.parse(text, "USD") <= money.LARGEST


def test_exponents_come_from_the_table() -> None:
    assert [money.exponent(code) for code in ("JPY", "USD", "KWD")] == [0, 2, 3]
    with pytest.raises(money.UnknownCurrency):
        money.exponent("XQQ")


def test_baht_has_its_sign_in_both_languages() -> None:
    assert money.format(2_800_000, "THB", "en") == money.format(2_800_000, "THB", "th") == "฿28,000"
    assert money.format(1_645_161, "THB") == "฿16,451.61"
