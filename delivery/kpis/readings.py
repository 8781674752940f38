"""Takes readings from any door, all of them or none: what is wrong with each is said by its place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.models import Period
from core.dates import local_day
from core.models import Business
from delivery.kpis import measure
from delivery.kpis.measure import Value, Written
from delivery.models import Kpi, Report
from delivery.rules.errors import BadReadings
from delivery.rules.kpi_pace import CENT
from delivery.rules.states import ReportState

LARGEST = Decimal(10) ** 12  # not reached by any figure: the column's width


class No(StrEnum):
    """Why a reading is refused."""

    UNKNOWN = "unknown_kpi"
    RETIRED = "retired_kpi"
    VALUE = "bad_value"
    FUTURE = "in_the_future"
    NO_PERIOD = "no_period"
    CLOSED = "period_closed"
    TWICE = "twice"


@dataclass(frozen=True)
class Wanted:
    """A reading as somebody sent it."""

    kpi: UUID
    on: date
    value: Decimal


@dataclass(frozen=True)
class Bad:
    """What is wrong with the reading at `place` (from 0)."""

    place: int
    why: No

    @property
    def words(self) -> str:
        """In a sentence."""
        return {
            No.UNKNOWN: _("There is no such KPI."),
            No.RETIRED: _("This KPI is no longer measured."),
            No.VALUE: _("A value has at most two decimals and twelve digits before them."),
            No.FUTURE: _("This day has not come yet."),
            No.NO_PERIOD: _("No period of the agreement holds this day."),
            No.CLOSED: _("The report about this day was sent. Its figures can no longer change."),
            No.TWICE: _("This KPI and day are there twice, with different values."),
        }[self.why]


def write(
    *, business: Business, wanted: Sequence[Wanted], now: datetime, actor: str, source: str
) -> list[Written]:
    """All of them in one transaction, in the order given; the same ones again change nothing. Raises BadReadings."""
    with transaction.atomic():
        values = check(business=business, wanted=wanted, now=now)
        once = {(one.kpi.pk, one.on): one for one in values}
        done = {
            (each.reading.kpi_id, each.reading.on): each
            for each in measure.put(list(once.values()), now=now, actor=actor, source=source)
        }
        return [done[one.kpi.pk, one.on] for one in values]


def check(*, business: Business, wanted: Sequence[Wanted], now: datetime) -> list[Value]:
    """What would be written, in a fixed number of queries. Raises BadReadings with everything that is wrong."""
    kpis = Kpi.objects.filter(business=business, pk__in={one.kpi for one in wanted}).select_related(
        "agreement"
    )
    known = {row.pk: row for row in kpis.defer("agreement__terms", "agreement__tier")}
    periods = _periods(list(known.values()), wanted)
    values: dict[tuple[UUID, date], Decimal] = {}
    good: list[Value] = []
    bad: list[Bad] = []
    for place, one in enumerate(wanted):
        kpi, holds = known.get(one.kpi), None
        if kpi:
            own = periods.get(kpi.agreement_id, [])
            holds = next((row for row in own if row[0].starts_on <= one.on < row[0].ends_on), None)
        why = _why_not(one, kpi, holds, now)
        if why is None and values.setdefault((one.kpi, one.on), one.value) != one.value:
            why = No.TWICE
        if why:
            bad.append(Bad(place, why))
        elif kpi and holds:
            good.append(Value(kpi, holds[0], one.on, as_kept(one.value)))
    if bad:
        raise BadReadings(bad)
    return good


def fits(value: Decimal) -> bool:
    """Whether the column holds it exactly. Compared before anything is computed: 1e999999999 is a Decimal too."""
    return value.is_finite() and -LARGEST < value < LARGEST and value == as_kept(value)


def as_kept(value: Decimal) -> Decimal:
    """As the column gives it back: 1E+3 is 1000.00, and nothing is less than 0 by its sign alone."""
    return value.quantize(CENT) + 0


def _periods(
    kpis: Sequence[Kpi], wanted: Sequence[Wanted]
) -> dict[UUID, list[tuple[Period, bool]]]:
    """Of each agreement the periods that the wanted days can be in, and whether their report was sent."""
    days = [one.on for one in wanted]
    found: dict[UUID, list[tuple[Period, bool]]] = {}
    if not kpis:
        return found
    agreements = {row.agreement_id for row in kpis}
    rows = Period.objects.filter(
        agreement__in=agreements, starts_on__lte=max(days), ends_on__gt=min(days)
    )
    drafts = Report.objects.select_for_update().filter(
        period__in=rows
    )  # nobody sends one while we write
    sent = {row.period_id for row in drafts if row.state == ReportState.SENT}
    for row in rows:
        found.setdefault(row.agreement_id, []).append((row, row.pk in sent))
    return found


def _why_not(
    one: Wanted, kpi: Kpi | None, holds: tuple[Period, bool] | None, now: datetime
) -> No | None:
    if kpi is None:
        return No.UNKNOWN
    if kpi.retired_at:
        return No.RETIRED
    if not fits(one.value):
        return No.VALUE
    if one.on > local_day(now, kpi.agreement.time_zone):
        return No.FUTURE
    if holds is None:
        return No.NO_PERIOD
    return No.CLOSED if holds[1] else None
