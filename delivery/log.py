"""Writes down work: minutes on a day, in the period that the day belongs to (rules 25 and 27)."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from agreements.models import Agreement, Period
from agreements.periods import latest, open_due, period_on
from core.dates import local_day
from delivery.errors import NoPeriod
from delivery.models import Report, TimeEntry
from delivery.states import ReportState


def log_time(*, agreement: Agreement, on: date, minutes: int, note: str, now: datetime) -> TimeEntry:
    """Late time for a period whose report was sent goes to the open one, with the day in its note (rule 27)."""
    period, words = _place(agreement, on, note, now)
    return TimeEntry.objects.create(
        business_id=agreement.business_id,
        period=period,
        on=on,
        minutes=minutes,
        note=words,
        created_at=now,
    )


def change_time(*, entry: TimeEntry, on: date, minutes: int, note: str, now: datetime) -> TimeEntry:
    """Correct an entry; it may move to another period of the same agreement. Raises NoPeriod."""
    _must_be_open(entry.period)
    period, words = _place(entry.period.agreement, on, note, now)
    TimeEntry.objects.filter(pk=entry.pk).update(period=period, on=on, minutes=minutes, note=words)
    entry.refresh_from_db()
    return entry


def remove_time(*, entry: TimeEntry) -> None:
    """Take an entry back, as long as no report has told the client about it."""
    _must_be_open(entry.period)
    entry.delete()


def _place(agreement: Agreement, on: date, note: str, now: datetime) -> tuple[Period, str]:
    if on > local_day(now, agreement.time_zone):
        raise NoPeriod(_("This day has not come yet."), field="on")
    period = period_on(agreement, on)
    if period is None and open_due(now=now, only=agreement):
        period = period_on(agreement, on)
    if period is None:
        raise NoPeriod(_("The agreement has no period on this day."), field="on")
    if not _is_closed(period):
        return period, note[:300]
    open_one = latest(agreement)
    if open_one is None or _is_closed(open_one):
        raise NoPeriod(_("The report for this day was sent, and no later period is open."), field="on")
    late = _("%(note)s (worked on %(day)s)") % {"note": note, "day": on.isoformat()}
    return open_one, late[:300]


def _is_closed(period: Period) -> bool:
    return Report.objects.filter(period=period, state=ReportState.SENT).exists()


def _must_be_open(period: Period) -> None:
    if _is_closed(period):
        raise NoPeriod(_("The report for this period was sent; its entries are kept as they are."))
