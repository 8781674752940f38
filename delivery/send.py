"""Sends a report: frozen, hashed, printed and mailed in one go, once (rule 38)."""

import hashlib
import json
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from clients import entry
from clients.add import decision_maker
from core import audit, links, outbox
from core.documents import render, store
from core.models import Document
from core.models.document import DocumentKind
from core.states import move
from core.templatetags import rh
from delivery.compose import snapshot, with_words
from delivery.models import Report
from delivery.states import REPORT, ReportState


def send_report(*, report: Report, actor: str, now: datetime) -> Report:
    """Freeze the report and mail it. The second press of the button finds it sent: NotAllowedNow."""
    shot = snapshot(report)
    document = _print(report, shot, now) if report.state == ReportState.DRAFT else None
    with transaction.atomic():
        sets = {"snapshot": shot, "sha256": digest(shot), "document": document, "sent_at": now}
        move(report, ReportState.SENT, REPORT, sets=sets)
        audit.record(
            business=report.business,
            chain_id=report.id,
            event="report_sent",
            actor=actor,
            now=now,
            data={"sha256": report.sha256},
        )
        _mail(report, shot, now)
    return report


def opened(*, report: Report, now: datetime) -> None:
    """The client looked at it in the portal; the first time counts."""
    Report.objects.filter(pk=report.pk, state=ReportState.SENT, opened_at__isnull=True).update(opened_at=now)


def digest(shot: dict[str, Any]) -> str:
    """SHA-256 of a snapshot as canonical JSON."""
    text = json.dumps(shot, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def title(report: Report) -> str:
    """ "Report for November 2026", in the active language."""
    return _("Report for %(month)s") % {"month": rh.month(report.period.starts_on)}


def _print(report: Report, shot: dict[str, Any], now: datetime) -> Document:
    with translation.override(report.language):
        context = {"business": report.business, **with_words(shot)}
        name = title(report)
    pdf = render.pdf("report", context, language=report.language, title=name, identifier=digest(shot), created=now)
    return store.save(business=report.business, kind=DocumentKind.REPORT, title=name, pdf=pdf, now=now)


def _mail(report: Report, shot: dict[str, Any], now: datetime) -> None:
    contact = decision_maker(report.client) or report.period.agreement.contact
    link = entry.portal_link(contact=contact, now=now, target=f"report:{report.id}")
    with translation.override(report.language):
        words = with_words(shot) | {"title": title(report)}
    outbox.write(
        kind="report",
        ref=str(report.id),
        to=contact.email,
        template="report",
        context={"contact": contact, "link": links.placeholder("link", link.id), **words},
        language=report.language,
        business=report.business,
        attachment=report.document,
        now=now,
    )
