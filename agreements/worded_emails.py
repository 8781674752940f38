"""Emails about proposals and signatures that a business may open in its own words (rule 60)."""

from collections.abc import Mapping
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.contract.library.packages import BUILT_IN, USUAL
from agreements.models import Agreement, Amendment, Proposal, interval_words
from agreements.rules.intervals import Interval
from clients.models import Contact
from clients.worded_emails import SAMPLE_LINK, people, sample_contact, sample_people
from core import formats, links
from core.models import Business
from core.outbox.emails import Letter
from core.outbox.worded_kinds import WordedKind, register

TITLE = gettext_lazy("the title")
LAST_DAY = gettext_lazy("the last day of the proposal, if it has one")
SIGN_BY = gettext_lazy("the day until which it can be signed, if there is one")


def proposal_values(proposal: Proposal, contact: Contact) -> dict[str, str]:
    """What the emails about a proposal may name, in the active language."""
    day = formats.day(proposal.expires_on) if proposal.expires_on else ""
    return {**people(contact), "title": proposal.title, "day": day}


def signing_values(paper: Agreement | Amendment, contact: Contact) -> dict[str, str]:
    """What the emails that ask for a signature may name, in the active language."""
    day = formats.day(paper.sign_by) if paper.sign_by else ""
    return {**people(contact), "title": paper.title, "day": day}


def deadline_note(values: Mapping[str, str], link: links.Address) -> dict[str, Any]:
    """The email that says until when a proposal is open."""
    return {
        "subject": _("Open until %(day)s: %(title)s") % values,
        "name": values["name"],
        "paragraphs": [
            _("The proposal “%(title)s” of %(business)s is open until %(day)s.") % values,
            _("On its page you can choose a tier, ask a question, or decline."),
        ],
        "button": _("See the proposal"),
        "link": link,
    }


def signing_subject(kind: str, title: str) -> str:
    """The subject of an email that asks for a signature: sign_invitation or sign_reminder."""
    subject = (
        _("Still waiting for your signature: %(title)s")
        if kind == "sign_reminder"
        else _("Please sign: %(title)s")
    )
    return subject % {"title": title}


def signing_note(subject: str, values: Mapping[str, str]) -> dict[str, Any]:
    """The email that asks a client's person to sign, without its link."""
    paragraphs = [_("%(business)s asks you to read and sign “%(title)s”.") % values]
    if values["day"]:
        paragraphs.append(_("It can be signed until %(day)s.") % values)
    paragraphs.append(_("Not the right person? You can name somebody else on the page."))
    return {
        "subject": subject,
        "name": values["name"],
        "paragraphs": paragraphs,
        "button": _("Read and sign"),
    }


def register_kinds() -> None:
    """Register the kinds of this room, in the order in which a client gets them."""
    about = {"title": TITLE, "day": LAST_DAY}
    signing = {"title": TITLE, "day": SIGN_BY}
    register(
        WordedKind(
            "proposal",
            gettext_lazy("Proposal"),
            gettext_lazy("When you send a proposal. Its own opening message follows these words."),
            about,
            _proposal,
            gettext_lazy("Here is the proposal we spoke about."),
        ),
        WordedKind(
            "proposal_reminder",
            gettext_lazy("Reminder of a proposal"),
            gettext_lazy(
                "Three days before a proposal ends, on its last day, and when you extend it."
            ),
            about,
            _reminder,
        ),
        WordedKind(
            "sign_invitation",
            gettext_lazy("Please sign"),
            gettext_lazy("When it is somebody's turn to sign."),
            signing,
            _invitation,
        ),
        WordedKind(
            "sign_reminder",
            gettext_lazy("Reminder to sign"),
            gettext_lazy("When a signature is still missing."),
            signing,
            _sign_reminder,
        ),
        WordedKind(
            "signed",
            gettext_lazy("Signed agreement"),
            gettext_lazy("When everybody has signed, with the sealed PDF."),
            {"title": TITLE},
            _signed,
        ),
    )


def _sample_values(business: Business, today: date) -> dict[str, str]:
    day = today + timedelta(days=14)
    return {**sample_people(business), "title": _("Monthly retainer"), "day": formats.day(day)}


def _letter(
    key: str, template: str, context: dict[str, Any], business: Business, values: dict[str, str]
) -> Letter:
    language = formats.language().code
    return Letter("", template, context, language, business, worded=key, values=values)


def _proposal(business: Business, today: date) -> Letter:
    values = _sample_values(business, today)
    proposal = {
        "title": values["title"],
        "currency": business.currency,
        "expires_on": today + timedelta(days=14),
        "after_price": interval_words.after_price(Interval.MONTHLY),
        "after_hours": interval_words.after_hours(Interval.MONTHLY),
    }
    context = {
        "proposal": proposal,
        "contact": sample_contact(values),
        "intro": "",
        "tiers": BUILT_IN[USUAL]().priced_in(business.currency).drafts,
        "link": SAMPLE_LINK,
    }
    return _letter("proposal", "proposal", context, business, values)


def _reminder(business: Business, today: date) -> Letter:
    values = _sample_values(business, today)
    note = deadline_note(values, SAMPLE_LINK)
    return _letter("proposal_reminder", "note", note, business, values)


def _signing(kind: str, business: Business, today: date) -> Letter:
    values = _sample_values(business, today)
    note = signing_note(signing_subject(kind, values["title"]), values)
    return _letter(kind, "note", {**note, "link": SAMPLE_LINK}, business, values)


def _invitation(business: Business, today: date) -> Letter:
    return _signing("sign_invitation", business, today)


def _sign_reminder(business: Business, today: date) -> Letter:
    return _signing("sign_reminder", business, today)


def _signed(business: Business, today: date) -> Letter:
    values = _sample_values(business, today)
    agreement = SimpleNamespace(
        title=values["title"], client=SimpleNamespace(name=values["client"])
    )
    context = {"agreement": agreement, "link": SAMPLE_LINK}
    return _letter("signed", "signed", context, business, values)
