"""A span of days is written in short: a month or year that both days share is written once."""

from datetime import date

import pytest
from django.utils import translation

from core import formats


@pytest.mark.parametrize(
    ("first", "end", "long", "short"),
    [
        (date(2026, 11, 1), date(2026, 12, 1), "1 – 30 November 2026", "1 – 30 Nov"),
        (date(2026, 10, 5), date(2026, 11, 5), "5 October – 4 November 2026", "5 Oct – 4 Nov"),
        (
            date(2026, 12, 20),
            date(2027, 1, 20),
            "20 December 2026 – 19 January 2027",
            "20 Dec – 19 Jan",
        ),
        (
            date(2025, 11, 3),
            date(2026, 11, 30),
            "3 November 2025 – 29 November 2026",
            "3 Nov – 29 Nov",
        ),
        (date(2026, 11, 1), date(2026, 11, 2), "1 November 2026", "1 Nov"),
        ("2026-11-01", "2026-12-01", "1 – 30 November 2026", "1 – 30 Nov"),
        (None, None, "—", "—"),
    ],
)
def test_a_span_writes_a_shared_month_or_year_once(
    first: object, end: object, long: str, short: str
) -> None:
    assert (formats.span(first, end), formats.span_short(first, end)) == (long, short)


def test_a_span_is_written_in_the_readers_language() -> None:
    with translation.override("th"):
        assert formats.span(date(2026, 11, 1), date(2026, 12, 1)) == "1 – 30 พฤศจิกายน 2026"
