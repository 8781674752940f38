"""Days of retries, notices and reminders, and when an unknown charge is looked up. Pure.

See rule 23 and docs/charging.md, R.
"""

from datetime import date, timedelta

SOFT_RETRY_DAYS = (1, 3, 7, 14)
NOTICE_DAYS = 5  # before the charge
REMINDER_DAYS = (1, 7, 14)  # after its due date
LOOK_UP_AFTER = (
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
)


def next_retry_day(first_try: date, declined_on: date) -> date | None:
    """Return the next day of the retry calendar after a soft decline.

    None if no retry is left and the owner decides. Days that have passed, because the job did not
    run or because a new card was saved late, are not made up by several tries in a row.
    """
    return next((day for day in retry_calendar(first_try) if day > declined_on), None)


def retry_calendar(first_try: date) -> list[date]:
    """Return every day on which a charge is tried, as both sides see them, from its first day on.

    They are days of the client, as the charge begins on a morning of theirs.
    """
    return [first_try, *(first_try + timedelta(days=days) for days in SOFT_RETRY_DAYS)]


def reminder_day(due_on: date, sent: int) -> date | None:
    """Return the day of the next reminder of an unpaid transfer, after `sent` reminders.

    None if no reminder is left and the owner decides.
    """
    return due_on + timedelta(days=REMINDER_DAYS[sent]) if sent < len(REMINDER_DAYS) else None


def look_up_after(lookups: int) -> timedelta:
    """Return how long to wait before the gateway is asked again, after `lookups` questions."""
    return LOOK_UP_AFTER[min(lookups, len(LOOK_UP_AFTER) - 1)]
