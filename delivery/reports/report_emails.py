"""The emails about reports.

They are queued where something happens, and composed here when sent.
"""

from datetime import datetime
from typing import Any

from django.core.signing import BadSignature, Signer
from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.running import email_recipient
from clients import portal_links
from clients.models import Contact
from clients.worded_emails import people
from core import formats, links
from core.models import Business, OutboxEmail
from core.outbox.emails import COMPOSERS, Letter
from delivery.models import Report
from delivery.models.report import ANSWERS
from delivery.reports import report_facts
from delivery.reports.draft_reports import EMAIL_KIND
from delivery.reports.holding import hold
from delivery.reports.report_texts import template_context
from delivery.reports.send_reports import report_title
from delivery.rules.states import ReportState

MOST_NAMED = 10  # reports that a digest lists
REMINDER, NUDGE, ANSWERED = "reports_waiting", "report_nudge", "report_answered"


def register() -> None:
    """Register who composes which kind of email with the outbox."""
    COMPOSERS.update(
        {
            "report": compose_report,
            NUDGE: compose_unseen_reminder,
            ANSWERED: compose_answered,
            EMAIL_KIND: compose_drafted,
            REMINDER: compose_reminder,
            hold.EMAIL_KIND: compose_held,
        }
    )


def compose_report(ref: str, now: datetime) -> Letter:
    """Compose the email with the report for the client.

    The email holds the whole report, with the PDF attached, so that nothing has to be opened.
    """
    report, contact = _report_and_reader(ref)
    report_link, answer_link = (
        _portal_link(contact, f"report:{report.pk}", now),
        _portal_link(contact, f"answer:{report.pk}", now),
    )
    with translation.override(report.language):
        content = template_context(report.snapshot) | {"title": report_title(report)}
    context = {
        "contact": contact,
        "link": report_link,
        "answer_link": answer_link if report.decision else "",
        "answers": ANSWERS,
        "picture": tracking_image_url(report) if report.business.tracking_picture else "",
        **content,
    }
    return Letter(
        contact.email,
        "report",
        context,
        report.language,
        report.business,
        report.document,
        worded="report",
        values={**people(contact), "title": content["title"]},
    )


def compose_unseen_reminder(ref: str, now: datetime) -> Letter:
    """Compose the reminder for a client, sent once when nothing shows that they saw the report."""
    report, contact = _report_and_reader(ref)
    with translation.override(report.language):
        values = {
            "title": report_title(report),
            "business": report.business.name,
            "verdict": _verdict(report),
        }
        paragraphs = [
            _(
                "“%(title)s” is ready, and you may have missed it. It takes a minute and a half "
                "to read."
            )
            % values,
            values["verdict"],
        ]
        if report.decision:
            paragraphs.append(
                _("We need one decision from you: %(decision)s") % {"decision": report.decision}
            )
        context = _note_context(
            report_title(report),
            contact.name,
            paragraphs,
            _("Read the report"),
            _portal_link(contact, f"report:{report.pk}", now),
        )
    return Letter(contact.email, "note", context, report.language, report.business)


def compose_answered(ref: str, now: datetime) -> Letter:
    """Compose the email that tells the freelancer what the client decided."""
    report = _load(ref)
    with translation.override(report.business.language):
        values = {
            "client": report.client.name,
            "answer": report.get_answer_display(),
            "who": report.answered_by,
        }
        paragraphs = [report.decision, _("%(who)s answered: %(answer)s.") % values]
        paragraphs += (
            [_("In their words: “%(words)s”") % {"words": report.answer_words}]
            if report.answer_words
            else []
        )
        subject = _("%(client)s: %(answer)s") % values
        context = _note_context(
            subject,
            "",
            paragraphs,
            _("Open the report"),
            links.absolute_url("dashboard:report", report.pk),
        )
    return Letter(
        report.business.owner.email, "note", context, report.business.language, report.business
    )


