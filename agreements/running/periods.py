"""Opens the periods of running agreements, and answers which one a day belongs to (rules 1–5)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from agreements.models import Agreement, Amendment, Pause, Period
from agreements.rules.schedule import Interval, PeriodSpan, index_before, periods
from agreements.rules.states import RUNS, AgreementState, PeriodState
from agreements.running import effective_terms
from core.dates import local_day, local_instant
from core.models import Business
from core.money import prorate

BATCH = 500


@dataclass(frozen=True)
class Upcoming:
    """A period that has not begun."""

    agreement: Agreement
    starts_on: date
    terms: Agreement | Amendment


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


def only_of(only: Agreement | Business | None, path: str) -> Q:
    """Narrows a job to one agreement (at the end of `path`), to one business, or not at all."""
    if only is None:
        return Q()
    return Q(business=only) if isinstance(only, Business) else Q(**{path: only.pk})


def open_due(*, now: datetime, only: Agreement | Business | None = None) -> int:
    """Insert the periods whose first day has come. Twice, late, or two at once: each is there once."""
    made = 0
    while batch := list(_to_open(now, only)):
        with transaction.atomic():
            effective_terms.load(batch)
            pauses = Pause.objects.by_agreement(agreement.pk for agreement in batch)
            rows = [
                row
                for agreement in batch
                for row in _missing(agreement, pauses.get(agreement.pk, []), now)
            ]
            made += _insert(rows)
            for agreement in batch:
                agreement.opens_at = next_opening(agreement, now)
            Agreement.objects.bulk_update(batch, ["opens_at"])
        if len(batch) < BATCH:
            break
    return made


def next_opening(agreement: Agreement, now: datetime) -> datetime | None:
    """The midnight at the client's at which the next period after today begins; None where none follows."""
    today = local_day(now, agreement.time_zone)
    horizon = max(today, agreement.starts_on) + timedelta(days=370)
    span = next((s for s in _spans_after(agreement, today, horizon) if s.start > today), None)
    if span is None:
        return None
    midnight = local_instant(span.start, 0, agreement.time_zone)
    return max(
        midnight, now + timedelta(minutes=1)
    )  # where the clock goes back over midnight it is not today's


def _spans_after(agreement: Agreement, today: date, until: date) -> Iterable[PeriodSpan]:
    """The spans from shortly before `today` on: a long life is not walked from its first day."""
    first = index_before(agreement.starts_on, Interval(agreement.interval), today)
    return spans(agreement, until=until, first=first)


def _to_open(now: datetime, only: Agreement | Business | None) -> QuerySet[Agreement]:
    # What is paused has its periods too, unbilled; what ended meanwhile still owes the months before.
    ran = (*RUNS, AgreementState.ENDED)
    found = Agreement.objects.filter(state__in=ran, opens_at__lte=now)
    found = found.filter(only_of(only, "pk"))
    ids = list(found.order_by("opens_at", "pk").values_list("pk", flat=True)[:BATCH])
    rows = (
        Agreement.objects.filter(pk__in=ids)
        .defer("terms", "tier")
        .annotate(opened=Count("periods"))
    )
    return rows if ids else rows.none()


def _missing(agreement: Agreement, pauses: Sequence[Pause], now: datetime) -> list[Period]:
    today = local_day(now, agreement.time_zone)
    first = agreement.opened  # type: ignore[attr-defined]  # annotated
    return [
        _period(agreement, pauses, span, now) for span in spans(agreement, until=today, first=first)
    ]


def _period(
    agreement: Agreement, pauses: Sequence[Pause], span: PeriodSpan, now: datetime
) -> Period:
    part, terms = span.fraction, effective_terms.billed_on(agreement, span.start)
    amount = prorate(terms.amount, part.numerator, part.denominator)
    pause = next((pause for pause in pauses if pause.covers(span.start)), None)
    return Period(
        business_id=agreement.business_id,
        agreement=agreement,
        amendment=terms if isinstance(terms, Amendment) else None,
        index=span.index,
        starts_on=span.start,
        ends_on=span.end,
        due_at=due_at(agreement, span),
        state=PeriodState.DUE if amount and not pause else PeriodState.SKIPPED,
        skipped_because=pause.reason if pause else "",
        currency=agreement.currency,
        amount=amount,
        minutes=0 if pause else prorate(terms.minutes, part.numerator, part.denominator),
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


def next_spans(agreements: Iterable[Agreement], today: date) -> dict[UUID, PeriodSpan]:
    """The next period after today of each running agreement that is billed; those without one are left out."""
    return {
        agreement.pk: span for agreement, span in _billed(agreements, today, 370, only_next=True)
    }


def next_starts(agreements: Iterable[Agreement], today: date) -> dict[UUID, date]:
    """The next day on which each running agreement is charged; those that are not charged again are left out."""
    return {pk: span.start for pk, span in next_spans(agreements, today).items()}


def upcoming(agreements: Iterable[Agreement], today: date, days: int = 30) -> list[Upcoming]:
    """What starts, and so is charged, in the days after today; soonest first."""
    billed = _billed(effective_terms.load(agreements), today, days)
    found = [
        Upcoming(agreement, span.start, effective_terms.billed_on(agreement, span.start))
        for agreement, span in billed
    ]
    return sorted(found, key=lambda item: (item.starts_on, str(item.agreement.pk)))


def _billed(
    agreements: Iterable[Agreement], today: date, days: int, *, only_next: bool = False
) -> Iterator[tuple[Agreement, PeriodSpan]]:
    """The spans that begin in the days after today, or after a start that is later, and in no pause."""
    run = [row for row in agreements if row.state in RUNS]
    pauses = Pause.objects.by_agreement(row.pk for row in run)
    for row in run:
        own = pauses.get(row.pk, [])
        horizon = max(
            [today, row.starts_on, *(pause.ends_on for pause in own if pause.ends_on)]
            if only_next
            else [today]
        )
        for span in _spans_after(row, today, horizon + timedelta(days=days)):
            if span.start > today and not any(pause.covers(span.start) for pause in own):
                yield row, span
                if only_next:
                    break
