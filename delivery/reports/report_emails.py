"""The letters about reports: announced where it happens, and written here when they are sent."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.running import addressee
from clients import portal_links
from clients.models import Contact
from core import formats, links
from core.models import Business
from core.outbox.emails import COMPOSERS, Letter
from delivery.models import Report
from delivery.models.report import ANSWERS
from delivery.reports import read_facts
from delivery.reports.draft import DRAFTED
from delivery.reports.report_words import with_words
from delivery.reports.send import title
from delivery.rules.states import ReportState

NAMED = 10  # reports that a digest names
REMINDER, NUDGE, ANSWERED = "reports_waiting", "report_nudge", "report_answered"


def register() -> None:
    """Tell the outbox who writes what."""
    COMPOSERS.update(
        {"report": report, NUDGE: nudge, ANSWERED: answered, DRAFTED: drafted, REMINDER: reminder}
    )


def report(ref: str, now: datetime) -> Letter:
    """To the client: the whole report, readable without opening anything, with its paper."""
    row, contact = _sent(ref)
    link, answer = _door(contact, f"report:{row.pk}", now), _door(contact, f"answer:{row.pk}", now)
    with translation.override(row.language):
        words = with_words(row.snapshot) | {"title": title(row)}
    context = {
        "contact": contact,
        "link": link,
        "answer_link": answer if row.decision else "",
        "answers": ANSWERS,
        "picture": picture(row),
        **words,
    }
    return Letter(contact.email, "report", context, row.language, row.business, row.document)


def nudge(ref: str, now: datetime) -> Letter:
    """To the client, once, where nothing shows that they have seen their report."""
    row, contact = _sent(ref)
    with translation.override(row.language):
        words = {"title": title(row), "business": row.business.name, "verdict": _verdict(row)}
        said = [
            _(
                "%(title)s is there, and it may have passed you by: reading it takes a minute and a half."
            )
            % words,
            words["verdict"],
        ]
        if row.decision:
            said.append(
                _("One decision is wanted from you: %(decision)s") % {"decision": row.decision}
            )
        context = _note(
            title(row), contact.name, said, _("Read it"), _door(contact, f"report:{row.pk}", now)
        )
    return Letter(contact.email, "note", context, row.language, row.business)


def answered(ref: str, now: datetime) -> Letter:
    """To the freelancer: what the client decided."""
    row = _one(ref)
    with translation.override(row.business.language):
        words = {
            "client": row.client.name,
            "answer": row.get_answer_display(),
            "who": row.answered_by,
        }
        said = [row.decision, _("%(who)s answered: %(answer)s.") % words]
        said += (
            [_("In their words: “%(words)s”") % {"words": row.answer_words}]
            if row.answer_words
            else []
        )
        subject = _("%(client)s: %(answer)s") % words
        context = _note(subject, "", said, _("Look"), _desk(f"/reports/{row.pk}/"))
    return Letter(row.business.owner.email, "note", context, row.business.language, row.business)


def drafted(ref: str, now: datetime) -> Letter:
    """To the freelancer: which reports wait for a sentence, and when they go out. One letter a day."""
    return _digest(ref, now, is_reminder=False)


def reminder(ref: str, now: datetime) -> Letter:
    """To the freelancer: which reports wait still."""
    return _digest(ref, now, is_reminder=True)


def picture(row: Report) -> str:
    """The address of the letter's invisible picture: that it is fetched shows that the letter was opened."""
    return f"{str(settings.SITE_URL).rstrip('/')}/p/seen/{_signer().sign(row.pk.hex)}.gif"


def pictured(token: str) -> str | None:
    """The report's id of such an address; None for a forged one."""
    try:
        return _signer().unsign(token)
    except BadSignature:
        return None


def _signer() -> Signer:
    return Signer(salt="rh.report.seen")


def _digest(ref: str, now: datetime, *, is_reminder: bool) -> Letter:
    business = Business.objects.select_related("owner").get(pk=ref.partition(":")[0])
    waits = Report.objects.filter(business=business, state=ReportState.DRAFT).select_related(
        "client", "period"
    )
    rows, count = list(waits.order_by("send_at", "client__name")[:NAMED]), waits.count()
    with translation.override(business.language):
        many = {"n": count}
        subject = (
            ngettext(
                "A report waits for your sentence", "%(n)s reports wait for your sentence", count
            )
            % many
        )
        if not count:
            subject = _("Every report is on its way")
        said = [_line(row, business) for row in rows]
        said += [_("… and %(n)s more.") % {"n": count - len(rows)}] if count > len(rows) else []
        if is_reminder and count:
            said.append(
                _(
                    "They have waited for some days: a sentence from you is what the client reads first."
                )
            )
        context = _note(subject, "", said, _("Review them"), _desk("/reports/?state=draft"))
    return Letter(business.owner.email, "note", context, business.language, business)


def _line(row: Report, business: Business) -> str:
    words = {
        "client": row.client.name,
        "month": formats.months(row.period.starts_on, row.period.ends_on),
    }
    if row.send_at is None:
        return _("%(client)s, %(month)s: it waits for you.") % words
    words["when"] = formats.moment(row.send_at, business.time_zone)
    return _("%(client)s, %(month)s: goes out by itself on %(when)s.") % words


def _sent(ref: str) -> tuple[Report, Contact]:
    """The report and who reads it now. Raises NobodyToTell: then the letter waits, and fails where a person looks."""
    row = _one(ref)
    return row, addressee.must_be(row.period.agreement)


def _one(ref: str) -> Report:
    return Report.objects.select_related(*read_facts.RELATED).get(pk=ref)


def _verdict(row: Report) -> str:
    found: str = with_words(row.snapshot)["verdict_text"]
    return found


def _door(contact: Contact, target: str, now: datetime) -> str:
    return links.placeholder(
        "link", portal_links.portal_link(contact=contact, now=now, target=target).pk
    )


def _desk(path: str) -> str:
    return str(settings.SITE_URL).rstrip("/") + path


def _note(subject: str, name: str, said: list[str], button: str, link: str) -> dict[str, Any]:
    return {"subject": subject, "name": name, "paragraphs": said, "button": button, "link": link}
