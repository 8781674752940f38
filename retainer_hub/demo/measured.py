"""The demo's KPIs: a reading every week, moving from one period's final value to the next."""

from datetime import date, datetime
from decimal import Decimal

from agreements.models import Agreement, Period
from core.models import Business
from delivery.kpis import kpi_changes
from delivery.models import Kpi
from delivery.renewing import quarterly_reviews, review_contents
from delivery.rules.kpi_pace import Shape
from retainer_hub.demo.cast import Part


def agree(agreement: Agreement, part: Part, *, now: datetime) -> None:
    """Add the KPIs of a client."""
    for name, kind, unit, baseline, target, _readings in part.kpis:
        kpi_changes.add_kpi(
            agreement=agreement,
            name=name,
            kind=kind,
            unit=unit,
            baseline=baseline,
            target=target,
            less_is_better=False,
            now=now,
        )


def read(agreement: Agreement, part: Part, period: Period, day: date, *, now: datetime) -> None:
    """Write readings once a week, and the final value on the last day of a period."""
    days_passed = (day - period.starts_on).days + 1
    days = (period.ends_on - period.starts_on).days
    if not part.kpis or (days_passed % 7 and days_passed != days):
        return
    for kpi in Kpi.objects.filter(agreement=agreement):
        ends = next(readings for name, *_more, readings in part.kpis if name == kpi.name)
        value = _on_the_way(kpi, ends, period.index, Decimal(days_passed) / days)
        kpi_changes.write_reading(kpi=kpi, period=period, value=value, on=day, now=now)


def look_back(business: Business, *, actor: str, now: datetime) -> None:
    """Send Baan Coffee Roasters a review of the three months before last month.

    The report of last month still waits for review.
    """
    related = Agreement.objects.select_related("client", "contact", "business__owner")
    agreement = related.get(business=business, client__name__startswith="Baan")
    periods = review_contents.ended_periods(agreement, now.date())[1:][
        : review_contents.PERIODS_IN_REVIEW
    ]
    outlook = (
        "Next quarter we film at the farm, and give the shop's regulars a reason to post "
        "themselves."
    )
    made = quarterly_reviews.create_review(
        agreement=agreement, periods=periods[::-1], outlook=outlook, now=now
    )
    quarterly_reviews.send_review(review=made, actor=actor, now=now)


def _on_the_way(kpi: Kpi, ends: tuple[Decimal, ...], index: int, share: Decimal) -> Decimal:
    """Return a KPI's value after the share `share` (0 to 1) of the period at `index`.

    `ends` are the values at the end of each period; the last one holds for all later periods.
    """
    end = ends[min(index, len(ends) - 1)]
    if kpi.shape == Shape.RATE:
        return end
    before = (
        Decimal(0)
        if kpi.shape == Shape.COUNT
        else ends[min(index, len(ends)) - 1]
        if index
        else kpi.baseline
    )
    places = Decimal(1)
    return (before + (end - before) * share).quantize(places)
