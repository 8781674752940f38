"""The bank of value-adds: what a business likes to add for a time, with its cost and duration.

Proposals copy from it, so that a change here changes no proposal (rule 34).
"""

from datetime import date, datetime
from typing import Any

from agreements.models import ValueAdd
from core.dates import add_months
from core.models import Business


def keep(*, business: Business, title: str, minutes: int, months: int, now: datetime) -> ValueAdd:
    """Save a value-add, in place of one with the same title.

    `minutes` are what it costs the freelancer in a period, `months` how long it usually lasts.
    """
    values = {"minutes": minutes, "months": months}
    row, _made = ValueAdd.objects.update_or_create(
        business=business,
        title=title,
        defaults=values,
        create_defaults={**values, "created_at": now},
    )
    return row


def remove(row: ValueAdd) -> None:
    """Take a value-add out of the bank; proposals that have it keep it."""
    row.delete()


def filled(typed: dict[str, Any], bank: dict[str, ValueAdd], starts_on: date) -> dict[str, Any]:
    """What was typed of a value-add, with its usual cost and last day where these were left empty.

    `typed` has "title", "minutes" and "ends_on" (a date or None); `bank` is by title in lower case.
    """
    usual = bank.get(str(typed.get("title") or "").casefold())
    if usual is None:
        return typed
    return {
        **typed,
        "minutes": typed.get("minutes") or usual.minutes,
        "ends_on": typed.get("ends_on") or add_months(starts_on, usual.months),
    }
