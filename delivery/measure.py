"""KPIs of an agreement and their readings."""

from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from agreements.models import Agreement, Period
from core.errors import RuleError
from delivery.models import Kpi, Reading


def add_kpi(
    *,
    agreement: Agreement,
    name: str,
    unit: str,
    baseline: Decimal,
    target: Decimal,
    less_is_better: bool,
    now: datetime,
) -> Kpi:
    """A figure to move. Raises RuleError where the agreement has one of that name."""
    try:
        with transaction.atomic():
            return Kpi.objects.create(
                business_id=agreement.business_id,
                agreement=agreement,
                name=name,
                unit=unit,
                baseline=baseline,
                target=target,
                less_is_better=less_is_better,
                created_at=now,
            )
    except IntegrityError:
        raise RuleError(_("There is a KPI with this name already."), field="name") from None


def read(*, kpi: Kpi, period: Period, value: Decimal, on: date, now: datetime) -> Reading:
    """What it was at a period's latest reading; reading again corrects it."""
    row, _made = Reading.objects.update_or_create(
        kpi=kpi,
        period=period,
        defaults={"value": value, "on": on},
        create_defaults={"value": value, "on": on, "business_id": kpi.business_id, "created_at": now},
    )
    return row
