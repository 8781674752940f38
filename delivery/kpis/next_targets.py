"""Suggests the next targets of an agreement's KPIs, and sets one."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from agreements.models import Agreement, Period
from core import formats
from core.audit import UNSEEN, Origin
from core.errors import NotAllowedNow
from delivery.kpis import figures_by_period, kpi_changes
from delivery.models import Kpi, Report
from delivery.rules.kpi_pace import Shape
from delivery.rules.next_target import MONTHS, next_target
from delivery.rules.states import ReportState


@dataclass(frozen=True)
class NextTarget:
    """A KPI that reached its target three months running: with which values, and what is next.

    With `waits_for_report` the report of such a month is a draft, which still shows the present
    target.
    """

    kpi: Kpi
    values: list[Decimal]
    target: Decimal
    waits_for_report: bool

    @property
    def values_text(self) -> str:
        """The values of the three months, the newest last."""
        return ", ".join(formats.number(value) for value in self.values)

    @property
    def posted(self) -> str:
        """The target as the button of the page sends it."""
        return str(self.target)


def suggestions(agreement: Agreement, today: date) -> list[NextTarget]:
    """Return the next targets that the periods before `today` suggest, in a few queries."""
    over = Period.objects.filter(agreement=agreement, ends_on__lte=today)
    period = over.order_by("-starts_on").first()
    if period is None:
        return []
    found = []
    for figure in figures_by_period.figures_of([period])[period.pk]:
        kpi, history = figure.kpi, [value for _day, value in figure.history]
        target = next_target(
            Shape(kpi.shape), history, kpi.target, less_is_better=kpi.less_is_better
        )
        if target is not None and kpi.retired_at is None:
            values = [value for value in history[-MONTHS:] if value is not None]
            found.append((kpi, values, target))
    if not found:
        return []
    drafts = Report.objects.filter(period__agreement=agreement, state=ReportState.DRAFT)
    waits = drafts.exists()
    return [NextTarget(kpi, values, target, waits) for kpi, values, target in found]


def set_next(
    *,
    kpi: Kpi,
    target: Decimal,
    today: date,
    actor: str,
    now: datetime,
    origin: Origin = UNSEEN,
) -> Kpi:
    """Set the target of a KPI to the one that is suggested.

    Raises NotAllowedNow when another one or none is suggested by now, or a report is a draft.
    """
    found = next((one for one in suggestions(kpi.agreement, today) if one.kpi.pk == kpi.pk), None)
    if found is None or found.target != target:
        raise NotAllowedNow(_("This target is not suggested any more."))
    if found.waits_for_report:
        raise NotAllowedNow(_("Send the drafted report first: it still shows the present target."))
    return kpi_changes.change_kpi(kpi=kpi, actor=actor, now=now, origin=origin, target=target)
