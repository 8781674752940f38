"""Opens the periods of running agreements, and finds present and coming periods (rules 1 to 5)."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement, Amendment, Pause, Period
from agreements.rules.intervals import Interval
from agreements.rules.schedule import PeriodSpan, index_before, periods
from agreements.rules.states import RUNNING_STATES, AgreementState, PeriodState
from agreements.rules.terms import Renews
from agreements.running import effective_terms
from agreements.running.billing_hold import free_billable, hold_not_billable
from core.dates import local_day, local_instant
from core.jobs import batches
from core.jobs.set_aside import Step, without_waiting
from core.models import Business
from core.money import prorate

log = logging.getLogger(__name__)
#: What is raised where a stored value does not have its form, as after a restore.
UNREADABLE = (LookupError, TypeError, ValueError, ArithmeticError)
BATCH = 500  # agreements whose periods are opened in one transaction
OPEN = Step(
    "open_periods",
    "billing.tasks.bill",
    _("Open the next billing period"),
    Agreement,
    title="client__name",
    page=("agreement", "pk"),
    hold=lambda pk: hold_not_billable(pk=pk),
    free=lambda pk: free_billable(pk=pk),
)


def period_spans(agreement: Agreement, *, until: date, first: int = 0) -> Iterable[PeriodSpan]:
    """The periods of an agreement that start on or before `until`, from number `first` on."""
    return periods(
        agreement.starts_on,
        agreement.anchor_day,
        Interval(agreement.interval),
        end=agreement.ends_on,
        until=until,
        first=first,
    )


def due_at(agreement: Agreement, span: PeriodSpan) -> datetime:
    """When a period is billed: on its first day at the agreement's local billing hour (rule 4).

    The first period is billed from midnight on, because the client has just signed.
    """
    hour = agreement.charge_hour if span.index else 0
    return local_instant(span.start, hour, agreement.time_zone)


def scope_filter(only: Agreement | Business | None, path: str) -> Q:
    """A filter that limits a job to one agreement, to one business, or not at all.

    `path` is the lookup that leads from the filtered model to the agreement's id.
    """
    if only is None:
        return Q()
    return Q(business=only) if isinstance(only, Business) else Q(**{path: only.pk})


def open_due(*, now: datetime, only: Agreement | Business | None = None) -> int:
    """Insert the periods whose first day has come in the client's time zone; returns how many.

    Each period is inserted once, even if the job runs late, twice, or in two workers at once.
    """
    # A paused agreement has periods too, which are not billed. An agreement that has ended since
    # the last run may still lack periods before its end.
    states = (*RUNNING_STATES, AgreementState.ENDED)
    due = Agreement.objects.filter(scope_filter(only, "pk"), state__in=states, opens_at__lte=now)
    oldest = without_waiting(due, OPEN, now).order_by("opens_at", "pk").values_list("pk", flat=True)
    inserted, seen = 0, set[UUID]()
    while ids := [pk for pk in oldest.all()[:BATCH] if pk not in seen]:
        inserted += batches.run(OPEN, ids, lambda batch: _open(batch, now), now=now)
        if len(ids) < BATCH:
            break
        seen.update(ids)
    return inserted


def unopened(business: Business, *, until: datetime) -> list[Period]:
    """The periods that the job will open up to `until`, exactly as it will, but unsaved.

    Those after a term that may renew are in `after_renewals`. The number of queries does not depend
    on the number of agreements.
    """
    states = (*RUNNING_STATES, AgreementState.ENDED)
    due = Agreement.objects.filter(business=business, state__in=states, opens_at__lte=until)
    rows = without_waiting(due, OPEN, until).select_related("client")
    agreements = effective_terms.load_amendments(rows.annotate(opened=Count("periods")))
    pauses = Pause.objects.by_agreement(row.pk for row in agreements)
    return _of_each(agreements, lambda row: _missing(row, pauses.get(row.pk, []), until))


def after_renewals(business: Business, *, until: datetime) -> list[Period]:
    """The periods up to `until` that follow if each term that can renew does; unsaved."""
    renewing = Agreement.objects.filter(
        business=business, state__in=RUNNING_STATES, ends_on__lte=until.date()
    ).exclude(renews=Renews.NO)
    agreements = effective_terms.load_amendments(renewing.select_related("client"))
    pauses = Pause.objects.by_agreement(row.pk for row in agreements)
    return _of_each(
        agreements,
        lambda row: [
            _unsaved(row, pauses.get(row.pk, []), span, until)
            for span in _after_the_term(row, date.min, local_day(until, row.time_zone))
        ],
    )


def _of_each(
    agreements: Iterable[Agreement], find: Callable[[Agreement], list[Period]]
) -> list[Period]:
    """What is found for each agreement; one whose stored values cannot be read is left out."""
    found = []
    for row in agreements:
        try:
            found += find(row)
        except UNREADABLE:
            log.exception("The periods of agreement %s cannot be computed.", row.pk)
    return found


def _open(ids: Sequence[UUID], now: datetime) -> int:
    """Insert the periods of these agreements that are missing, and set when the next ones open."""
    rows = Agreement.objects.filter(pk__in=ids).defer("terms", "tier")
    agreements = list(rows.annotate(opened=Count("periods")))
    effective_terms.load_amendments(agreements)
    pauses = Pause.objects.by_agreement(ids)
    inserted = _insert(
        [
            row
            for agreement in agreements
            for row in _missing(agreement, pauses.get(agreement.pk, []), now)
        ]
    )
    for agreement in agreements:
        agreement.opens_at = next_opening(agreement, now)
    Agreement.objects.bulk_update(agreements, ["opens_at"])
    return inserted


def next_opening(agreement: Agreement, now: datetime) -> datetime | None:
    """When the next period after today starts, at the client's midnight; None where none does."""
    today = local_day(now, agreement.time_zone)
    horizon = max(today, agreement.starts_on) + timedelta(days=370)
    upcoming_spans = _spans_after(agreement, today, horizon)
    span = next((span for span in upcoming_spans if span.start > today), None)
    if span is None:
        return None
    midnight = local_instant(span.start, 0, agreement.time_zone)
    # Where the clock is set back over midnight, the midnight of that day may be past already.
    return max(midnight, now + timedelta(minutes=1))


