"""A tax id with a typing mistake is refused where it is typed, and an unknown kind never."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rules.tax_ids import THAILAND, is_mistyped


@pytest.mark.parametrize(
    "text",
    [
        "DE136695976",
        "de 136 695 976",
        "EL094259216",
        "ATU13585627",
        "GB980780684",
        "CHE-107.787.577 IVA",
        "1-2345-45678-78-1",
        "0994000617721",
    ],
)
def test_a_right_one_is_taken_in_any_spelling(text: str) -> None:
    assert not is_mistyped(text, time_zone=THAILAND)


@pytest.mark.parametrize(
    "text", ["DE136695978", "DE13669597", "GB802311781", "CHE107787578IVA", "1234545678782"]
)
def test_a_wrong_digit_is_seen(text: str) -> None:
    assert is_mistyped(text, time_zone=THAILAND)


@given(text=st.from_regex(r"[0-9 ./-]{0,20}", fullmatch=True))
def test_digits_of_an_unknown_country_are_left_alone(text: str) -> None:
    assert not is_mistyped(text, time_zone="America/New_York")
