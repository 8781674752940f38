"""KPIs of an agreement and their readings."""

from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from agreements.models import Agreement, Period
from core.errors import RuleError
from delivery.kpi import USUAL
from delivery.models import Kpi, Reading
from delivery.models.kpi import KpiKind, Source


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
    try:
        with transaction.atomic():
            return Kpi.objects.create(
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
    except IntegrityError:
        raise RuleError(_("There is a KPI with this name already."), field="name") from None


def read(
    *, kpi: Kpi, period: Period, value: Decimal, on: date, now: datetime, actor: str = "", source: str = Source.HAND
) -> Reading:
    """What it was on a day; reading that day again corrects it, and the row before is kept."""
    with transaction.atomic():
        Kpi.objects.select_for_update().get(pk=kpi.pk)
        there = Reading.objects.filter(kpi=kpi, on=on).first()
        if there and there.value == value:
            return there
        if there:
            Reading.objects.filter(pk=there.pk).update(voided_at=now)
        return Reading.objects.create(
            business_id=kpi.business_id, kpi=kpi, period=period, value=value, on=on, source=source, actor=actor,
            replaces=there, created_at=now,
        )  # fmt: skip
