"""Anything may stand in a query string; what a page reads of it is short, clean and of its kind."""

from datetime import date
from uuid import UUID

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from core.web import query_string

ID = "0197c8b1-0000-7000-8000-000000000001"


def test_a_page_reads_a_text_a_day_and_a_row() -> None:
    query = QueryDict(f"state=open&on=2026-11-29&client={ID}")
    assert query_string.text(query, "state") == "open"
    assert query_string.day(query, "on") == date(2026, 11, 29)
    assert query_string.row_id(query, "client") == ID


def test_what_is_missing_is_empty() -> None:
    query = QueryDict("")
    assert query_string.text(query, "state") == query_string.row_id(query, "client") == ""
    assert query_string.day(query, "on") is None


@pytest.mark.parametrize("written", ["31.12.2026", "2026-02-30", "1999-12-31", "2100-01-01", "x"])
def test_a_day_that_cannot_be_meant_is_none(written: str) -> None:
    assert query_string.day({"on": written}, "on") is None


@given(st.text())
def test_whatever_is_written_a_database_can_compare_it(written: str) -> None:
    text = query_string.text({"q": written}, "q")
    assert "\x00" not in text and len(text) <= query_string.LONGEST
    found = query_string.row_id({"q": written}, "q")
    assert not found or UUID(found)


@pytest.mark.parametrize("written", ["", "-1", "1.5", "²", "๑", "1_000", "9" * 5_000])
def test_a_text_that_is_no_whole_number_is_none(written: str) -> None:
    assert query_string.whole(written) is None
    assert (query_string.whole("0"), query_string.whole("007")) == (0, 7)
