"""Writes one event as an iCalendar file (RFC 5545): CRLF, lines of 75 octets at most, UTC, a stable UID. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

OCTETS = 75
PRODUCT = "-//Retainer Hub//Calls//EN"


@dataclass(frozen=True)
class Event:
    """`uid` stays, `version` grows with each move: a calendar then replaces what it has. Instants are aware."""

    uid: str
    version: int
    starts_at: datetime
    minutes: int
    written_at: datetime
    title: str
    text: str
    url: str


def write(event: Event) -> str:
    """The file, with a reminder ten minutes before."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{event.uid}",
        f"SEQUENCE:{event.version}",
        f"DTSTAMP:{instant(event.written_at)}",
        f"DTSTART:{instant(event.starts_at)}",
        f"DTEND:{instant(event.starts_at + timedelta(minutes=event.minutes))}",
        f"SUMMARY:{escape(event.title)}",
        f"DESCRIPTION:{escape(event.text)}",
        f"URL:{event.url}",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{escape(event.title)}",
        "TRIGGER:-PT10M",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(part + "\r\n" for line in lines for part in fold(line))


def instant(at: datetime) -> str:
    """An aware instant in UTC: 20261201T023000Z."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%S}Z"


def escape(text: str) -> str:
    """A TEXT value (3.3.11): backslash, semicolon, comma and line breaks escaped, control characters gone."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(
        sign for sign in text if sign in "\n\t" or not (ord(sign) < 32 or ord(sign) == 127)
    )
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def fold(line: str) -> Iterator[str]:
    """The line in parts of at most 75 octets, no character cut; the later ones begin with a space (3.1)."""
    part, size = "", 0
    for sign in line:
        width = len(sign.encode())
        if size + width > OCTETS:
            yield part
            part, size = " ", 1
        part, size = part + sign, size + width
    yield part
