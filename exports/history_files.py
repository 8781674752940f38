"""The history of an agreement as files: a PDF, a CSV table, and JSON with the audit record."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from core import formats
from core.documents import render
from core.models import AuditEvent
from core.tables import spreadsheet
from exports.timeline import AgreementHistory


def as_pdf(history: AgreementHistory, now: datetime) -> bytes:
    """Return the history as a PDF in the active language."""
    agreement = history.agreement
    title = _("History of “%(title)s”") % {"title": agreement.title}
    context = {
        "business": agreement.business,
        "client": agreement.client,
        "agreement": agreement,
        "history": history,
    }
    return render.pdf(
        "history",
        context,
        language=formats.language().code,
        title=title,
        identifier=f"{agreement.pk}:{now}",
        created=now,
    )


def as_csv(history: AgreementHistory) -> Iterator[str]:
    """Yield a CSV table with one line for each fact."""
    facts = _facts(history)
    yield "\ufeff"
    yield from spreadsheet.lines(
        [list(COLUMNS), *([fact[name] for name in COLUMNS] for fact in facts)]
    )


def as_json(history: AgreementHistory) -> Iterator[str]:
    """Yield the facts as JSON, together with the audit record exactly as it was written.

    With the record anybody can check the chain of hashes.
    """
    content = {
        "agreement": str(history.agreement.pk),
        "time_zone": history.zone,
        "record_is_whole": not history.broken,
        "facts": _facts(history),
        "record": [_event(event) for event in history.events],
    }
    yield json.dumps(content, ensure_ascii=False, indent=1)


COLUMNS = ("at", "what", "about", "details", "notes", "who", "ip", "device", "document", "sha256")


def _facts(history: AgreementHistory) -> list[dict[str, str]]:
    """Return the facts as rows of text, with times in the agreement's time zone."""
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
    """Return an event of the audit record as JSON."""
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
