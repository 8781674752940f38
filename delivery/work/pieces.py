"""What was delivered of each deliverable, piece by piece, with the client's answer (rule 77).

A piece is a handover, or all that was counted without one. A handover that answers a requested
change takes the place of what the change was about, and adds nothing to the count.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from delivery.models import Deliverable, Handover, Request, WorkAnswer
from delivery.rules.states import WorkAnswerKind

#: What `pieces_of` reads of deliverables, so that it needs no query of its own.
RELATED: tuple[Any, ...] = (
    "handovers",
    Prefetch("answers", WorkAnswer.objects.select_related("contact", "request")),
)


@dataclass(frozen=True)
class Piece:
    """A handover, or `count` pieces without one, and the answer that counts for it.

    `is_version` says that the handover answers a requested change.
    """

    deliverable: Deliverable
    handover: Handover | None
    count: int
    answer: WorkAnswer | None
    is_version: bool = False

    @property
    def is_approved(self) -> bool:
        """Whether the client has approved all of it."""
        answer = self.answer
        return bool(
            answer and answer.kind == WorkAnswerKind.APPROVED and answer.pieces >= self.count
        )

    @property
    def open_change(self) -> Request | None:
        """The change that the client requested, while it is open."""
        request = self.answer.request if self.answer else None
        return request if request and (request.is_asked or request.is_started) else None

    @property
    def waits(self) -> bool:
        """Whether the client may answer: for the first time, or anew after a change."""
        return not self.is_approved and self.open_change is None

    @property
    def is_new_version(self) -> bool:
        """Whether the client answers it anew, after a change that was requested."""
        change = self.answer.request if self.answer else None
        return self.waits and (self.is_version or bool(change and change.is_done))

    @property
    def key(self) -> str:
        """How a form names it among the pieces of its deliverable; empty without a handover."""
        return str(self.handover.pk) if self.handover else ""

    @property
    def seen(self) -> str:
        """What somebody sees of it: another one, once more of it was delivered."""
        return f"{self.deliverable.pk}:{self.key}:{self.count}"

    @property
    def title(self) -> str:
        """What it is called."""
        return str(self.handover or "") or self.deliverable.title


def pieces_of(deliverable: Deliverable) -> list[Piece]:
    """Return what was delivered, oldest first; what has no handover comes last."""
    current, changes = current_handovers(deliverable), _changes(deliverable)
    answers = {row.handover_id: row for row in deliverable.answers.all() if row.ended_at is None}
    pieces = [
        Piece(deliverable, row, row.count, answers.get(row.pk), row.request_id in changes)
        for row in current
    ]
    counted = deliverable.done - sum(row.count for row in current)
    if counted > 0:
        pieces.append(Piece(deliverable, None, counted, answers.get(None)))
    return pieces


def current_handovers(deliverable: Deliverable) -> list[Handover]:
    """Return the handovers that count: those that a newer version replaced are left out."""
    handovers, changes = list(deliverable.handovers.all()), _changes(deliverable)
    newest = {row.request_id: row.pk for row in handovers if row.request_id in changes}
    replaced = {changes[request] for request in newest if request}
    return [
        row
        for row in handovers
        if row.pk not in replaced and newest.get(row.request_id, row.pk) == row.pk
    ]


def newest_versions(rows: QuerySet[Handover]) -> QuerySet[Handover]:
    """Return the handovers that count, as `current_handovers` does, of many deliverables."""
    versions = Handover.objects.filter(request__change__isnull=False)
    newer = versions.filter(request__change__handover=OuterRef("pk"))
    later = versions.filter(request=OuterRef("request"), created_at__gt=OuterRef("created_at"))
    return rows.exclude(Exists(newer)).exclude(Exists(later))


def change_of(request: Request | None, deliverable: Deliverable) -> WorkAnswer | None:
    """Return the answer by which this request was made about the deliverable; else None."""
    if request is None:
        return None
    return WorkAnswer.objects.filter(request=request, deliverable=deliverable).first()


def approved_of(deliverable: Deliverable) -> int:
    """Return how many delivered pieces the client has approved."""
    return sum(piece.count for piece in pieces_of(deliverable) if piece.is_approved)


def waiting_of(deliverables: Iterable[Deliverable]) -> list[Piece]:
    """Return the pieces that the client may answer."""
    return [piece for row in deliverables for piece in pieces_of(row) if piece.waits]


def delivered(rows: QuerySet[Deliverable]) -> QuerySet[Deliverable]:
    """Return those of which something was delivered, with what `pieces_of` reads."""
    return rows.filter(done__gt=0).prefetch_related(*RELATED)


def _changes(deliverable: Deliverable) -> dict[UUID | None, UUID | None]:
    """The handover that each requested change is about, by the request; None: without one."""
    return {row.request_id: row.handover_id for row in deliverable.answers.all() if row.request_id}
