"""Stores the client's answer to the one decision that a report asks for (rule 38).

It is given once, written to the audit record, and emailed to the freelancer. A printed report leads
to its question by a short code.
"""

import re
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from clients import portal_links
from clients.models import Contact
from core import audit
from core.audit import Origin
from core.errors import NotAllowedNow, RuleError
from core.models.notification import Event
from core.outbox import owner_notes
from delivery.models import Report
from delivery.reports.report_emails import ANSWERED
from delivery.rules.states import Answer, ReportState

CODE_LENGTH = 10  # hexadecimal digits of the hash of a report's contents
CODE = re.compile(rf"[0-9a-f]{{{CODE_LENGTH}}}")


def code_of(report: Report) -> str:
    """Return the short code by which a printed report leads to its question."""
    return report.sha256[:CODE_LENGTH]


def by_code(code: str) -> Report | None:
    """Return the sent report whose question a printed code leads to; None for an unknown one."""
    if not CODE.fullmatch(code):
        return None
    found = Report.objects.filter(
        sha256__gte=code, sha256__lt=f"{code}g", state=ReportState.SENT
    ).exclude(decision="")
    return found.select_related("business", "client").first()


def mail_question(*, code: str, email: str, now: datetime) -> None:
    """Email a link to the question to a contact of the report's client with this address.

    Nothing happens, and nothing tells so, for an unknown code or another address.
    """
    report = by_code(code)
    if report is None or report.business.is_suspended:
        return
    contact = Contact.objects.filter(
        client=report.client_id, email__iexact=email, is_active=True, client__is_sample=False
    ).first()
    if contact:
        portal_links.mail_portal_link(contact=contact, now=now, target=f"answer:{report.pk}")


def _answered(report: Report, answer: str) -> str:
    """What the owner's email of the day says of an answer."""
    said = Report(answer=answer).get_answer_display()
    facts = {"client": report.client.name, "answer": said, "what": report.decision}
    return _("%(client)s answered “%(answer)s”: %(what)s") % facts


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
        owner_notes.post(
            business=report.business,
            event=Event.DECIDED,
            kind=ANSWERED,
            ref=str(report.pk),
            sentence=lambda: _answered(report, answer),
            now=now,
        )
    report.refresh_from_db()
    return report