def compose_drafted(ref: str, now: datetime) -> Letter:
    """Compose the daily email that lists the drafts to review and when they are sent."""
    return _digest(ref, now, is_reminder=False)


def compose_reminder(ref: str, now: datetime) -> Letter:
    """Compose the email that reminds the freelancer of drafts that still wait."""
    return _digest(ref, now, is_reminder=True)


def tracking_image_url(report: Report) -> str:
    """Return the URL of the invisible image in the email.

    When it is fetched, the email was opened.
    """
    return links.absolute_url("portal:seen", _signer().sign(report.pk.hex))


def report_of_image(token: str) -> str | None:
    """Return the report's id from the token of such a URL; None for a forged token."""
    try:
        return _signer().unsign(token)
    except BadSignature:
        return None


def _signer() -> Signer:
    """Return the signer of image URLs."""
    return Signer(salt="rh.report.seen")


def compose_held(ref: str, now: datetime) -> Letter:
    """Compose the email that tells the freelancer of off months that are held for them."""
    business = _business(ref)
    held = _drafts(business).filter(held_at__isnull=False, reviewed_at__isnull=True)
    reports, count = list(held[:MOST_NAMED]), held.count()
    with translation.override(business.language):
        values = {"n": count, "client": reports[0].client.name if reports else ""}
        subject = (
            ngettext(
                "An off month waits for your review: %(client)s",
                "%(n)s off months wait for your review, %(client)s first",
                count,
            )
            % values
        )
        paragraphs = [_held_line(report, report.send_at, business) for report in reports]
        paragraphs += _others(count - len(reports))
        paragraphs.append(
            _("Your client reads your words first: what happened, and what you change.")
        )
        context = (
            _drafts_context(subject, paragraphs)
            if count
            else _nothing_left(hold.EMAIL_KIND, ref, business, now)
        )
    return Letter(business.owner.email, "note", context, business.language, business)


def _digest(ref: str, now: datetime, *, is_reminder: bool) -> Letter:
    """Compose the email that lists the drafts of a business."""
    business = _business(ref)
    drafts = _drafts(business)
    reports, count = list(drafts[:MOST_NAMED]), drafts.count()
    deadlines = hold.deadlines_of(
        [one for one in reports if one.reviewed_at is None and one.held_at is None], now
    )
    with translation.override(business.language):
        values = {"n": count}
        subject = (
            ngettext(
                "A report is ready for your review",
                "%(n)s reports are ready for your review",
                count,
            )
            % values
        )
        paragraphs = [
            _held_line(report, deadlines[report.pk], business)
            if report.pk in deadlines
            else _draft_line(report, business)
            for report in reports
        ]
        paragraphs += _others(count - len(reports))
        if is_reminder:
            paragraphs.append(
                ngettext(
                    "It has waited for some days. Your words are what the client reads first.",
                    "They have waited for some days. Your words are what the clients read first.",
                    count,
                )
            )
        context = (
            _drafts_context(subject, paragraphs)
            if count
            else _nothing_left(REMINDER if is_reminder else EMAIL_KIND, ref, business, now)
        )
    return Letter(business.owner.email, "note", context, business.language, business)


def _business(ref: str) -> Business:
    """Return the business whose email of a day has this reference."""
    return Business.objects.select_related("owner").get(pk=ref.partition(":")[0])


def _drafts(business: Business) -> QuerySet[Report]:
    """Return the drafts of a business, the one that is sent first at the top."""
    drafts = Report.objects.filter(business=business, state=ReportState.DRAFT)
    return drafts.select_related(*report_facts.RELATED).order_by("send_at", "client__name_key")


def _others(count: int) -> list[str]:
    """Return the line about drafts that are not listed, if there are any."""
    return [_("… and %(n)s more.") % {"n": count}] if count else []


def _drafts_context(subject: str, paragraphs: list[str]) -> dict[str, Any]:
    """Return the context of an email that leads to the drafts."""
    link = links.absolute_url("dashboard:reports") + "?state=draft"
    return _note_context(subject, "", paragraphs, _("Review them"), link)


