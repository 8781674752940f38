"""Follows a sent report by a correction that names what changed (rule 38)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from agreements.running import email_recipient
from core import audit, formats
from core.audit import UNSEEN, Origin
from core.errors import NotAllowedNow, RuleError
from core.outbox import emails
from delivery.models import Report, ReportCorrection
from delivery.reports.send_reports import current_snapshot
from delivery.reports.sentences.changes import Change, Kind, changes
from delivery.rules.states import ReportState

EMAIL_KIND = "report_corrected"


def correct_report(
    *, report: Report, note: str, actor: str, now: datetime, origin: Origin = UNSEEN
) -> ReportCorrection:
    """Tell the client what a sent report got wrong; the report itself stays as it was sent.

    What changed since is named beside the note. Raises NotAllowedNow for a draft, NoRecipient, and
    RuleError without a note.
    """
    if report.state != ReportState.SENT:
        raise NotAllowedNow(_("This report was not sent yet: change it instead."))
    if not note.strip():
        raise RuleError(_("Write what was wrong and what is right."), field="note")
    email_recipient.require_recipient(report.period.agreement)
    with transaction.atomic():
        correction = ReportCorrection.objects.create(
            business=report.business,
            client=report.client,
            report=report,
            note=note.strip()[:1000],
            lines=changed_since(report),
            actor=actor[:200],
            created_at=now,
        )
        audit.record(
            business=report.business,
            chain_id=report.pk,
            event="report_corrected",
            actor=actor,
            now=now,
            origin=origin,
            data={"note": correction.note, "changed": correction.lines},
        )
        emails.post(EMAIL_KIND, [(str(correction.pk), report.business)], now=now)
    return correction


def changed_since(report: Report) -> list[str]:
    """Return what is not as the report says, in its language; without what was corrected before.

    Load the report with its period and agreement.
    """
    found = changes(current_snapshot(report), report.snapshot, most=None)
    told = {line for one in report.corrections.all() for line in one.lines}
    with translation.override(report.language):
        lines = [_line(change) for change in found]
    return [line for line in lines if line not in told]


def _line(change: Change) -> str:
    """Return a number that changed, and what the report said."""
    name = change.name or _("Hours used")
    values: dict[str, Any] = {
        "name": name,
        "now": _amount(change, change.now),
        "before": _amount(change, change.before),
    }
    return _("%(name)s: %(now)s; the report said %(before)s") % values


def _amount(change: Change, value: Any) -> str:
    if change.kind == Kind.HOURS:
        return formats.hours(int(value))
    return f"{formats.number(value)} {change.unit}".strip()
