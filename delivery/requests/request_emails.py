"""Emails about requests, to both sides: questions, messages, results, and answers that are due."""

from datetime import datetime
from uuid import uuid5

from django.utils import translation
from django.utils.translation import gettext as _

from clients import portal_links
from clients.models import Contact
from core import formats, links
from core.models.notification import Event
from core.outbox import emails, owner_notes
from delivery.models import Handover, Request, RequestMessage
from delivery.requests import reply_address
from delivery.rules.states import RequestState


def tell_owner(
    request: Request, message: RequestMessage | None, *, now: datetime, is_new: bool = False
) -> None:
    """Email the owner what the client asked (`is_new`) or added."""
    if message is None or message.contact is None:
        return
    with translation.override(request.business.language):
        values = _values(request) | {"name": message.contact.name}
        subject = _("%(client)s asks: %(title)s") if is_new else _("%(client)s adds to “%(title)s”")
        paragraphs = [_("%(name)s writes:") % values, message.text]
        if is_new:
            paragraphs.append(
                _("The client was told: %(fits)s. You promised an answer by %(by)s.")
                % {"fits": request.get_fits_display(), **values}
            )
        _tell_owner(
            request,
            Event.REQUESTED,
            "request",
            str(message.pk),
            subject % values,
            paragraphs,
            message.contact.email,
            now,
        )


def tell_owner_of_end(request: Request, contact: Contact, *, now: datetime) -> None:
    """Email the owner that the client withdrew the request."""
    with translation.override(request.business.language):
        values = _values(request) | {"name": contact.name}
        subject = _("%(client)s cancelled: %(title)s") % values
        paragraphs = [
            _("%(name)s does not need this any more. There is nothing for you to do.") % values
        ]
        _tell_owner(
            request,
            Event.REQUESTED,
            "request_end",
            str(request.pk),
            subject,
            paragraphs,
            contact.email,
            now,
        )


def remind_owner(request: Request, *, now: datetime) -> None:
    """Email the owner, once, that the promised answer is nearly due or overdue."""
    with translation.override(request.business.language):
        values = _values(request)
        if now > request.respond_by:
            subject, sentence = (
                _("Overdue: %(title)s"),
                _("You promised %(client)s an answer by %(by)s, and that time is over."),
            )
        else:
            subject, sentence = (
                _("Answer soon: %(title)s"),
                _("You promised %(client)s an answer by %(by)s."),
            )
        advice = _("A sentence is enough: that you have seen it, and when you will do it.")
        _tell_owner(
            request,
            None,
            "request_due",
            str(request.pk),
            subject % values,
            [sentence % values, advice],
            "",
            now,
        )


def tell_client(
    request: Request,
    message: RequestMessage | None,
    state: RequestState | None,
    handover: Handover | None,
    *,
    now: datetime,
) -> None:
    """Email what the freelancer wrote, did or handed over to every contact who took part.

    Each reads it in their own language.
    """
    for contact in _participants(request):
        language = contact.language_for(request.agreement.language)
        link = portal_links.portal_link(contact=contact, now=now, target=f"request:{request.pk}")
        address = reply_address.reply_address(request, contact)
        with translation.override(language):
            subject, paragraphs = _to_client(request, message, state, handover)
            context = {
                "subject": subject,
                "name": contact.name,
                "paragraphs": [*paragraphs, *_how_to_answer(address)],
                "button": _("Open the request"),
                "link": links.placeholder("link", link.id),
            }
        # One email for each contact and each answer, even when the same step is repeated later.
        ref = uuid5(
            contact.pk, f"{request.pk}:{message.pk if message else state}:{now.isoformat()}"
        )
        emails.write(
            kind="request_answer",
            ref=str(ref),
            to=contact.email,
            template="note",
            context=context,
            language=language,
            business=request.business,
            reply_to=address,
            now=now,
        )


def _to_client(
    request: Request,
    message: RequestMessage | None,
    state: RequestState | None,
    handover: Handover | None,
) -> tuple[str, list[str]]:
    """Return the subject and the paragraphs, in the active language."""
    values = _values(request)
    subject = {
        RequestState.STARTED: _("Started: %(title)s"),
        RequestState.DONE: _("Done: %(title)s"),
        RequestState.DECLINED: _("Not possible: %(title)s"),
    }.get(state or RequestState.ASKED, _("Answer: %(title)s"))
    paragraphs = [message.text] if message else []
    paragraphs += [_handover_line(handover)] if handover else []
    paragraphs += {
        RequestState.STARTED: [_("“%(title)s” is being worked on.") % values],
        RequestState.DONE: [_("“%(title)s” is done.") % values],
    }.get(state or RequestState.ASKED, [])
    return subject % values, paragraphs


def _tell_owner(
    request: Request,
    event: Event | None,
    kind: str,
    ref: str,
    subject: str,
    paragraphs: list[str],
    sender: str,
    now: datetime,
) -> None:
    """Tell the owner; a reply goes to the request, or to `sender` where that is not possible."""
    business = request.business
    address = reply_address.reply_address(request, business.owner)
    owner_notes.tell(
        business=business,
        event=event,
        kind=kind,
        ref=ref,
        subject=subject,
        paragraphs=[*paragraphs, *_how_to_answer(address)],
        button=_("Open the request"),
        url=links.absolute_url("dashboard:request", request.pk),
        sentence=subject,
        reply_to=address or sender,
        now=now,
    )


def _how_to_answer(address: str) -> list[str]:
    """Return the sentence that an email is enough; without an address, the button is the way."""
    return [_("You can simply answer this email.")] if address else []


def _handover_line(handover: Handover) -> str:
    """Return a handover in a line: its name and its link."""
    return (
        f"{handover}: {handover.url}"
        if handover.url and str(handover) != handover.url
        else str(handover or handover.deliverable)
    )


def _participants(request: Request) -> list[Contact]:
    """Return the contacts who asked or wrote about the request and still have access."""
    authors = RequestMessage.objects.filter(request=request, contact__isnull=False).values(
        "contact"
    )
    return list(
        Contact.objects.filter(pk__in=authors, is_active=True)
        .select_related("business")
        .order_by("pk")
    )


def _values(request: Request) -> dict[str, str]:
    """Return the values for the sentences about a request."""
    by = formats.moment(request.respond_by, request.business.time_zone)
    return {"client": request.client.name, "title": request.title, "by": by}
