"""Opens the periods of running agreements, and answers which one a day belongs to (rules 1–5)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, QuerySet

from agreements.models import Agreement, Period
from agreements.schedule import Interval, PeriodSpan, periods
from agreements.states import AgreementState
from core.dates import local_day, local_instant
from core.money import prorate

BATCH = 500


@dataclass(frozen=True)
class Upcoming:
    """A period that has not begun."""

    agreement: Agreement
    starts_on: date


def spans(agreement: Agreement, *, until: date, first: int = 0) -> Iterable[PeriodSpan]:
    """The periods of an agreement that start on or before `until`."""
    return periods(
        agreement.starts_on,
        agreement.anchor_day,
        Interval(agreement.interval),
        end=agreement.ends_on,
        until=until,
        first=first,
    )


def due_at(agreement: Agreement, span: PeriodSpan) -> datetime:
    """When a period is billed: its first day at the local sending hour (rule 4).

    The first period waits for the day only, because the client is there when it is signed.
    """
    hour = agreement.charge_hour if span.index else 0
    return local_instant(span.start, hour, agreement.time_zone)


def open_due(*, now: datetime, only: Agreement | None = None) -> int:
    """Insert the periods whose first day has come. Twice, late, or two at once: each is there once."""
    made = 0
    batch: list[Period] = []
    for agreement in _running(only).annotate(opened=Count("periods")).iterator(BATCH):
        today = local_day(now, agreement.time_zone)
        batch += [_period(agreement, span, now) for span in spans(agreement, until=today, first=agreement.opened)]
        if len(batch) >= BATCH:
            made += _insert(batch)
            batch = []
    return made + _insert(batch)


def _running(only: Agreement | None) -> QuerySet[Agreement]:
    found = Agreement.objects.filter(state=AgreementState.ACTIVE)
    return found.filter(pk=only.pk) if only else found


def _period(agreement: Agreement, span: PeriodSpan, now: datetime) -> Period:
    part = span.fraction
    return Period(
        business_id=agreement.business_id,
        agreement=agreement,
        index=span.index,
        starts_on=span.start,
        ends_on=span.end,
        due_at=due_at(agreement, span),
        currency=agreement.currency,
        amount=prorate(agreement.amount, part.numerator, part.denominator),
        minutes=prorate(agreement.minutes, part.numerator, part.denominator),
        created_at=now,
    )


def _insert(batch: Sequence[Period]) -> int:
    if not batch:
        return 0
    before = Period.objects.filter(pk__in=[row.pk for row in batch])
    Period.objects.bulk_create(batch, ignore_conflicts=True)
    return before.count()


def period_on(agreement: Agreement, day: date) -> Period | None:
    """The stored period that contains a day."""
    return agreement.periods.filter(starts_on__lte=day, ends_on__gt=day).first()


def latest(agreement: Agreement) -> Period | None:
    """The newest stored period."""
    return agreement.periods.order_by("-starts_on").first()


def next_starts(agreements: Iterable[Agreement], today: date) -> dict[UUID, date]:
    """The next day on which each running agreement is charged; those that are not charged again are left out."""
    found: dict[UUID, date] = {}
    for agreement in agreements:
        if agreement.state != AgreementState.ACTIVE:
            continue
        horizon = max(today, agreement.starts_on) + timedelta(days=370)
        span = next((s for s in spans(agreement, until=horizon) if s.start > today), None)
        if span:
            found[agreement.pk] = span.start
    return found


def upcoming(agreements: Iterable[Agreement], today: date, days: int = 30) -> list[Upcoming]:
    """What starts, and so is charged, in the days after today; soonest first."""
    until = today + timedelta(days=days)
    found = [
        Upcoming(agreement, span.start)
        for agreement in agreements
        for span in spans(agreement, until=until)
        if span.start > today
    ]
    return sorted(found, key=lambda item: (item.starts_on, str(item.agreement.pk)))
