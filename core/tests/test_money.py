"""Amounts are exact, rounded once and never lose a unit, in every currency (rules 7 to 11)."""

import contextlib
import itertools
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from babel.core import get_global
from hypothesis import assume, given
from hypothesis import strategies as st

from core import languages, money

LOCALES = [one.locale for one in languages.LANGUAGES.values()]
CODES = sorted(get_global("all_currencies"))
SUMS = st.integers(0, money.LARGEST)
SIGNED = st.integers(-money.LARGEST, money.LARGEST)
PERCENTS = st.decimals(0, 50, places=3, allow_nan=False)
RATES = st.lists(PERCENTS, max_size=5).filter(lambda rates: sum(rates) <= 100)


@st.composite
def parts_of_a_period(draw: st.DrawFn) -> tuple[int, int]:
    """Days used and days in total, for periods from one day to a leap year."""
    total = draw(st.integers(1, 366))
    return draw(st.integers(0, total)), total


# Rounding (rule 11)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1/2", 1),
        ("-1/2", -1),
        ("3/2", 2),
        ("5/2", 3),
        ("-5/2", -3),
        ("1/3", 0),
        ("2/3", 1),
        ("-2/3", -1),
        ("0", 0),
    ],
)
def test_halves_are_rounded_away_from_zero(value: str, expected: int) -> None:
    assert money.round_half_up(Fraction(value)) == expected


@given(st.fractions())
def test_positive_and_negative_amounts_round_alike(value: Fraction) -> None:
    assert money.round_half_up(-value) == -money.round_half_up(value)
    assert abs(money.round_half_up(value) - value) <= Fraction(1, 2)


@given(SIGNED, st.integers(1, 10**30))
def test_integers_round_like_the_fraction_that_they_are(numerator: int, denominator: int) -> None:
    exact = Fraction(numerator, denominator)
    assert money.nearest(numerator, denominator) == money.round_half_up(exact)


@given(SUMS, PERCENTS)
def test_rounding_agrees_with_round_half_up_of_decimal(amount: int, percent: Decimal) -> None:
    exact = Decimal(amount) * percent / 100
    assert money.tax(amount, percent) == int(exact.quantize(Decimal(1), ROUND_HALF_UP))


# Proration (rules 7 to 9)


@pytest.mark.parametrize(
    ("amount", "used", "total", "expected"),
    [
        # THB 30,000: not 16,451.58, which a rounded daily rate would give
        (3_000_000, 17, 31, 1_645_161),
        (5_000_000, 17, 31, 2_741_935),  # THB 50,000
        (2_000_000, 17, 31, 1_096_774),  # their difference
        (100_000, 17, 31, 54_839),  # JPY 100,000 and KWD 100.000
        (1, 1, 2, 1),
        (3_000_000, 31, 31, 3_000_000),
        (3_000_000, 0, 31, 0),
    ],
)
def test_proration_is_one_exact_fraction(amount: int, used: int, total: int, expected: int) -> None:
    assert money.prorate(amount, used, total) == expected


def test_an_upgrade_on_the_fifteenth_costs_the_difference_of_its_days() -> None:
    credit, charge = money.prorate(3_000_000, 17, 31), money.prorate(5_000_000, 17, 31)
    assert (credit, charge, charge - credit) == (1_645_161, 2_741_935, 1_096_774)


@given(SUMS, parts_of_a_period())
def test_the_days_used_and_the_days_left_add_up_to_the_fee(
    amount: int, days: tuple[int, int]
) -> None:
    """If both are exactly half a unit, each is rounded up, and their sum is one unit more."""
    used, total = days
    both = money.prorate(amount, used, total) + money.prorate(amount, total - used, total)
    on_a_half = Fraction(amount * used, total) % 1 == Fraction(1, 2)
    assert both == amount + (1 if on_a_half else 0)


@given(SUMS, parts_of_a_period())
def test_one_more_day_never_costs_less(amount: int, days: tuple[int, int]) -> None:
    used, total = days
    assert 0 <= money.prorate(amount, used, total) <= money.prorate(amount, used + 1, total)