def _nothing_left(kind: str, ref: str, business: Business, now: datetime) -> dict[str, Any]:
    """Return the context of a digest whose drafts were all reviewed or sent before it was composed.

    It names those reports: sent since the email was queued, or scheduled after their review.
    """
    queued = OutboxEmail.objects.filter(kind=kind, ref=ref).values_list("created_at", flat=True)
    sent = Q(state=ReportState.SENT, sent_at__gte=queued.first() or now)
    scheduled = Q(state=ReportState.DRAFT, reviewed_at__isnull=False)
    done = Report.objects.filter(sent | scheduled, business=business)
    rows = done.select_related(*report_facts.RELATED).order_by("client__name_key", "pk")
    reports, count = list(rows[:MOST_NAMED]), done.count()
    paragraphs = [_("There is nothing left for you to review.")]
    if count:
        paragraphs = [
            ngettext(
                "There is nothing left for you to review. One report is done:",
                "There is nothing left for you to review. %(n)s reports are done:",
                count,
            )
            % {"n": count}
        ]
    paragraphs += [_draft_line(report, business) for report in reports]
    paragraphs += _others(count - len(reports))
    subject, button = _("Every report is on its way"), _("See the reports")
    return _note_context(subject, "", paragraphs, button, links.absolute_url("dashboard:reports"))


def _held_line(report: Report, deadline: datetime | None, business: Business) -> str:
    """Return one draft of an off month in a line, with its deadline."""
    values = {
        "client": report.client.name,
        "month": formats.months(report.period.starts_on, report.period.ends_on),
    }
    if deadline is None:
        return _("%(client)s, %(month)s: an off month. It is sent when you have reviewed it.") % (
            values
        )
    values["when"] = formats.moment(deadline, business.time_zone)
    template = _(
        "%(client)s, %(month)s: an off month. Please review it by %(when)s; then it is sent with "
        "its numbers alone."
    )
    return template % values


def _draft_line(report: Report, business: Business) -> str:
    """Return one report in a line: whose it is, for when, and when it is or was sent."""
    values = {
        "client": report.client.name,
        "month": formats.months(report.period.starts_on, report.period.ends_on),
    }
    if report.sent_at:
        values["when"] = formats.moment(report.sent_at, business.time_zone)
        return _("%(client)s, %(month)s: sent on %(when)s.") % values
    if report.send_at is None:
        return _("%(client)s, %(month)s: it waits for your review.") % values
    values["when"] = formats.moment(report.send_at, business.time_zone)
    return _("%(client)s, %(month)s: is sent automatically on %(when)s.") % values


def _report_and_reader(ref: str) -> tuple[Report, Contact]:
    """Return the report and the contact who reads it now.

    Raises NoRecipient. The email then stays in the outbox and is marked as failed in the end.
    """
    report = _load(ref)
    return report, email_recipient.require_recipient(report.period.agreement)


def _load(ref: str) -> Report:
    """Return the report with everything that its emails need."""
    return Report.objects.select_related(*report_facts.RELATED).get(pk=ref)


def _verdict(report: Report) -> str:
    """Return the verdict of a sent report in a sentence."""
    sentence: str = template_context(report.snapshot)["verdict_text"]
    return sentence


def _portal_link(contact: Contact, target: str, now: datetime) -> links.Placeholder:
    """Return the placeholder for the contact's portal link to `target`."""
    return links.placeholder(
        "link", portal_links.portal_link(contact=contact, now=now, target=target).pk
    )


def _note_context(
    subject: str, name: str, paragraphs: list[str], button: str, link: links.Address
) -> dict[str, Any]:
    """Return the context of the email template `note`."""
    return {
        "subject": subject,
        "name": name,
        "paragraphs": paragraphs,
        "button": button,
        "link": link,
    }
