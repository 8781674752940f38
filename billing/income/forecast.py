"""The forecast of a business: what the job will ask, and 500 futures of what arrives (rule 63).

It is computed at night, and kept for its day. A small business gets it at once where something has
changed; a large one reads the last one until a worker has made the next.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.core.cache import cache

from agreements.changing.end import can_end
from agreements.models import Agreement, Pause
from agreements.rules.intervals import Interval
from agreements.rules.states import RUNNING_STATES
from agreements.rules.terms import CollectBy
from billing.income import guaranteed
from billing.income.coming_invoices import ComingInvoice, coming_invoices
from billing.income.track_record import KNOWN, experience
from billing.models import Collection, Invoice, NextLine, PaymentMethod
from billing.rules import futures
from billing.rules.experience import Experience, Payments
from billing.rules.futures import Asked, Stream
from billing.rules.states import CollectionState
from core import nudge
from core.database.ids import new_id
from core.dates import add_months, local_day, local_instant, month_of
from core.digest import digest
from core.jobs import set_aside
from core.models import Business

PREVIEWED = 30  # days in which it is the same as the preview of the billing run
AT_ONCE = 40  # agreements up to which a page waits for the forecast
KEPT = 3 * 24 * 3600  # seconds
BUSY = 15 * 60  # seconds after which another worker may begin the same forecast
RUNG = 5 * 60  # seconds in which a worker is asked once, however often the page is opened
TASK = "billing.tasks.forecast"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Expectation:
    """One row behind a forecast: what is asked of an agreement on a day, or is open already.

    `invoice` is a one-off invoice, where no agreement is behind it.
    """

    agreement: UUID | None
    invoice: UUID | None
    client: str
    title: str
    currency: str
    on: date
    amount: int
    to_pay: int
    is_open: bool
    is_renewal: bool


@dataclass(frozen=True)
class Forecast:
    """A forecast made on the day `today`; amounts are minor units before tax, by currency.

    `totals` has a list of months for each future. `soon` is what the job asks in the next thirty
    days, with tax, as the preview says. `stamp` is what the business was like.
    """

    today: date
    made_at: datetime
    stamp: str
    seen: Experience
    asked: dict[str, list[int]]
    totals: dict[str, list[list[int]]]
    soon: dict[str, int]
    rows: list[Expectation]

    def rows_of(self, month: date) -> list[Expectation]:
        """What is asked or waited for in the month that begins on a day."""
        return [row for row in self.rows if row.on.replace(day=1) == month]

    def overdue(self) -> dict[str, int]:
        """What has been waited for since an earlier month, by currency."""
        first, sums = month_of(self.today), defaultdict[str, int](int)
        for row in self.rows:
            if row.on < first:
                sums[row.currency] += row.amount
        return dict(sums)


def latest(business: Business, signed: Sequence[Agreement], *, now: datetime) -> Forecast | None:
    """Return the newest forecast; None while a worker makes the first one.

    `signed` are the agreements of `guaranteed.signed_agreements`.
    """
    today = local_day(now, business.time_zone)
    kept: Forecast | None = cache.get(_key(business))
    stamp = _stamp(business, signed)
    if kept and kept.today == today and kept.stamp == stamp:
        return kept
    if sum(row.state in RUNNING_STATES for row in signed) <= AT_ONCE:
        return make(business, now=now, stamp=stamp)
    if cache.add(f"{_key(business)}-rung", 1, RUNG):
        nudge.ring(TASK, str(business.pk))
    return kept


def make(business: Business, *, now: datetime, stamp: str = "") -> Forecast:
    """Compute the forecast and keep it."""
    today = local_day(now, business.time_zone)
    until = local_instant(futures.end_of_forecast(today), 0, business.time_zone)
    rows = coming_invoices(business, until=until)
    streams = _streams(rows, today)
    seen = experience(business, today)
    seed = f"{business.pk} {today}"
    soon: dict[str, int] = defaultdict(int)
    for row in coming_invoices(business, until=now + timedelta(days=PREVIEWED)):
        if row.will_be_asked and not row.term:
            soon[row.source.currency] += row.to_pay
    made = Forecast(
        today=today,
        made_at=now,
        stamp=stamp or _stamp(business, guaranteed.signed_agreements(business)),
        seen=seen,
        asked=_asked(streams, rows, today),
        totals=futures.futures(streams, seen, today, seed=seed),
        soon=dict(soon),
        rows=[_expectation(row) for row in rows if row.amount],
    )
    cache.set(_key(business), made, KEPT)
    return made


def make_one(pk: str, *, now: datetime) -> None:
    """Compute the forecast of one business, unless another worker is at it."""
    business = Business.objects.filter(pk=pk).first()
    if business and cache.add(f"{_key(business)}-busy", str(new_id()), BUSY):
        try:
            make(business, now=now)
        finally:
            cache.delete(f"{_key(business)}-busy")


def make_all(*, now: datetime) -> int:
    """Compute the forecasts of all businesses that have agreements; returns how many.

    One that fails, because a stored value cannot be read, is logged and stops no other: the billing
    job sets that value aside with its reason.
    """
    made = 0
    running = Agreement.objects.filter(state__in=RUNNING_STATES, business__is_suspended=False)
    for business in Business.objects.filter(pk__in=running.values("business")).iterator():
        try:
            make(business, now=now)
            made += 1
        except Exception as error:
            if set_aside.ends_the_job(error):
                raise
            log.exception("There is no forecast of %s today.", business.pk)
    return made


def _key(business: Business) -> str:
    """Where a forecast is kept: elsewhere after an upgrade that gave it another shape."""
    kinds = (Forecast, Expectation, Experience, Payments)
    shape = digest([[field.name for field in fields(kind)] for kind in kinds])
    return f"income-forecast-{shape[:12]}-{business.pk}"


def _stamp(business: Business, signed: Sequence[Agreement]) -> str:
    """What a forecast depends on, briefly: agreements with their changes, and open invoices."""
    waiting = Collection.objects.filter(business=business).exclude(state=CollectionState.DONE)
    counts = [
        Pause.objects.filter(business=business).count(),
        NextLine.objects.filter(business=business, invoice__isnull=True).count(),
        PaymentMethod.objects.filter(business=business, removed_at__isnull=True).count(),
    ]
    return digest(
        [counts]
        + [
            [
                str(row.pk),
                row.state,
                str(row.ends_on),
                row.renews,
                row.parked_because,
                str(row.opens_at),
                [str(one.pk) for one in row.signed_amendments or ()],
            ]
            for row in sorted(signed, key=lambda row: str(row.pk))
        ]
        + [[str(pk), state] for pk, state in waiting.order_by("pk").values_list("pk", "state")]
    )


def _asked(
    streams: Sequence[Stream], rows: Iterable[ComingInvoice], today: date
) -> dict[str, list[int]]:
    """What each month brings if everybody stays and pays on the day, open invoices included."""
    sums = futures.asked_by_month(streams, today)
    months = futures.months_ahead(today)
    for row in rows:
        if not row.will_be_asked and row.on >= today:
            sums[row.source.currency][months.index(month_of(row.on))] += row.amount
    return sums


def _streams(rows: Iterable[ComingInvoice], today: date) -> list[Stream]:
    by_source: dict[UUID, list[ComingInvoice]] = defaultdict(list)
    for row in rows:
        by_source[row.source.pk].append(row)
    return [_stream(own, today) for own in by_source.values()]


def _stream(rows: Sequence[ComingInvoice], today: date) -> Stream:
    source = rows[-1].source  # of an invoice to come: its agreement, loaded as a whole
    stream = Stream(
        currency=source.currency,
        by_card=source.collect_by != CollectBy.TRANSFER,
        asked=[Asked(row.on, row.amount, row.term, row.retry) for row in rows if row.will_be_asked],
        notice_days=None,
        bound_until=today,
        waiting=[(row.issued_on or today, row.amount) for row in rows if not row.will_be_asked],
        is_lost=any(_is_lost(row, today) for row in rows),
    )
    if isinstance(source, Invoice):
        return stream
    is_open = can_end(source) and not source.ends_on and source.interval != Interval.ONCE
    return replace(
        stream,
        notice_days=source.notice_days if is_open else None,
        bound_until=add_months(source.starts_on, source.minimum_months),
    )


def _is_lost(row: ComingInvoice, today: date) -> bool:
    """Whether nobody expects an open invoice to be paid by itself any more."""
    if row.state == CollectionState.SENT and row.issued_on:
        return (today - row.issued_on).days > KNOWN
    return row.state == CollectionState.DUNNING


def _expectation(row: ComingInvoice) -> Expectation:
    source = row.source
    is_invoice = isinstance(source, Invoice)
    return Expectation(
        agreement=None if is_invoice else source.pk,
        invoice=source.pk if is_invoice else None,
        client=source.client.name,
        title=source.title,
        currency=source.currency,
        on=row.on,
        amount=row.amount,
        to_pay=row.to_pay,
        is_open=row.state is not None,
        is_renewal=row.term > 0,
    )
