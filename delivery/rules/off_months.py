"""What happens to the report of an off month that nobody has reviewed (rule 66). Pure.

| report due on 5 December at 9:00, not reviewed | what happens |
| --- | --- |
| good or mixed | it is sent at 9:00 |
| off, HOLD | the owner is told at 9:00, and it is sent at 18:00, still on the agreed day |
| off, HOLD, the job runs at 14:00 | at 18:00 on 6 December: the owner has at least 8 hours |
| off, WAIT | it is sent when it was reviewed, and not before |
| off, SEND | it is sent at 9:00 |
"""

from datetime import datetime, timedelta
from enum import StrEnum

from core.dates import local_day, local_instant

HOUR = 18  # o'clock in the client's time zone: when a report that was held is sent
LEAST_HELD = timedelta(hours=8)


class OffMonth(StrEnum):
    """What the owner chose for the report of an off month that they have not reviewed."""

    HOLD = "hold"
    WAIT = "wait"
    SEND = "send"

    @property
    def is_held(self) -> bool:
        """Whether it is held until the evening of its day."""
        return self == OffMonth.HOLD

    @property
    def waits(self) -> bool:
        """Whether it is sent only when it was reviewed."""
        return self == OffMonth.WAIT


def deadline(send_at: datetime, now: datetime, zone: str) -> datetime:
    """Return when a held report is sent that was due at `send_at`.

    `zone` is the client's time zone.
    """
    day = local_day(max(send_at, now), zone)
    evening = local_instant(day, HOUR, zone)
    if evening < max(send_at, now) + LEAST_HELD:
        evening = local_instant(day + timedelta(days=1), HOUR, zone)
    return evening
