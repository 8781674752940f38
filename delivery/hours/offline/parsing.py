"""Reads the events that a device sends: whatever it is, it is read or refused with a sentence."""

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from delivery.hours.period_for_day import LONGEST_NOTE
from delivery.rules.timers.merged_time import Kind

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
#: What a device can record. What a person decides about its timers is no device's to say.
OF_DEVICES = {kind.value for kind in Kind if kind != Kind.DROP}
BYTE_ORDER_MARK = "\ufeff"
LARGEST = 2**31 - 1  # number of an event on its device


class BadEventError(ValueError):
    """What was sent is no event; the message says so to a person."""


@dataclass(frozen=True)
class SentEvent:
    """An event as it was sent. Ids of agreement and deliverable are not looked up yet."""

    id: UUID
    run: UUID
    counter: int
    kind: Kind
    clock: datetime
    agreement: UUID | None
    deliverable: UUID | None
    note: str


def read_event(raw: Any) -> SentEvent:
    """Read one event. Raises BadEventError."""
    if not isinstance(raw, dict):
        raise BadEventError(_("This is not a timer event."))
    kind = raw.get("kind")
    if not isinstance(kind, str) or kind not in OF_DEVICES:
        raise BadEventError(_("This is not a timer event."))
    counter = raw.get("counter")
    if type(counter) is not int or not 0 <= counter <= LARGEST:
        raise BadEventError(_("This event has no sequence number."))
    return SentEvent(
        id=_uuid(raw.get("id")),
        run=_uuid(raw.get("run")),
        counter=counter,
        kind=Kind(kind),
        clock=read_clock(raw.get("clock")),
        agreement=_uuid(raw["agreement"]) if raw.get("agreement") else None,
        deliverable=_uuid(raw["deliverable"]) if raw.get("deliverable") else None,
        note=_note(raw.get("note")),
    )


def read_clock(raw: Any) -> datetime:
    """The moment of a clock, in milliseconds since 1970 (UTC). Raises BadEventError."""
    if type(raw) is int and 0 <= raw < 10**13:
        at = EPOCH + timedelta(milliseconds=raw)
        if at < LATEST:
            return at
    raise BadEventError(_("The time of this event cannot be read."))


def sent_id(raw: Any) -> str:
    """What a refused event calls itself, so that the device knows which one it was."""
    found = raw.get("id") if isinstance(raw, dict) else None
    return found[:40] if isinstance(found, str) else ""


def _uuid(raw: Any) -> UUID:
    """The id of this text. Raises BadEventError."""
    try:
        if isinstance(raw, str):
            return UUID(raw)
    except ValueError:
        pass
    raise BadEventError(_("This event has no id."))


def _note(raw: Any) -> str:
    """The note as a page and a database can hold it: no note is a reason to lose the minutes.

    Control characters and halves of characters are left out; breaks of lines become spaces.
    """
    if not isinstance(raw, str):
        return ""
    line = " ".join(raw.splitlines()).replace("\t", " ")
    return "".join(filter(_is_kept, line)).strip()[:LONGEST_NOTE].strip()


def _is_kept(char: str) -> bool:
    return char != BYTE_ORDER_MARK and unicodedata.category(char) not in ("Cc", "Cs")
