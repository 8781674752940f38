"""Ids: nobody guesses them, and rows that are made one after another lie one after another."""

import time
from datetime import UTC, datetime
from unittest.mock import patch

from core.database.ids import new_id


def test_ids_follow_the_order_of_making() -> None:
    ids = []
    for nanoseconds in range(0, 50_000_000, 250_000):  # 50 ms in steps of a quarter
        with patch(
            "core.database.ids.time_ns", return_value=1_790_000_000_000_000_000 + nanoseconds
        ):
            ids.append(new_id())
    assert ids == sorted(ids)
    assert [str(one) for one in ids] == sorted(str(one) for one in ids)  # as SQLite keeps them


def test_an_id_is_a_version_seven_of_the_standard_and_tells_its_millisecond() -> None:
    moment = datetime(2026, 11, 24, 2, 30, 0, 123_000, tzinfo=UTC)
    with patch(
        "core.database.ids.time_ns", return_value=int(moment.timestamp()) * 10**9 + 123_999_999
    ):
        one = new_id()
    assert (one.version, one.variant) == (7, "specified in RFC 4122")
    assert one.int >> 80 == int(moment.timestamp()) * 1000 + 123
    assert one.int >> 64 & 0xFFF == 4095


def test_of_one_moment_no_two_are_alike() -> None:
    with patch("core.database.ids.time_ns", return_value=time.time_ns()):
        made = {new_id() for _ in range(10_000)}
    assert len(made) == 10_000
    assert len({one.int & (1 << 62) - 1 for one in made}) == 10_000
