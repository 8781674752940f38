"""A line chart shows every reading, on a round axis, and never invents one for a gap."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import charts, formats

D = Decimal
AMOUNT = st.decimals("-999999999999.99", "999999999999.99", places=2)


@given(st.lists(AMOUNT | st.none(), min_size=1, max_size=40), AMOUNT | st.none(), st.booleans())
def test_every_reading_is_a_dot_inside_the_drawing(
    values: list[D | None], target: D | None, joined: bool
) -> None:
    chart = charts.line([("x", value) for value in values], target=target, show=str, joined=joined)
    assert [dot.text for dot in chart.dots] == [str(value) for value in values if value is not None]
    heights = [dot.y for dot in chart.dots] + ([chart.target] if chart.target is not None else [])
    assert all(0 <= y <= chart.height for y in heights)
    assert all(0 <= dot.x <= chart.width for dot in chart.dots)
    assert 2 <= len(chart.ticks) <= 6


def test_a_missing_month_is_a_gap_and_a_day_between_readings_is_not() -> None:
    points = [("a", D(1)), ("b", D(2)), ("c", None), ("d", D(3)), ("e", D(4))]
    assert len(charts.line(points, target=None, show=str).paths) == 2
    assert len(charts.line(points, target=None, show=str, joined=True).paths) == 1


@pytest.mark.parametrize("largest", [4_100_00, 5_000_00, 900_00, 1_700_00, 12_345_678_00])
def test_the_figures_along_an_axis_are_not_rounded(largest: int) -> None:
    """5,000 in quarters would be 1.2K and 3.8K, which is not where these marks are."""
    chart = charts.area(
        [("x", largest)], show=lambda amount: formats.number_short(Decimal(amount) / 100)
    )
    high = charts.axis_maximum(largest)
    for label, mark in zip(chart.ticks, charts.axis_marks(high), strict=True):
        in_full = {"K": 1_000, "M": 1_000_000}.get(label.text[-1:], 1)
        assert Decimal(label.text.rstrip("KM")) * in_full * 100 == mark


def test_an_axis_begins_at_zero_only_if_the_figures_are_near_it() -> None:
    assert charts.axis(D(20), D(120)) == (0, 150, 50)
    assert charts.axis(D(8200), D(10000)) == (8000, 10000, 1000)
    assert charts.axis(D(5), D(5))[0] <= 5 <= charts.axis(D(5), D(5))[1]
