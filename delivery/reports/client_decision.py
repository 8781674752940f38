"""The client's answer to the one decision that a report wants: given once, recorded, and told (rule 38)."""

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


def give(
    *, report: Report, answer: str, contact: Contact, now: datetime, origin: Origin, words: str = ""
) -> Report:
    """Write it down. Raises NotAllowedNow where there is one already, or no decision is wanted."""
    if answer not in set(Answer):
        raise RuleError(_("Choose one of the answers."), field="answer")
    who = f"{contact.name} <{contact.email}>"
    with transaction.atomic():
        open_ones = Report.objects.filter(pk=report.pk, state=ReportState.SENT, answer="").exclude(
            decision=""
        )
        if not open_ones.update(
            answer=answer, answer_words=words[:500], answered_at=now, answered_by=who[:200]
        ):
            raise NotAllowedNow(_("This was answered already."))
        audit.record(
            business=report.business,
            chain_id=report.pk,
            event="report_answered",
            actor=who,
            now=now,
            origin=origin,
            data={"answer": answer, **({"words": words[:500]} if words else {})},
        )
        emails.post(ANSWERED, [(str(report.pk), report.business)], now=now)
    report.refresh_from_db()
    return report
