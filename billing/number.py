"""Numbers for papers: gapless per business, kind and year, given under the lock of their series (rule 15)."""

from datetime import date
from uuid import UUID

from django.db.models import F

from billing.models import Series
from billing.models.series import SeriesKind

PREFIX = {SeriesKind.INVOICE: "RH", SeriesKind.RECEIPT: "RC"}


def lock(business_id: UUID, kind: SeriesKind, on: date) -> Series:
    """The series row of that year, locked until the transaction ends; call it inside one."""
    Series.objects.get_or_create(business_id=business_id, kind=kind, year=on.year)
    return Series.objects.select_for_update().get(business_id=business_id, kind=kind, year=on.year)


def take(series: Series, count: int = 1) -> list[str]:
    """The next `count` numbers of a locked series."""
    first = series.last + 1
    Series.objects.filter(pk=series.pk).update(last=F("last") + count)
    series.last += count
    prefix = PREFIX[SeriesKind(series.kind)]
    return [f"{prefix}-{series.year}-{n:04}" for n in range(first, first + count)]
