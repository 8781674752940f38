"""The time that the product sees, in tests that move through months."""

from datetime import UTC, datetime
from typing import Any


class Clock(datetime):
    """Takes the place of `django.utils.timezone.datetime`; `at` is now."""

    at = datetime(2027, 1, 31, 3, 0, tzinfo=UTC)

    @classmethod
    def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
        return cls.at.astimezone(tz) if tz else cls.at.replace(tzinfo=None)
