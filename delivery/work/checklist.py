"""The checklist of a period as both sides read it: deliverables, their standing and handovers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID

from django.db.models import Q

from agreements.models import Period
from delivery.models import Deliverable, Handover, Request
from delivery.rules import progress
from delivery.rules.progress import Standing
from delivery.rules.states import DeliverableState
from delivery.work.pieces import RELATED, Piece, pieces_of


@dataclass(frozen=True)
class ChecklistLine:
    """One deliverable on a checklist. `due` is the last day on which it is in time."""

    row: Deliverable
    standing: Standing
    due: date

    @cached_property
    def pieces(self) -> list[Piece]:
        """What was delivered of it, oldest first, with the client's answers."""
        return pieces_of(self.row)

    @property
    def handovers(self) -> list[Handover]:
        """What was handed over for it, oldest first."""
        return [piece.handover for piece in self.pieces if piece.handover]

    @property
    def waiting(self) -> list[Piece]:
        """What the client may answer."""
        return [piece for piece in self.pieces if piece.waits]

    @property
    def approved(self) -> int:
        """How many pieces the client has approved."""
        return sum(piece.count for piece in self.pieces if piece.is_approved)

    @property
    def changes(self) -> list[Request]:
        """The changes that the client requested and that are open."""
        return [piece.open_change for piece in self.pieces if piece.open_change]

    @property
    def tone(self) -> str:
        """The colour of its badge: good, warn, bad or mute."""
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


def checklist_lines(periods: Iterable[Period], today: date) -> dict[UUID, list[ChecklistLine]]:
    """Return the checklist of each period by the period's id.

    Takes three queries, however many periods there are.
    """
    by_id = {period.pk: period for period in periods}
    deliverables = Deliverable.objects.filter(period__in=by_id).select_related(
        "carried_from__period", "carried_to__period"
    )
    checklists: dict[UUID, list[ChecklistLine]] = {pk: [] for pk in by_id}
    for deliverable in deliverables.prefetch_related(*RELATED).order_by("position"):
        checklists[deliverable.period_id].append(
            _line(deliverable, by_id[deliverable.period_id], today)
        )
    return checklists


def last_day_is_before(today: date) -> Q:
    """Match the deliverables whose last day is over; those that miss pieces are overdue."""
    has_begun = Q(period__starts_on__lt=today)
    return has_begun & (Q(due_on__lt=today) | Q(due_on__isnull=True, period__ends_on__lte=today))


def overdue(rows: Iterable[Deliverable], today: date) -> list[Deliverable]:
    """Return the deliverables that are overdue with something missing; load `period` first."""
    return [
        deliverable
        for deliverable in rows
        if _line(deliverable, deliverable.period, today).standing == Standing.LATE
    ]


def _line(deliverable: Deliverable, period: Period, today: date) -> ChecklistLine:
    """Return the line of a deliverable as of `today`."""
    promise = progress.promise(
        deliverable.promised, deliverable.done, period.starts_on, period.ends_on, deliverable.due_on
    )
    return ChecklistLine(
        deliverable,
        progress.standing(promise, DeliverableState(deliverable.state), today),
        promise.last,
    )
