"""Finds the period of a day's work, and checks the hours of that day (rules 25 and 27)."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Sum
from django.utils.translation import gettext as _

from agreements.models import Agreement, Period
from core import formats
from core.dates import local_day
from core.models import Business
from delivery.models import Deliverable, Report, TimeEntry
from delivery.models.hours import MINUTES_PER_DAY
from delivery.rules.errors import NoPeriod, TooMuch
from delivery.rules.states import ReportState

LONGEST_NOTE = 300  # characters


@dataclass(frozen=True)
class Work:
    """Work that is to become a time entry.

    `minutes` is at most one day. Work that is not `billable` never consumes included hours.
    """

    agreement: Agreement
    on: date
    minutes: int
    note: str
    billable: bool = True
    consumes: bool = True
    deliverable: Deliverable | None = None


class EntryBuilder:
    """Makes unsaved time entries from work, in four queries however many there are.

    Each entry counts towards the hours of its day for the entries that follow. `days` are the first
    and the last day of the work.
    """

    def __init__(
        self,
        business: Business,
        agreements: Iterable[Agreement],
        days: tuple[date, date],
        *,
        actor: str,
        now: datetime,
    ) -> None:
        self.business, self.actor, self.now = business, actor, now
        self.business_today = local_day(now, business.time_zone)
        periods = Period.objects.filter(
            agreement__in=[agreement.pk for agreement in agreements]
        ).order_by("agreement_id", "starts_on")
        self.periods: dict[UUID, list[Period]] = defaultdict(list)
        for period in periods:
            self.periods[period.agreement_id].append(period)
        sent_reports = Report.objects.filter(
            period__in=periods.order_by().values("pk"), state=ReportState.SENT
        )
        self.closed_periods = set(sent_reports.values_list("period_id", flat=True))
        day_entries = TimeEntry.objects.filter(business=business, on__range=days).order_by()
        self.minutes_by_day: dict[date, int] = defaultdict(
            int, day_entries.values_list("on").annotate(sum=Sum("minutes"))
        )

    def entry(self, work: Work, **fields: Any) -> TimeEntry:
        """Return the unsaved entry for this work; `fields` are further fields of it.

        Raises NoPeriod, and TooMuch where its day would have more than 24 hours.
        """
        period, note, is_late = self._period_for(work)
        self._check_day(work)
        deliverable = work.deliverable
        if deliverable and deliverable.period_id != period.pk:
            if not is_late:
                raise NoPeriod(
                    _("This belongs to another period than that day's."), field="deliverable"
                )
            deliverable = None  # late work belongs to no deliverable of the open period
        self.minutes_by_day[work.on] += work.minutes
        common: dict[str, Any] = {
            "business": self.business,
            "actor": self.actor,
            "created_at": self.now,
            **fields,
        }
        return TimeEntry(
            period=period,
            on=work.on,
            minutes=work.minutes,
            note=note,
            billable=work.billable,
            consumes=work.consumes and work.billable,
            deliverable=deliverable,
            **common,
        )

    def _period_for(self, work: Work) -> tuple[Period, str, bool]:
        """Return the period that the work counts in, its note, and whether it is late.

        Time for a period whose report was sent goes to the open period, with its day in the note
        (rule 27). Raises NoPeriod.
        """
        # The freelancer's today may still be yesterday, or already tomorrow, for the client.
        client_today = local_day(self.now, work.agreement.time_zone)
        if work.on > max(self.business_today, client_today):
            raise NoPeriod(_("This day has not come yet."), field="on")
        period = self._period_on(work.agreement, min(work.on, client_today))
        if period is None:
            raise NoPeriod(_("The agreement has no period on this day."), field="on")
        if period.pk not in self.closed_periods:
            return period, work.note[:LONGEST_NOTE], False
        newest = self.periods[work.agreement.pk][-1]
        if newest.pk in self.closed_periods:
            raise NoPeriod(
                _("The report for this day was sent, and no later period is open."), field="on"
            )
        return newest, _note_with_day(work), True

    def _period_on(self, agreement: Agreement, day: date) -> Period | None:
        """Return the stored period of the agreement that contains `day`, None if there is none."""
        periods = self.periods[agreement.pk]
        index = bisect_right(periods, day, key=lambda period: period.starts_on) - 1
        return periods[index] if index >= 0 and day < periods[index].ends_on else None

    def _check_day(self, work: Work) -> None:
        """Raise TooMuch if the work would give its day more than 24 hours."""
        worked = self.minutes_by_day[work.on]
        if worked + work.minutes > MINUTES_PER_DAY:
            values = {"hours": formats.hours(worked)}
            message = (
                _(
                    "With this, the day would have more than 24 hours of work: %(hours)s are "
                    "recorded already."
                )
                % values
            )
            raise TooMuch(message, field="minutes")


def _note_with_day(work: Work) -> str:
    """Return the note with the day of the work at its end.

    A correction of late work has the day in its note already. A long note is shortened, the day is
    not.
    """
    day = _("(worked on %(day)s)") % {"day": work.on.isoformat()}
    return (
        work.note[:LONGEST_NOTE]
        if work.note.endswith(day)
        else f"{work.note[: LONGEST_NOTE - len(day) - 1]} {day}"
    )
