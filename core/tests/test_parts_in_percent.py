"""A part of a whole is never told as 0 % of what is there, nor as 100 % of less than all."""

import pytest
from django.utils import translation

from core import formats


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [
        (1, 1_000_000, "under 0.1 %"),
        (4, 1_000, "0.4 %"),
        (1, 3_000, "under 0.1 %"),
        (21, 500, "4.2 %"),
        (1, 20, "5 %"),
        (9_996, 100_000, "10 %"),
        (126, 1_000, "13 %"),
        (125, 1_000, "13 %"),
        (994, 1_000, "99 %"),
        (996, 1_000, "over 99 %"),
        (7, 7, "100 %"),
        (0, 7, "0 %"),
        (0, 0, "0 %"),
    ],
)
def test_a_part_is_never_rounded_to_nothing_or_to_all(part: int, whole: int, words: str) -> None:
    assert formats.part(part, whole) == words


def test_a_small_part_is_told_in_thai() -> None:
    with translation.override("th"):
        assert formats.part(1, 1_000_000) == "ไม่ถึง 0.1 %"
        assert formats.part(999, 1_000) == "เกิน 99 %"
