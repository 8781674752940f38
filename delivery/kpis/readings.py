"""Writes a batch of readings, all of them or none, and says what is wrong with each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.models import Period
from core.dates import local_day
from core.models import Business
from delivery.kpis import kpi_changes, unusual_readings
from delivery.kpis.kpi_changes import ReadingValue, WrittenReading
from delivery.models import Kpi, Report
from delivery.rules.errors import BadReadings
from delivery.rules.kpi_pace import CENT
from delivery.rules.states import ReportState

LARGEST = Decimal(10) ** 12  # values stay below it: the database column has twelve digits


class Refusal(StrEnum):
    """Why a reading is refused."""

    UNKNOWN = "unknown_kpi"
    RETIRED = "retired_kpi"
    VALUE = "bad_value"
    FUTURE = "in_the_future"
    NO_PERIOD = "no_period"
    CLOSED = "period_closed"
    TWICE = "twice"


@dataclass(frozen=True)
class SubmittedReading:
    """A reading as it was submitted."""

    kpi: UUID
    on: date
    value: Decimal


@dataclass(frozen=True)
class BadReading:
    """The reading at position `place` (from 0) is refused for the reason `why`."""

    place: int
    why: Refusal

    @property
    def words(self) -> str:
        """The reason in a sentence, in the active language."""
        return {
            Refusal.UNKNOWN: _("There is no such KPI."),
            Refusal.RETIRED: _("This KPI is no longer measured."),
            Refusal.VALUE: _("A value has at most two decimals and twelve digits before them."),
            Refusal.FUTURE: _("This day has not come yet."),
            Refusal.NO_PERIOD: _("No period of the agreement holds this day."),
            Refusal.CLOSED: _(
                "The report about this day was sent. Its numbers can no longer change."
            ),
            Refusal.TWICE: _("This KPI and day are there twice, with different values."),
        }[self.why]


def write_batch(
    *,
    business: Business,
    wanted: Sequence[SubmittedReading],
    now: datetime,
    actor: str,
    source: str,
) -> list[WrittenReading]:
    """Write the readings in one transaction; return the results in the order given.

    Writing the same readings again changes nothing. Nobody is asked about values that are far from
    what is usual; the results say so. Raises BadReadings.
    """
    with transaction.atomic():
        values = check_batch(business=business, wanted=wanted, now=now)
        unusual = unusual_readings.notes(values)
        unique = {(value.kpi.pk, value.on): value for value in values}
        results = {
            (key := (result.reading.kpi_id, result.reading.on)): replace(
                result, unusual=unusual.get(key, "")
            )
            for result in kpi_changes.write_readings(
                list(unique.values()), now=now, actor=actor, source=source
            )
        }
        return [results[value.kpi.pk, value.on] for value in values]


def check_batch(
    *, business: Business, wanted: Sequence[SubmittedReading], now: datetime
) -> list[ReadingValue]:
    """Return what would be written, in a fixed number of queries.

    Raises BadReadings with everything that is wrong.
    """
    kpis = Kpi.objects.filter(
        business=business, pk__in={reading.kpi for reading in wanted}
    ).select_related("agreement")
    kpi_by_id = {kpi.pk: kpi for kpi in kpis.defer("agreement__terms", "agreement__tier")}
    periods = _periods(list(kpi_by_id.values()), wanted)
    values: dict[tuple[UUID, date], Decimal] = {}
    accepted: list[ReadingValue] = []
    refused: list[BadReading] = []
    for index, reading in enumerate(wanted):
        # `match` is the period of the reading's day, and whether its report was sent.
        kpi, match = kpi_by_id.get(reading.kpi), None
        if kpi:
            own_periods = periods.get(kpi.agreement_id, [])
            match = next(
                (row for row in own_periods if row[0].starts_on <= reading.on < row[0].ends_on),
                None,
            )
        why = _why_not(reading, kpi, match, now)
        if (
            why is None
            and values.setdefault((reading.kpi, reading.on), reading.value) != reading.value
        ):
            why = Refusal.TWICE
        if why:
            refused.append(BadReading(index, why))
        elif kpi and match:
            accepted.append(ReadingValue(kpi, match[0], reading.on, as_stored(reading.value)))
    if refused:
        raise BadReadings(refused)
    return accepted


def fits_column(value: Decimal) -> bool:
    """Whether the database column holds the value exactly.

    The size is compared before anything is computed, because 1e999999999 is a valid Decimal too.
    """
    return value.is_finite() and -LARGEST < value < LARGEST and value == as_stored(value)


def as_stored(value: Decimal) -> Decimal:
    """Return the value as the database returns it: 1E+3 is 1000.00, and -0 is 0."""
    return value.quantize(CENT) + 0


def _periods(
    kpis: Sequence[Kpi], wanted: Sequence[SubmittedReading]
) -> dict[UUID, list[tuple[Period, bool]]]:
    """Return each agreement's periods that may contain one of the days.

    With each period comes whether its report was sent.
    """
    days = [reading.on for reading in wanted]
    periods: dict[UUID, list[tuple[Period, bool]]] = {}
    if not kpis:
        return periods
    agreements = {kpi.agreement_id for kpi in kpis}
    matching = Period.objects.filter(
        agreement__in=agreements, starts_on__lte=max(days), ends_on__gt=min(days)
    )
    # The lock keeps a report from being sent while its readings are written.
    reports = Report.objects.select_for_update().filter(period__in=matching)
    sent = {report.period_id for report in reports if report.state == ReportState.SENT}
    for period in matching:
        periods.setdefault(period.agreement_id, []).append((period, period.pk in sent))
    return periods


def _why_not(
    reading: SubmittedReading, kpi: Kpi | None, match: tuple[Period, bool] | None, now: datetime
) -> Refusal | None:
    """Return why a reading is refused, None if it is not; `match` is its period, if any."""
    if kpi is None:
        return Refusal.UNKNOWN
    if kpi.retired_at:
        return Refusal.RETIRED
    if not fits_column(reading.value):
        return Refusal.VALUE
    if reading.on > local_day(now, kpi.agreement.time_zone):
        return Refusal.FUTURE
    if match is None:
        return Refusal.NO_PERIOD
    return Refusal.CLOSED if match[1] else None
