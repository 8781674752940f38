"""A KPI that changed is never told as ±0 %."""

from decimal import Decimal as D

import pytest

from delivery.kpis import change_texts
from delivery.rules.kpi_pace import change_percent


@pytest.mark.parametrize(
    ("start", "value", "words"),
    [
        (0, 50, "from 0 at the start"),
        (10_000, 10_000, "±0 % since the start"),
        (10_000, 10_004, "almost unchanged since the start"),
        (10_000, 9_996, "almost unchanged since the start"),
        (10_000, 10_010, "+0.1 % since the start"),
    ],
)
def test_a_small_change_is_told_as_one(start: int, value: int, words: str) -> None:
    assert change_texts.since_start(D(start), D(value)) == words


def test_a_review_tells_a_small_change_as_one() -> None:
    told = [
        change_texts.within_months(D(start), D(value), change_percent(D(start), D(value)))
        for start, value in ((0, 5), (10_000, 10_004), (10_000, 10_000), (100, 90))
    ]
    assert told == ["from 0", "almost unchanged", "±0 %", "−10 %"]