def _spans_after(agreement: Agreement, today: date, until: date) -> Iterable[PeriodSpan]:
    """The periods from shortly before `today` on, without computing those of earlier years."""
    interval = Interval(agreement.interval)
    first = index_before(agreement.starts_on, interval, today)
    return _spans(
        agreement.starts_on, agreement.anchor_day, interval, agreement.ends_on, until, first
    )


@lru_cache(4096)
def _spans(
    start: date, anchor_day: int, interval: Interval, end: date | None, until: date, first: int
) -> tuple[PeriodSpan, ...]:
    """The periods of all agreements with these dates, which a page asks for again and again."""
    return tuple(periods(start, anchor_day, interval, end=end, until=until, first=first))


def _missing(agreement: Agreement, pauses: Sequence[Pause], now: datetime) -> list[Period]:
    """The periods up to today that are not stored yet, unsaved."""
    today = local_day(now, agreement.time_zone)
    first = agreement.opened  # type: ignore[attr-defined]  # annotated
    return [
        _unsaved(agreement, pauses, span, now)
        for span in period_spans(agreement, until=today, first=first)
    ]


def _unsaved(
    agreement: Agreement, pauses: Sequence[Pause], span: PeriodSpan, now: datetime
) -> Period:
    """A period with its prorated fee and minutes frozen into it.

    A period without a fee, or that starts during a pause, is skipped by billing; during a pause it
    includes no time either.
    """
    part, terms = span.fraction, effective_terms.billed_terms_on(agreement, span.start)
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
    """Insert the periods that no other worker has inserted in the meantime; the number inserted."""
    if not batch:
        return 0
    # Evaluated after the insert: the ids are new, so this counts the rows that were not ignored.
    own = Period.objects.filter(pk__in=[row.pk for row in batch])
    Period.objects.bulk_create(batch, ignore_conflicts=True)
    return own.count()


def period_on(agreement: Agreement, day: date) -> Period | None:
    """The stored period that contains `day`, or None."""
    return agreement.periods.filter(starts_on__lte=day, ends_on__gt=day).first()


def next_spans(agreements: Iterable[Agreement], today: date) -> dict[UUID, PeriodSpan]:
    """The next billed period after today of each running agreement, by agreement id.

    Agreements without one are left out.
    """
    return {
        agreement.pk: span for agreement, span in _billed(agreements, today, 370, only_next=True)
    }


def next_starts(agreements: Iterable[Agreement], today: date) -> dict[UUID, date]:
    """The first day of the next billed period of each running agreement, by agreement id.

    Agreements that are not billed again are left out.
    """
    return {pk: span.start for pk, span in next_spans(agreements, today).items()}


def coming_spans(
    agreements: Iterable[Agreement], today: date, until: date
) -> list[tuple[Agreement, PeriodSpan]]:
    """Every period that running agreements bill after today and up to `until`, soonest first.

    An agreement that can renew is followed beyond the end of its term. Pauses are left out. The
    number of queries does not depend on the number of agreements.
    """
    rows = sorted(agreements, key=lambda row: str(row.pk))
    found = list(_billed(rows, today, (until - today).days))
    found += [(row, span) for row in rows for span in _after_the_term(row, today, until)]
    return sorted(found, key=lambda pair: pair[1].start)


def _after_the_term(agreement: Agreement, today: date, until: date) -> Iterator[PeriodSpan]:
    """The periods up to `until` that begin once the term has ended, if it can renew."""
    ends_on = agreement.ends_on
    if not ends_on or agreement.renews == Renews.NO or agreement.state not in RUNNING_STATES:
        return
    interval = Interval(agreement.interval)
    first = index_before(agreement.starts_on, interval, ends_on)
    for span in periods(
        agreement.starts_on, agreement.anchor_day, interval, until=until, first=first
    ):
        if span.start >= ends_on and span.start > today:
            yield span


def _billed(
    agreements: Iterable[Agreement], today: date, days: int, *, only_next: bool = False
) -> Iterator[tuple[Agreement, PeriodSpan]]:
    """The periods of running agreements that start after today and outside of any pause.

    They start within `days` after today. With `only_next`, only the first of each agreement is
    returned, and `days` count from the agreement's start or the end of its last pause if that is
    later, so that it is found however far ahead it is.
    """
    running = [row for row in agreements if row.state in RUNNING_STATES]
    pauses = Pause.objects.by_agreement(row.pk for row in running)
    for row in running:
        own_pauses = pauses.get(row.pk, [])
        horizon = max(
            [today, row.starts_on, *(pause.ends_on for pause in own_pauses if pause.ends_on)]
            if only_next
            else [today]
        )
        for span in _spans_after(row, today, horizon + timedelta(days=days)):
            if span.start > today and not any(pause.covers(span.start) for pause in own_pauses):
                yield row, span
                if only_next:
                    break
