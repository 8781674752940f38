"""Letters about requests, to both sides: what was asked and said, what became of it, and a promise that runs out."""

from datetime import datetime
from uuid import uuid5

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from clients import portal_links
from clients.models import Contact
from core import formats, links
from core.outbox import emails
from delivery.models import Handover, Request, RequestMessage
from delivery.requests import reply_address
from delivery.rules.states import RequestState


def tell_owner(
    request: Request, message: RequestMessage | None, *, now: datetime, is_new: bool = False
) -> None:
    """What the client has asked or added."""
    if message is None or message.contact is None:
        return
    with translation.override(request.business.language):
        words = _words(request) | {"name": message.contact.name}
        subject = _("%(client)s asks: %(title)s") if is_new else _("%(client)s adds to “%(title)s”")
        said = [_("%(name)s writes:") % words, message.text]
        if is_new:
            said.append(
                f"{request.get_fits_display()}. " + _("An answer is promised by %(by)s.") % words
            )
        _to_owner(
            request, "request", str(message.pk), subject % words, said, message.contact.email, now
        )


def tell_owner_of_end(request: Request, contact: Contact, *, now: datetime) -> None:
    """The client took it back."""
    with translation.override(request.business.language):
        words = _words(request) | {"name": contact.name}
        subject = _("%(client)s took back: %(title)s") % words
        said = [_("%(name)s does not need this any more. There is nothing for you to do.") % words]
        _to_owner(request, "request_end", str(request.pk), subject, said, contact.email, now)


def remind_owner(request: Request, *, now: datetime) -> None:
    """The promised time is nearly over, or over: once."""
    with translation.override(request.business.language):
        words = _words(request)
        if now > request.respond_by:
            subject, said = (
                _("Overdue: %(title)s"),
                _("%(client)s was promised an answer by %(by)s."),
            )
        else:
            subject, said = (
                _("Answer soon: %(title)s"),
                _("%(client)s is promised an answer by %(by)s."),
            )
        more = _("A sentence is enough: that you have seen it, and when you will do it.")
        _to_owner(
            request, "request_due", str(request.pk), subject % words, [said % words, more], "", now
        )


def tell_client(
    request: Request,
    message: RequestMessage | None,
    to: RequestState | None,
    gift: Handover | None,
    *,
    now: datetime,
) -> None:
    """What the freelancer said, did, or handed over: to everybody who has spoken about it."""
    agreement = request.agreement
    with translation.override(agreement.language):
        words = _words(request)
        subject = {
            RequestState.STARTED: _("Started: %(title)s"),
            RequestState.DONE: _("Done: %(title)s"),
            RequestState.DECLINED: _("Not possible: %(title)s"),
        }.get(to or RequestState.ASKED, _("Answer: %(title)s"))
        said = [message.text] if message else []
        said += [_gift(gift)] if gift else []
        said += {
            RequestState.STARTED: [_("“%(title)s” is being worked on.") % words],
            RequestState.DONE: [_("“%(title)s” is done.") % words],
        }.get(to or RequestState.ASKED, [])
        for contact in _people(request):
            door = portal_links.portal_link(
                contact=contact, now=now, target=f"request:{request.pk}"
            )
            address = reply_address.of(request, contact)
            context = {
                "subject": subject % words,
                "name": contact.name,
                "paragraphs": [*said, *_how(address)],
                "button": _("Open it"),
                "link": links.placeholder("link", door.id),
            }
            ref = uuid5(
                contact.pk, f"{request.pk}:{message.pk if message else to}:{now.isoformat()}"
            )
            emails.write(
                kind="request_answer",
                ref=str(ref),
                to=contact.email,
                template="note",
                context=context,
                language=agreement.language,
                business=request.business,
                reply_to=address,
                now=now,
            )


def _to_owner(
    request: Request, kind: str, ref: str, subject: str, said: list[str], sender: str, now: datetime
) -> None:
    business = request.business
    address = reply_address.of(request, business.owner)
    link = str(settings.SITE_URL).rstrip("/") + settings.REQUEST_PATH.format(pk=request.pk)
    context = {
        "subject": subject,
        "name": "",
        "paragraphs": [*said, *_how(address)],
        "button": _("Open it"),
        "link": link,
    }
    emails.write(
        kind=kind,
        ref=ref,
        to=business.owner.email,
        template="note",
        context=context,
        language=business.language,
        business=business,
        reply_to=address or sender,
        now=now,
    )


def _how(address: str) -> list[str]:
    """How to answer; without an address of its own the button below is the way."""
    return (
        [_("You can simply answer this email.")]
        if address
        else [_("Answer with the button below.")]
    )


def _gift(gift: Handover) -> str:
    return (
        f"{gift}: {gift.url}"
        if gift.url and str(gift) != gift.url
        else str(gift or gift.deliverable)
    )


def _people(request: Request) -> list[Contact]:
    """Who asked, and who has said something; only those who may still enter."""
    spoke = RequestMessage.objects.filter(request=request, contact__isnull=False).values("contact")
    return list(
        Contact.objects.filter(pk__in=spoke, is_active=True)
        .select_related("business")
        .order_by("pk")
    )


def _words(request: Request) -> dict[str, str]:
    by = formats.moment(request.respond_by, request.business.time_zone)
    return {"client": request.client.name, "title": request.title, "by": by}
