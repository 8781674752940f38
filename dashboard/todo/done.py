"""What was done in the list during this session: the newest first, each with its way back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from dashboard.todo.items import Done

KEPT = 10  # acts that are remembered
NEW = timedelta(minutes=10)  # for which the last act is shown above the open entry
SHOWN_FOR = timedelta(hours=12)  # in the list of what was done before
ACTS, PUT_OFF = "todo_done", "todo_put_off"  # where the session has them


@dataclass(frozen=True)
class Act:
    """Something that was done. `token` names it; `undo` is None where it cannot be taken back."""

    token: str
    key: str
    text: str
    url: str
    undo: dict[str, str] | None
    until: datetime | None
    at: datetime

    @property
    def is_new(self) -> bool:
        """Whether it was done a moment ago."""
        return timezone.now() - self.at < NEW

    @property
    def can_undo(self) -> bool:
        """Whether it can be taken back now."""
        return self.undo is not None and (self.until is None or timezone.now() < self.until)


def remember(request: HttpRequest, key: str, done: Done) -> None:
    """Remember what was done with the entry `key`."""
    act = {
        "token": token_urlsafe(9),
        "key": key,
        "text": str(done.text),
        "url": done.url,
        "undo": dict(done.undo) if done.undo is not None else None,
        "until": done.until.isoformat() if done.until else "",
        "at": timezone.now().isoformat(),
    }
    request.session[ACTS] = [act, *_stored(request)][:KEPT]


def acts(request: HttpRequest) -> list[Act]:
    """Return what was done lately, the newest first."""
    rows = (
        row | {"until": parse_datetime(row["until"]), "at": parse_datetime(row["at"])}
        for row in _stored(request)
    )
    found = [Act(**row) for row in rows]
    return [act for act in found if timezone.now() - act.at < SHOWN_FOR]


def last_and_others(request: HttpRequest) -> tuple[Act | None, list[Act]]:
    """Return what was done a moment ago, if anything was, and what was done before."""
    found = acts(request)
    return (found[0], found[1:]) if found and found[0].is_new else (None, found)


def find(request: HttpRequest, token: str) -> Act | None:
    """Return the act that the token names."""
    return next((act for act in acts(request) if act.token == token), None)


def forget(request: HttpRequest, act: Act) -> None:
    """Forget an act that was taken back."""
    request.session[ACTS] = [row for row in _stored(request) if row["token"] != act.token]


def put_off(request: HttpRequest, key: str, today: str) -> None:
    """Leave an entry out of the list for the rest of the day `today`."""
    request.session[PUT_OFF] = dict.fromkeys((*put_off_today(request, today), key), today)


def take_up(request: HttpRequest, key: str, today: str) -> None:
    """List an entry that was put off again."""
    left = [name for name in put_off_today(request, today) if name != key]
    request.session[PUT_OFF] = dict.fromkeys(left, today)


def put_off_today(request: HttpRequest, today: str) -> list[str]:
    """Return the entries that were put off until tomorrow."""
    stored: dict[str, str] = request.session.get(PUT_OFF, {})
    return [key for key, day in stored.items() if day == today]


def _stored(request: HttpRequest) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = request.session.get(ACTS, [])
    return rows
