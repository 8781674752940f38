"""Adds, changes and retires the KPIs of an agreement, and writes their readings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from agreements.models import Agreement, Period
from core import audit
from core.audit import UNSEEN, Origin
from core.errors import RuleError
from delivery.models import Kpi, Reading
from delivery.models.kpi import KpiKind, Source
from delivery.rules.kpi_pace import USUAL_SHAPES


@dataclass(frozen=True)
class ReadingValue:
    """The value of a KPI on a day of a period."""

    kpi: Kpi
    period: Period
    on: date
    value: Decimal


@dataclass(frozen=True)
class WrittenReading:
    """The reading that counts after a write.

    `was` is the reading that it corrects. `is_new` is False when the same reading existed already.
    `unusual` says that its value is far from what is usual; "" if it is not.
    """

    reading: Reading
    was: Reading | None
    is_new: bool
    unusual: str = ""


def add_kpi(
    *,
    agreement: Agreement,
    name: str,
    unit: str,
    baseline: Decimal,
    target: Decimal,
    less_is_better: bool,
    now: datetime,
    kind: str = KpiKind.OWN,
    shape: str = "",
) -> Kpi:
    """Add a KPI to an agreement; without a `shape` it gets the usual one of its kind.

    Raises RuleError when the agreement has a KPI with this name.
    """
    kpi = Kpi(
        business_id=agreement.business_id,
        agreement=agreement,
        name=name,
        kind=kind,
        shape=shape or USUAL_SHAPES[kind],
        unit=unit,
        baseline=baseline,
        target=target,
        less_is_better=less_is_better,
        created_at=now,
    )
    return _save(kpi)


def change_kpi(
    *, kpi: Kpi, actor: str, now: datetime, origin: Origin = UNSEEN, **fields: Any
) -> Kpi:
    """Change fields of a KPI; reports that were sent keep the old ones.

    What changed is written to the agreement's audit record. Raises RuleError when the agreement has
    another KPI with this name.
    """
    new_values = {name: value for name, value in fields.items() if getattr(kpi, name) != value}
    if not new_values:
        return kpi
    old_values, name = {field: getattr(kpi, field) for field in new_values}, kpi.name
    for field, value in new_values.items():
        setattr(kpi, field, value)
    with transaction.atomic():
        _save(kpi)
        data = {"kpi": name, "from": _as_text(old_values), "to": _as_text(new_values)}
        _audit(kpi, "kpi_changed", actor, now, origin, data)
    return kpi


def retire_kpi(
    *, kpi: Kpi, actor: str, now: datetime, origin: Origin = UNSEEN, again: bool = False
) -> Kpi:
    """Stop measuring a KPI from the next period on, or with `again` resume measuring it.

    Its readings are kept.
    """
    with transaction.atomic():
        if Kpi.objects.filter(pk=kpi.pk, retired_at__isnull=not again).update(
            retired_at=None if again else now
        ):
            _audit(
                kpi,
                "kpi_taken_up" if again else "kpi_retired",
                actor,
                now,
                origin,
                {"kpi": kpi.name},
            )
    kpi.refresh_from_db()
    return kpi


def write_reading(
    *,
    kpi: Kpi,
    period: Period,
    value: Decimal,
    on: date,
    now: datetime,
    actor: str = "",
    source: str = Source.HAND,
) -> Reading:
    """Write the reading of a KPI on a day; return the reading that counts.

    A second reading of the same day corrects the first, which is kept as history.
    """
    with transaction.atomic():
        return write_readings(
            [ReadingValue(kpi, period, on, value)], now=now, actor=actor, source=source
        )[0].reading


def write_readings(
    values: Sequence[ReadingValue], *, now: datetime, actor: str, source: str
) -> list[WrittenReading]:
    """Write several readings, in the caller's transaction and in a fixed number of queries.

    A reading that exists with the same value stays as it is; one with another value is voided and
    replaced. `values` may hold each KPI and day only once.
    """
    kpis = {value.kpi.pk for value in values}
    # The locks, in one order, keep two writers from both seeing no reading on the same day.
    list(Kpi.objects.select_for_update().filter(pk__in=kpis).order_by("pk").values_list("pk"))
    existing: dict[tuple[UUID, date], Reading] = {
        (reading.kpi_id, reading.on): reading
        for reading in Reading.objects.filter(kpi__in=kpis, on__in={value.on for value in values})
    }
    written = [
        _outcome(value, existing.get((value.kpi.pk, value.on)), now, actor, source)
        for value in values
    ]
    corrected = [result.was.pk for result in written if result.was]
    Reading.objects.filter(pk__in=corrected).update(voided_at=now)
    Reading.history.bulk_create([result.reading for result in written if result.is_new])
    return written


def _outcome(
    value: ReadingValue, was: Reading | None, now: datetime, actor: str, source: str
) -> WrittenReading:
    """Return what a write of `value` results in; `was` is the day's current reading."""
    if was and was.value == value.value:
        return WrittenReading(was, None, is_new=False)
    reading = Reading(
        business_id=value.kpi.business_id,
        kpi=value.kpi,
        period=value.period,
        value=value.value,
        on=value.on,
        source=source,
        actor=actor[:200],
        replaces=was,
        created_at=now,
    )
    return WrittenReading(reading, was, is_new=True)


def _as_text(fields: dict[str, Any]) -> str:
    """Return field names and values in one line, for the audit record."""
    return ", ".join(f"{field} {value}" for field, value in fields.items())


def _save(kpi: Kpi) -> Kpi:
    """Save the KPI. Raises RuleError when its name is taken."""
    try:
        with transaction.atomic():
            kpi.save()
    except IntegrityError:
        raise RuleError(_("There is a KPI with this name already."), field="name") from None
    return kpi


def _audit(
    kpi: Kpi, event: str, actor: str, now: datetime, origin: Origin, data: dict[str, Any]
) -> None:
    """Write an event to the agreement's audit record."""
    audit.record(
        business=kpi.business,
        chain_id=kpi.agreement_id,
        event=event,
        actor=actor,
        now=now,
        origin=origin,
        data=data,
    )
