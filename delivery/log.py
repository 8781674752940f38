"""Writes down work: minutes on a day, in the period that the day belongs to (rules 25 and 27)."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from agreements.models import Agreement, Period
from agreements.periods import latest, open_due, period_on
from core.dates import local_day
from core.models import Business
from delivery.errors import NoPeriod, TooMuch
from delivery.models import Deliverable, Report, TimeEntry
from delivery.models.time_entry import A_DAY
from delivery.states import ReportState


def log_time(
    *,
    agreement: Agreement,
    on: date,
    minutes: int,
    note: str,
    now: datetime,
    actor: str = "",
    billable: bool = True,
    consumes: bool = True,
    deliverable: Deliverable | None = None,
) -> TimeEntry:
    """Late time for a period whose report was sent goes to the open one, with the day in its note (rule 27).

    Raises NoPeriod, and TooMuch where the day would have more than 24 hours.
    """
    with transaction.atomic():
        _hold(agreement.business_id)
        row = TimeEntry(on=on, minutes=minutes, note=note, actor=actor, billable=billable, deliverable=deliverable)
        row.consumes = consumes and billable
        return _add(row, agreement, now)


def change_time(*, entry: TimeEntry, on: date, minutes: int, note: str, now: datetime, **more: Any) -> TimeEntry:
    """Correct an entry by a new one that takes its place; it may move to another period of the same agreement.

    `more` may hold actor, billable, consumes and deliverable. Raises NoPeriod and TooMuch.
    """
    with transaction.atomic():
        _hold(entry.business_id)
        _void(entry, now)
        kept = {name: getattr(entry, name) for name in ("billable", "consumes", "deliverable", "actor")}
        row = TimeEntry(on=on, minutes=minutes, note=note, replaces=entry, **{**kept, **more})
        row.consumes = row.consumes and row.billable
        return _add(row, entry.period.agreement, now)


def remove_time(*, entry: TimeEntry, now: datetime) -> None:
    """Take an entry back, as long as no report has told the client about it; its row stays for the record."""
    with transaction.atomic():
        _void(entry, now)


def versions(entry: TimeEntry) -> list[TimeEntry]:
    """An entry with those that it took the place of, the newest first."""
    found = [entry]
    while found[-1].replaces_id:
        found.append(TimeEntry.history.get(pk=found[-1].replaces_id))
    return found


def _add(row: TimeEntry, agreement: Agreement, now: datetime) -> TimeEntry:
    row.business_id, row.created_at = agreement.business_id, now
    row.period, row.note = _place(agreement, row.on, row.note, now)
    if row.deliverable and row.deliverable.period_id != row.period.pk:
        row.deliverable = None  # late work belongs to no list of the open period
    there = TimeEntry.objects.filter(business=row.business_id, on=row.on).aggregate(sum=Sum("minutes"))["sum"] or 0
    if there + row.minutes > A_DAY:
        raise TooMuch(_("With this, the day would have more than 24 hours of work."), field="minutes")
    row.save(force_insert=True)
    return row


def _void(entry: TimeEntry, now: datetime) -> None:
    _must_be_open(entry.period)
    if not TimeEntry.objects.filter(pk=entry.pk).update(voided_at=now):
        raise NoPeriod(_("This entry was changed meanwhile, in another tab say."))


def _hold(business_id: Any) -> None:
    """One writer of time at a time for a business: the hours of a day are counted and then written."""
    Business.objects.select_for_update(no_key=True).get(pk=business_id)


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
