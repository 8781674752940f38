"""Sends a reviewed report after a short moment, in which it can be taken back (rule 72)."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.running import email_recipient
from core import nudge
from delivery.models import Report
from delivery.reports import review_draft
from delivery.rules.errors import AlreadySent
from delivery.rules.states import ReportState

HELD = timedelta(minutes=10)


def send_soon(*, report: Report, actor: str, now: datetime, **texts: Any) -> Report:
    """Save the `texts` of a draft, and let the job send it after a moment, in the actor's name.

    Raises NoRecipient where the client has nobody to send it to, and AlreadySent; then nothing is
    written.
    """
    if report.state == ReportState.DRAFT:
        email_recipient.require_recipient(report.period.agreement)
    with transaction.atomic():
        review_draft.save_texts(report=report, now=now, **texts)
        review_draft.schedule_report(report=report, at=now + HELD, actor=actor, now=now)
        nudge.ring_later("delivery.tasks.send_reports", HELD)
    return report


def is_held(report: Report, now: datetime) -> bool:
    """Whether a draft is about to be sent, because a person has pressed Send."""
    if not (report.is_draft and report.reviewed_at and report.send_at):
        return False
    return now < report.send_at <= report.reviewed_at + HELD


def take_back(
    *,
    report: Report,
    send_at: datetime | None,
    reviewed_at: datetime | None,
    now: datetime,
    released_by: str | None = None,
) -> Report:
    """Make a report the draft that it was before `send_soon`; its words stay as they are.

    It is reviewed as of `reviewed_at`, None if nobody had reviewed it, and is sent at `send_at`
    again, in the name of `released_by` if there was somebody. Where that time has passed, or there
    was none, it waits for its owner.

    Raises AlreadySent.
    """
    again = send_at if send_at and send_at > now else None
    drafts = Report.objects.filter(pk=report.pk, state=ReportState.DRAFT)
    before = {"reviewed_at": reviewed_at, "released_by": released_by if again else None}
    if not drafts.update(send_at=again, **before):
        raise AlreadySent(_("This report was sent and can no longer be changed."))
    report.refresh_from_db()
    return report