# Tax (rule 11)


@pytest.mark.parametrize(
    ("amount", "percent", "expected"),
    [
        (818_000, "9.975", 81_596),
        (8_180, "9.975", 816),
        (3_000_000, "7", 210_000),
        (3_000_000, "3", 90_000),
    ],
)
def test_a_tax_is_rounded_once(amount: int, percent: str, expected: int) -> None:
    assert money.tax(amount, Decimal(percent)) == expected


# Tax inside a price


@pytest.mark.parametrize(
    ("gross", "percents", "net", "taxes"),
    [
        (3_210_000, ["7"], 3_000_000, [210_000]),
        (10_000, ["7"], 9_346, [654]),
        (11_498, ["5", "9.975"], 10_000, [500, 998]),  # Québec: two taxes on one price
        (100, ["20"], 83, [17]),
        (1, ["100"], 0, [1]),
        (3_000_000, [], 3_000_000, []),
        (3_000_000, ["0"], 3_000_000, [0]),
        (0, ["7"], 0, [0]),
    ],
)
def test_tax_is_taken_out_of_a_price_that_includes_it(
    gross: int, percents: list[str], net: int, taxes: list[int]
) -> None:
    assert money.tax_inclusive(gross, [Decimal(percent) for percent in percents]) == (net, taxes)


@given(SIGNED, RATES)
def test_net_and_taxes_add_up_to_the_price_exactly(gross: int, percents: list[Decimal]) -> None:
    net, taxes = money.tax_inclusive(gross, percents)
    assert net + sum(taxes) == gross
    for amount, percent in zip(taxes, percents, strict=True):
        exact = gross * Fraction(percent) / (100 + sum(map(Fraction, percents)))
        assert amount == money.round_half_up(exact)


@given(SUMS, RATES)
def test_no_part_of_a_price_is_negative_and_a_credit_mirrors_it(
    gross: int, percents: list[Decimal]
) -> None:
    net, taxes = money.tax_inclusive(gross, percents)
    assert net >= 0 and all(amount >= 0 for amount in taxes)
    assert money.tax_inclusive(-gross, percents) == (-net, [-amount for amount in taxes])


@given(SUMS, st.decimals(0, 100, places=3, allow_nan=False))
def test_adding_tax_and_taking_it_out_again_gives_the_net_price(net: int, percent: Decimal) -> None:
    tax = money.tax(net, percent)
    assert money.tax_inclusive(net + tax, [percent]) == (net, [tax])


# Currencies (rule 10)


def test_the_currencies_offered_have_the_decimals_of_iso_4217() -> None:
    exceptions = {"JPY": 0, "KRW": 0, "VND": 0, "KWD": 3}
    assert {code: money.exponent(code) for code in money.CURRENCIES} == {
        code: exceptions.get(code, 2) for code in money.CURRENCIES
    }


@pytest.mark.parametrize("code", ["XQQ", "usd", "", "US", "฿"])
def test_a_currency_that_does_not_exist_is_refused(code: str) -> None:
    with pytest.raises(money.UnknownCurrency):
        money.exponent(code)


def test_major_units_are_exact_in_every_currency() -> None:
    assert len(CODES) > 300
    for code in CODES:
        unit = 10 ** money.exponent(code)
        assert money.to_decimal(unit, code) == 1
        assert money.to_decimal(money.LARGEST - 1, code) * unit == money.LARGEST - 1


# Formatting and parsing


@pytest.mark.parametrize("compact", [True, False])
@pytest.mark.parametrize("locale", LOCALES)
def test_what_a_page_shows_can_be_typed_back_in_every_currency(locale: str, compact: bool) -> None:
    for code, amount in itertools.product(CODES, (0, 1, 99, 100, 12_345, 100_000, money.LARGEST)):
        assert money.parse(money.format(amount, code, locale, compact=compact), code) == amount


