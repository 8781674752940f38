"""The form that books a call proposes a time at which a call can be."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from dashboard.sales.views.calls import usual_time

BANGKOK = ZoneInfo("Asia/Bangkok")


@pytest.mark.parametrize(
    ("now", "proposed"),
    [
        ("2026-11-02T09:40", "2026-11-03T10:00"),  # Monday morning
        ("2026-11-02T16:20", "2026-11-04T10:00"),  # too late for the next day's afternoon
        ("2026-11-05T22:00", "2026-11-09T10:00"),  # Thursday night: over the weekend
        ("2026-11-06T11:00", "2026-11-09T10:00"),  # Friday
        ("2026-11-01T08:00", "2026-11-02T10:00"),  # Sunday
    ],
)
def test_a_call_is_proposed_a_working_day_ahead_on_a_full_hour(now: str, proposed: str) -> None:
    given = datetime.fromisoformat(now).replace(tzinfo=BANGKOK)
    assert usual_time(given) == datetime.fromisoformat(proposed).replace(tzinfo=BANGKOK)
    assert (usual_time(given) - given).total_seconds() >= 24 * 3600
