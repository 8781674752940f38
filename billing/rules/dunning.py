"""What follows a declined charge, and when an unknown one is asked about (rule 23; docs/charging.md, R). Pure."""

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


def next_try(first_due: date, declined_on: date) -> date | None:
    """The next day of the calendar after a soft decline; None: the owner chooses what happens.

    Days that were missed, and those before a new card or a try by hand, are not made up by tries in a row.
    """
    return next((day for day in calendar(first_due) if day > declined_on), None)


def calendar(first_due: date) -> list[date]:
    """Every day on which a charge due on `first_due` would be tried: what both sides can see."""
    return [first_due, *(first_due + timedelta(days=days) for days in SOFT_RETRY_DAYS)]


def reminder(due_on: date, sent: int) -> date | None:
    """The day on which an unpaid transfer is asked for again after that many reminders; None: the owner chooses."""
    return due_on + timedelta(days=REMINDER_DAYS[sent]) if sent < len(REMINDER_DAYS) else None


def look_up_after(lookups: int) -> timedelta:
    """How long to wait before asking the gateway again, after that many times of asking."""
    return LOOK_UP_AFTER[min(lookups, len(LOOK_UP_AFTER) - 1)]
