"""Plans time for days to come, and notes a line about a day. No client sees either."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.models import Agreement
from agreements.rules.states import RUNNING_STATES
from core.dates import local_day
from core.errors import RuleError
from core.models import Business
from delivery.models import DayNote, PlannedTime
from delivery.models.hours import MINUTES_PER_DAY
from delivery.rules.errors import NoPeriod, TooMuch

LONGEST_NOTE = 300  # characters


def plan_time(*, agreement: Agreement, on: date, minutes: int, now: datetime) -> None:
    """Plan `minutes` for an agreement on a day from today on, instead of what was planned there.

    No minutes plan nothing. Raises NoPeriod where the day has gone or the agreement does not run,
    and TooMuch for more than a day has.
    """
    if on < local_day(now, agreement.business.time_zone):
        raise NoPeriod(_("This day is over. Record the time instead."), field="on")
    if not runs_on(agreement, on):
        raise NoPeriod(_("The agreement does not run on this day."), field="on")
    if minutes > MINUTES_PER_DAY:
        raise TooMuch(_("A day has 24 hours."), field="minutes")
    with transaction.atomic():
        planned = PlannedTime.objects.filter(agreement=agreement, on=on)
        if not minutes:
            planned.delete()
            return
        PlannedTime.objects.update_or_create(
            agreement=agreement,
            on=on,
            defaults={"minutes": minutes},
            create_defaults={
                "minutes": minutes,
                "business_id": agreement.business_id,
                "created_at": now,
            },
        )


def note_day(*, business: Business, on: date, text: str, now: datetime) -> None:
    """Write the note of a day instead of the one it had; an empty text removes it.

    Raises RuleError for a text that is too long.
    """
    text = text.strip()
    if len(text) > LONGEST_NOTE:
        message = _("A note can have at most %(number)d characters.") % {"number": LONGEST_NOTE}
        raise RuleError(message, field="text")
    with transaction.atomic():
        if not text:
            DayNote.objects.filter(business=business, on=on).delete()
            return
        DayNote.objects.update_or_create(
            business=business,
            on=on,
            defaults={"text": text},
            create_defaults={"text": text, "created_at": now},
        )


def runs_on(agreement: Agreement, day: date) -> bool:
    """Whether the agreement runs on a day, as far as is known today."""
    ends = agreement.ends_on
    return (
        agreement.state in RUNNING_STATES
        and agreement.starts_on <= day
        and (ends is None or day < ends)
    )
