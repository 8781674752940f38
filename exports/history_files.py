"""A history as files: a paper to read, a table to sort, and the record itself to check."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.documents import render
from core.models import AuditEvent
from core.tables import spreadsheet
from exports.timeline import Timeline


def as_pdf(history: Timeline, now: datetime) -> bytes:
    """In the language that is active."""
    row = history.agreement
    title = _("History of “%(title)s”") % {"title": row.title}
    context = {"business": row.business, "client": row.client, "agreement": row, "history": history}
    return render.pdf(
        "history",
        context,
        language=get_language() or "en",
        title=title,
        identifier=f"{row.pk}:{now}",
        created=now,
    )


def as_csv(history: Timeline) -> Iterator[str]:
    """One line for each fact."""
    facts = _facts(history)
    yield "\ufeff"
    yield from spreadsheet.lines(
        [list(COLUMNS), *([fact[name] for name in COLUMNS] for fact in facts)]
    )


def as_json(history: Timeline) -> Iterator[str]:
    """The facts, and the links of the chains as they were written, so that anybody can check them."""
    whole = {
        "agreement": str(history.agreement.pk),
        "time_zone": history.zone,
        "record_is_whole": not history.broken,
        "facts": _facts(history),
        "record": [_event(event) for event in history.events],
    }
    yield json.dumps(whole, ensure_ascii=False, indent=1)


COLUMNS = ("at", "what", "about", "details", "notes", "who", "ip", "device", "document", "sha256")


def _facts(history: Timeline) -> list[dict[str, str]]:
    zone = ZoneInfo(history.zone)
    return [
        {
            "at": fact.at.astimezone(zone).isoformat(),
            "what": fact.what,
            "about": fact.about,
            "details": fact.more,
            "notes": fact.aside,
            "who": fact.actor,
            "ip": fact.ip,
            "device": fact.user_agent,
            "document": fact.document.title if fact.document else "",
            "sha256": fact.document.sha256 if fact.document else "",
        }
        for fact in history.facts
    ]


def _event(event: AuditEvent) -> dict[str, Any]:
    return {
        "chain_id": str(event.chain_id),
        "n": event.n,
        "event": event.event,
        "actor": event.actor,
        "at": event.at.isoformat(),
        "ip": event.ip or "",
        "user_agent": event.user_agent,
        "data": event.data,
        "previous": event.previous,
        "hash": event.hash,
    }
