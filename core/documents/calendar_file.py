"""Writes one event as an iCalendar file (RFC 5545), with CRLF line ends and times in UTC. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

MAX_LINE_OCTETS = 75
PRODUCT = "-//Retainer Hub//Calls//EN"


@dataclass(frozen=True)
class Event:
    """An event of a calendar. `starts_at` and `written_at` are time-zone aware.

    When the event is rescheduled, `uid` stays the same and `version` grows: calendars then replace
    their copy instead of adding a second event, or remove it where `is_cancelled`. `url` may be "".
    """

    uid: str
    version: int
    starts_at: datetime
    minutes: int
    written_at: datetime
    title: str
    text: str
    url: str
    is_cancelled: bool = False


def write(event: Event) -> str:
    """The text of the file, with a reminder ten minutes before the event."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "CALSCALE:GREGORIAN",
        "METHOD:CANCEL" if event.is_cancelled else "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{event.uid}",
        f"SEQUENCE:{event.version}",
        f"DTSTAMP:{utc_timestamp(event.written_at)}",
        f"DTSTART:{utc_timestamp(event.starts_at)}",
        f"DTEND:{utc_timestamp(event.starts_at + timedelta(minutes=event.minutes))}",
        f"SUMMARY:{escape_text(event.title)}",
        f"DESCRIPTION:{escape_text(event.text)}",
        *([f"URL:{event.url}"] if event.url else []),
        *(["STATUS:CANCELLED"] if event.is_cancelled else []),
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{escape_text(event.title)}",
        "TRIGGER:-PT10M",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(part + "\r\n" for line in lines for part in fold_line(line))


def utc_timestamp(at: datetime) -> str:
    """A time-zone-aware instant in UTC: 20261201T023000Z."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%S}Z"


def escape_text(text: str) -> str:
    """A value of type TEXT (section 3.3.11), without control characters.

    Backslashes, semicolons, commas and line breaks are escaped.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(
        character
        for character in text
        if character in "\n\t" or not (ord(character) < 32 or ord(character) == 127)
    )
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def fold_line(line: str) -> Iterator[str]:
    """Fold a content line (section 3.1) into parts of at most 75 octets each.

    No character is split. Every part but the first begins with a space.
    """
    part, size = "", 0
    for character in line:
        width = len(character.encode())
        if size + width > MAX_LINE_OCTETS:
            yield part
            part, size = " ", 1
        part, size = part + character, size + width
    yield part
