"""Stores the client's answer to the one decision that a report asks for (rule 38).

It is given once, written to the audit record, and emailed to the freelancer.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from clients.models import Contact
from core import audit
from core.audit import Origin
from core.errors import NotAllowedNow, RuleError
from core.outbox import emails
from delivery.models import Report
from delivery.reports.report_emails import ANSWERED
from delivery.rules.states import Answer, ReportState


def store_answer(
    *, report: Report, answer: str, contact: Contact, now: datetime, origin: Origin, words: str = ""
) -> Report:
    """Store the client's answer to the decision.

    Raises RuleError for an unknown answer, and NotAllowedNow when the report asks for no decision
    or was answered before.
    """
    if answer not in set(Answer):
        raise RuleError(_("Choose one of the answers."), field="answer")
    answered_by = f"{contact.name} <{contact.email}>"
    with transaction.atomic():
        unanswered = Report.objects.filter(pk=report.pk, state=ReportState.SENT, answer="").exclude(
            decision=""
        )
        if not unanswered.update(
            answer=answer, answer_words=words[:500], answered_at=now, answered_by=answered_by[:200]
        ):
            raise NotAllowedNow(_("This was answered already."))
        audit.record(
            business=report.business,
            chain_id=report.pk,
            event="report_answered",
            actor=answered_by,
            now=now,
            origin=origin,
            data={"answer": answer, **({"words": words[:500]} if words else {})},
        )
        emails.post(ANSWERED, [(str(report.pk), report.business)], now=now)
    report.refresh_from_db()
    return report
