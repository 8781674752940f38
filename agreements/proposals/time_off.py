"""The freelancer's time off, which reduces the capacity of the months it falls into."""

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from agreements.models import TimeOff
from agreements.rules.errors import BadTimeOff
from core.models import Business

LONGEST = timedelta(days=366)


def add(*, business: Business, first: date, last: date, note: str, now: datetime) -> TimeOff:
    """Add time off from `first` to `last`, both inclusive. Raises BadTimeOff."""
    if last < first:
        raise BadTimeOff(_("The last day comes before the first."), field="last")
    if last - first >= LONGEST:
        raise BadTimeOff(
            _("This is longer than a year. Set your capacity in the settings instead."),
            field="last",
        )
    ends_on = last + timedelta(days=1)
    return TimeOff.objects.create(
        business=business, starts_on=first, ends_on=ends_on, note=note, created_at=now
    )


def remove(row: TimeOff) -> None:
    """Delete the time off, so that its days count as capacity again."""
    row.delete()
