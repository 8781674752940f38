"""Finds the period that work belongs to and counts the hours of its day, for one entry or many (rules 25, 27)."""

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
from delivery.models.hours import A_DAY
from delivery.rules.errors import NoPeriod, TooMuch
from delivery.rules.states import ReportState

NOTE = 300  # characters


@dataclass(frozen=True)
class Work:
    """What was done, before it has a place. `minutes` is at most a day; what is not `billable` never consumes."""

    agreement: Agreement
    on: date
    minutes: int
    note: str
    billable: bool = True
    consumes: bool = True
    deliverable: Deliverable | None = None


class Placing:
    """Makes entries of work, none of them saved, in four queries whatever their number.

    Each one counts for the day of the next. `days` are the first and the last day that there is work of.
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
        self.here = local_day(now, business.time_zone)
        found = Period.objects.filter(agreement__in=[row.pk for row in agreements]).order_by(
            "agreement_id", "starts_on"
        )
        self.periods: dict[UUID, list[Period]] = defaultdict(list)
        for period in found:
            self.periods[period.agreement_id].append(period)
        sent = Report.objects.filter(
            period__in=found.order_by().values("pk"), state=ReportState.SENT
        )
        self.closed = set(sent.values_list("period_id", flat=True))
        own = TimeEntry.objects.filter(business=business, on__range=days).order_by()
        self.worked: dict[date, int] = defaultdict(
            int, own.values_list("on").annotate(sum=Sum("minutes"))
        )

    def entry(self, work: Work, **more: Any) -> TimeEntry:
        """The entry that this work makes. Raises NoPeriod, and TooMuch where its day would have over 24 hours."""
        period, note, is_late = self._place(work)
        self._must_fit(work)
        deliverable = work.deliverable
        if deliverable and deliverable.period_id != period.pk:
            if not is_late:
                raise NoPeriod(
                    _("This belongs to another period than that day's."), field="deliverable"
                )
            deliverable = None  # late work belongs to no list of the open period
        self.worked[work.on] += work.minutes
        facts: dict[str, Any] = {
            "business": self.business,
            "actor": self.actor,
            "created_at": self.now,
            **more,
        }
        return TimeEntry(
            period=period,
            on=work.on,
            minutes=work.minutes,
            note=note,
            billable=work.billable,
            consumes=work.consumes and work.billable,
            deliverable=deliverable,
            **facts,
        )

    def _place(self, work: Work) -> tuple[Period, str, bool]:
        """Late time for a period whose report was sent goes to the open one, with the day in its note (rule 27)."""
        there = local_day(
            self.now, work.agreement.time_zone
        )  # the freelancer's today may be the client's tomorrow
        if work.on > max(self.here, there):
            raise NoPeriod(_("This day has not come yet."), field="on")
        period = self._on(work.agreement, min(work.on, there))
        if period is None:
            raise NoPeriod(_("The agreement has no period on this day."), field="on")
        if period.pk not in self.closed:
            return period, work.note[:NOTE], False
        newest = self.periods[work.agreement.pk][-1]
        if newest.pk in self.closed:
            raise NoPeriod(
                _("The report for this day was sent, and no later period is open."), field="on"
            )
        return newest, _late(work), True

    def _on(self, agreement: Agreement, day: date) -> Period | None:
        """The stored period that contains a day on the client's wall."""
        own = self.periods[agreement.pk]
        place = bisect_right(own, day, key=lambda period: period.starts_on) - 1
        return own[place] if place >= 0 and day < own[place].ends_on else None

    def _must_fit(self, work: Work) -> None:
        there = self.worked[work.on]
        if there + work.minutes > A_DAY:
            words = {"hours": formats.hours(there)}
            said = (
                _(
                    "With this, the day would have more than 24 hours of work: %(hours)s are written down."
                )
                % words
            )
            raise TooMuch(said, field="minutes")


def _late(work: Work) -> str:
    """The note with its day at the end, once: a correction of late work has it already. The day is never cut off."""
    day = _("(worked on %(day)s)") % {"day": work.on.isoformat()}
    return (
        work.note[:NOTE] if work.note.endswith(day) else f"{work.note[: NOTE - len(day) - 1]} {day}"
    )
