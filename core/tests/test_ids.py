"""Row ids are hard to guess and sort in the order of their creation."""

import time
from datetime import UTC, datetime
from unittest.mock import patch

from core.database.ids import new_id


def test_ids_sort_in_the_order_of_creation() -> None:
    ids = []
    for nanoseconds in range(0, 50_000_000, 250_000):  # 50 ms in steps of 0.25 ms
        with patch(
            "core.database.ids.time_ns", return_value=1_790_000_000_000_000_000 + nanoseconds
        ):
            ids.append(new_id())
    assert ids == sorted(ids)
    # SQLite stores ids as text, which must sort in the same way
    assert [str(row_id) for row_id in ids] == sorted(str(row_id) for row_id in ids)


def test_an_id_is_a_version_7_uuid_and_holds_its_millisecond() -> None:
    moment = datetime(2026, 11, 24, 2, 30, 0, 123_000, tzinfo=UTC)
    with patch(
        "core.database.ids.time_ns", return_value=int(moment.timestamp()) * 10**9 + 123_999_999
    ):
        row_id = new_id()
    assert (row_id.version, row_id.variant) == (7, "specified in RFC 4122")
    assert row_id.int >> 80 == int(moment.timestamp()) * 1000 + 123
    assert row_id.int >> 64 & 0xFFF == 4095


def test_ids_of_the_same_moment_differ() -> None:
    with patch("core.database.ids.time_ns", return_value=time.time_ns()):
        ids = {new_id() for _ in range(10_000)}
    assert len(ids) == 10_000
    assert len({row_id.int & (1 << 62) - 1 for row_id in ids}) == 10_000
