"""KPIs of an agreement and their readings: added, changed, put away; and the one place that writes a reading."""

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
from delivery.rules.kpi_pace import USUAL


@dataclass(frozen=True)
class Value:
    """What a KPI was on a day of a period."""

    kpi: Kpi
    period: Period
    on: date
    value: Decimal


@dataclass(frozen=True)
class Written:
    """The reading that counts now; `was` is the one that it corrects, `is_new` false where it was there already."""

    reading: Reading
    was: Reading | None
    is_new: bool


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
    """A figure to move; without a `shape` what its kind usually is. Raises RuleError on a name that is taken."""
    kpi = Kpi(
        business_id=agreement.business_id,
        agreement=agreement,
        name=name,
        kind=kind,
        shape=shape or USUAL[kind],
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
    """Write new particulars; reports that were sent keep the old ones. What changed goes into the agreement's record.

    Raises RuleError on a name that is taken.
    """
    changed = {name: value for name, value in fields.items() if getattr(kpi, name) != value}
    if not changed:
        return kpi
    before, name = {field: getattr(kpi, field) for field in changed}, kpi.name
    for field, value in changed.items():
        setattr(kpi, field, value)
    with transaction.atomic():
        _save(kpi)
        data = {"kpi": name, "from": _told(before), "to": _told(changed)}
        _record(kpi, "kpi_changed", actor, now, origin, data)
    return kpi


def retire_kpi(
    *, kpi: Kpi, actor: str, now: datetime, origin: Origin = UNSEEN, again: bool = False
) -> Kpi:
    """Measure it no more, from the next period on; or `again`. What was read of it is kept."""
    with transaction.atomic():
        if Kpi.objects.filter(pk=kpi.pk, retired_at__isnull=not again).update(
            retired_at=None if again else now
        ):
            _record(
                kpi,
                "kpi_taken_up" if again else "kpi_retired",
                actor,
                now,
                origin,
                {"kpi": kpi.name},
            )
    kpi.refresh_from_db()
    return kpi


def read(
    *,
    kpi: Kpi,
    period: Period,
    value: Decimal,
    on: date,
    now: datetime,
    actor: str = "",
    source: str = Source.HAND,
) -> Reading:
    """What it was on a day; reading that day again corrects it, and the row before is kept."""
    with transaction.atomic():
        return put([Value(kpi, period, on, value)], now=now, actor=actor, source=source)[0].reading


def put(values: Sequence[Value], *, now: datetime, actor: str, source: str) -> list[Written]:
    """Write readings, in a transaction of the caller's and in a fixed number of queries. What stands on that day
    already stays where it is the same, and else is voided and replaced. One KPI and day may be there once."""
    kpis = {one.kpi.pk for one in values}
    list(Kpi.objects.select_for_update().filter(pk__in=kpis).order_by("pk").values_list("pk"))
    there: dict[tuple[UUID, date], Reading] = {
        (row.kpi_id, row.on): row
        for row in Reading.objects.filter(kpi__in=kpis, on__in={one.on for one in values})
    }
    found = [_written(one, there.get((one.kpi.pk, one.on)), now, actor, source) for one in values]
    old = [each.was.pk for each in found if each.was]
    Reading.objects.filter(pk__in=old).update(voided_at=now)
    Reading.history.bulk_create([each.reading for each in found if each.is_new])
    return found


def _written(one: Value, was: Reading | None, now: datetime, actor: str, source: str) -> Written:
    if was and was.value == one.value:
        return Written(was, None, is_new=False)
    made = Reading(
        business_id=one.kpi.business_id,
        kpi=one.kpi,
        period=one.period,
        value=one.value,
        on=one.on,
        source=source,
        actor=actor[:200],
        replaces=was,
        created_at=now,
    )
    return Written(made, was, is_new=True)


def _told(fields: dict[str, Any]) -> str:
    return ", ".join(f"{field} {value}" for field, value in fields.items())


def _save(kpi: Kpi) -> Kpi:
    try:
        with transaction.atomic():
            kpi.save()
    except IntegrityError:
        raise RuleError(_("There is a KPI with this name already."), field="name") from None
    return kpi


def _record(
    kpi: Kpi, event: str, actor: str, now: datetime, origin: Origin, data: dict[str, Any]
) -> None:
    audit.record(
        business=kpi.business,
        chain_id=kpi.agreement_id,
        event=event,
        actor=actor,
        now=now,
        origin=origin,
        data=data,
    )
