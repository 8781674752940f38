"""Remembers in the session what was changed in several entries last, so that it can be undone."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone

OFFERED_FOR = 3600  # seconds
UNDO = "time_undo"  # where the session has it


def offer_undo(request: HttpRequest, ids: list[UUID], text: str, *, removed: bool) -> None:
    """Offer to undo what was done with these entries; `text` says what it was."""
    request.session[UNDO] = {
        "ids": [str(pk) for pk in ids],
        "removed": removed,
        "text": text,
        "at": timezone.now().timestamp(),
    }


def undo_offered(request: HttpRequest) -> dict[str, Any] | None:
    """What can be undone now: its ids and text; None if nothing can."""
    found: dict[str, Any] | None = request.session.get(UNDO)
    if found is None or timezone.now().timestamp() - found["at"] > OFFERED_FOR:
        return None
    return found


def take_undo(request: HttpRequest) -> tuple[list[UUID], bool]:
    """The ids of what is undone, and whether they were removed; it is offered no more."""
    found = request.session.pop(UNDO, None) or {"ids": []}
    return [UUID(pk) for pk in found["ids"]], found.get("removed", False)
