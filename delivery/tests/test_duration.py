"""Durations are read in every form in which people type them."""

import pytest

from delivery.rules.duration import BadDuration, parse_minutes


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("1:30", 90),
        ("1.5", 90),
        ("1,5", 90),
        ("90m", 90),
        ("2h", 120),
        ("1h30", 90),
        ("0:05", 5),
        ("20h", 1200),
    ],
)
def test_a_duration_is_read_in_every_usual_form(text: str, minutes: int) -> None:
    assert parse_minutes(text) == minutes


@pytest.mark.parametrize("text", ["", "0", "-1", "abc", "1:75", "1:2:3", "h", "m", "1e3", "0:00"])
def test_anything_else_is_not_a_duration(text: str) -> None:
    with pytest.raises(BadDuration):
        parse_minutes(text)