@given(st.sampled_from(CODES), st.sampled_from(LOCALES), SUMS, st.booleans())
def test_no_unit_is_lost_between_writing_and_reading(
    code: str, locale: str, amount: int, compact: bool
) -> None:
    assert money.parse(money.format(amount, code, locale, compact=compact), code) == amount
    assert money.parse(str(money.to_decimal(amount, code)), code) == amount


@pytest.mark.parametrize(
    ("code", "texts", "expected"),
    [
        (
            "USD",
            [
                "3,000",
                "3000",
                "3 000.00",
                "  $3,000 ",
                "US$3,000",
                "USD 3,000",
                "3\u00a0000",
                "3000.",
            ],
            300_000,
        ),
        ("THB", ["28,000 ฿", "THB 28,000", "๒๘,๐๐๐", "๒๘๐๐๐.๐๐"], 2_800_000),
        ("USD", [".5", "0.5", "00.50"], 50),
        ("USD", ["0", "-0", "0.00"], 0),
        ("KWD", ["0.005", ".005"], 5),
        ("JPY", ["¥1,234,567", "1234567"], 1_234_567),
        ("EUR", ["10,000,000,000.00"], money.LARGEST),
    ],
)
def test_an_amount_is_read_as_people_write_it(code: str, texts: list[str], expected: int) -> None:
    assert [money.parse(text, code) for text in texts] == [expected] * len(texts)


@pytest.mark.parametrize(
    ("reason", "code", "texts"),
    [
        (
            "number",
            "EUR",
            [
                "3000,50",
                "3,50",
                "3.000,50",
                "30,00",
                "3,0000",
                "3000,000",
                ",300",
                "3,,000",
                "3,000,",
            ],
        ),
        (
            "number",
            "EUR",
            ["", ".", "-", "€", "1.2.3", "1.000,000", "3 00", "30 000 00", "$3,000", "3000 USD"],
        ),
        ("number", "EUR", ["NaN", "Infinity", "1e3", "1_000", "3²", "3000\x00", "0x10", "½"]),
        (
            "decimals",
            "EUR",
            ["3.000", "0.005", "1.0000000000000000000000000000001"],
        ),  # "3.000" is how Germans write 3000
        ("decimals", "JPY", ["1.5", "3.000", "1.0"]),
        ("negative", "USD", ["-1", "-$0.05", "-1,000"]),
        ("large", "USD", ["10,000,000,000.01", "9" * 5_000]),
    ],
)
def test_text_that_is_no_amount_or_is_ambiguous_is_refused_with_the_reason(
    reason: str, code: str, texts: list[str]
) -> None:
    for text in texts:
        with pytest.raises(money.BadAmount) as refused:
            money.parse(text, code)
        assert (text, refused.value.code) == (text, reason)


@given(
    st.text(max_size=30) | st.text("0123456789,. -$", max_size=14),
    st.sampled_from(["USD", "JPY", "KWD", "THB"]),
)
def test_any_text_is_an_amount_or_raises_bad_amount(text: str, code: str) -> None:
    with contextlib.suppress(money.BadAmount):
        assert 0 <= money.parse(text, code) <= money.LARGEST


@given(st.integers(0, 10**9), st.text(", ", min_size=1, max_size=1), st.integers(1, 9))
def test_a_separator_anywhere_but_between_groups_of_three_is_refused(
    amount: int, separator: str, place: int
) -> None:
    digits = str(amount)
    assume(place < len(digits) and not (len(digits) - place == 3 and place <= 3))
    with pytest.raises(money.BadAmount, match="number"):
        money.parse(f"{digits[:place]}{separator}{digits[place:]}", "USD")


def test_baht_has_its_symbol_in_both_languages() -> None:
    assert money.format(2_800_000, "THB", "en") == money.format(2_800_000, "THB", "th") == "฿28,000"
    assert money.format(1_645_161, "THB") == "฿16,451.61"


def test_a_column_of_amounts_keeps_its_decimals() -> None:
    assert money.format(300_000, "USD", compact=False) == "$3,000.00"
    assert money.format(300_000, "JPY", compact=False) == "¥300,000"
    assert money.format(300_000, "KWD", compact=False).endswith("300.000")
