"""The email with which a correction follows a report."""

from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from agreements.running import email_recipient
from clients import portal_links
from core import links
from core.outbox.emails import COMPOSERS, Letter
from delivery.models import ReportCorrection
from delivery.reports.corrections.correct_report import EMAIL_KIND
from delivery.reports.send_reports import report_title


def register() -> None:
    """Register who composes this kind of email with the outbox."""
    COMPOSERS[EMAIL_KIND] = compose_correction


def compose_correction(ref: str, now: datetime) -> Letter:
    """Compose the email that names what a report got wrong."""
    related = ("report__period__agreement__contact", "report__client", "business__owner")
    correction = ReportCorrection.objects.select_related(*related).get(pk=ref)
    report = correction.report
    contact = email_recipient.require_recipient(report.period.agreement)
    with translation.override(report.language):
        title = report_title(report)
        context = {
            "subject": _("Correction: %(title)s") % {"title": title},
            "name": contact.name,
            "paragraphs": [
                _("We have to correct something in “%(title)s”.") % {"title": title},
                *(line for line in correction.note.splitlines() if line.strip()),
                *correction.lines,
                _(
                    "The report stays as it was sent; the correction is shown above it in the "
                    "portal."
                ),
            ],
            "button": _("Read the correction"),
            "link": links.placeholder(
                "link",
                portal_links.portal_link(contact=contact, now=now, target=f"report:{report.pk}").pk,
            ),
        }
    return Letter(contact.email, "note", context, report.language, report.business)
