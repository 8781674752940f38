"""What a period promises and how it stands: the lines that both sides read, with what was handed over."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from agreements.models import Period
from delivery.models import Deliverable, Handover
from delivery.rules import progress
from delivery.rules.progress import Standing
from delivery.rules.states import DeliverableState


@dataclass(frozen=True)
class Line:
    """One promised thing. `due` is the last day on which it is in time."""

    row: Deliverable
    standing: Standing
    due: date

    @property
    def handovers(self) -> list[Handover]:
        """What was given of it, oldest first."""
        return list(self.row.handovers.all())

    @property
    def tone(self) -> str:
        """For a badge: good, warn, bad, or nothing."""
        tones = {Standing.DONE: "good", Standing.LATE: "bad", Standing.BEHIND: "warn"}
        return tones.get(self.standing, "mute")

    @property
    def is_late(self) -> bool:
        """Whether its last day is over and something is missing."""
        return self.standing == Standing.LATE

    @property
    def is_behind(self) -> bool:
        """Whether less is done than the day asks for."""
        return self.standing == Standing.BEHIND

    @property
    def is_carried(self) -> bool:
        """Whether the rest is owed in the next period."""
        return self.standing == Standing.CARRIED

    @property
    def is_waived(self) -> bool:
        """Whether the rest is not owed any more."""
        return self.standing == Standing.WAIVED


def lines(periods: Iterable[Period], today: date) -> dict[UUID, list[Line]]:
    """Of each period, in the order of its list; two questions, whatever the number of periods."""
    by_id = {period.pk: period for period in periods}
    rows = Deliverable.objects.filter(period__in=by_id).select_related(
        "carried_from__period", "carried_to__period"
    )
    found: dict[UUID, list[Line]] = {pk: [] for pk in by_id}
    for row in rows.prefetch_related("handovers").order_by("position"):
        found[row.period_id].append(_line(row, by_id[row.period_id], today))
    return found


def late(rows: Iterable[Deliverable], today: date) -> list[Deliverable]:
    """Those whose last day is over with something missing; give them with their periods."""
    return [row for row in rows if _line(row, row.period, today).standing == Standing.LATE]


def _line(row: Deliverable, period: Period, today: date) -> Line:
    one = progress.promise(row.promised, row.done, period.starts_on, period.ends_on, row.due_on)
    return Line(row, progress.standing(one, DeliverableState(row.state), today), one.last)
