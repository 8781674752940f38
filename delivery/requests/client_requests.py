"""What a client does with a request: asks for work in a few words, adds to it, takes it back."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.models import Agreement
from agreements.rules.states import RUNS, AgreementState
from clients.models import Contact
from core.database.state_moves import move
from delivery.models import Request
from delivery.requests import request_emails, scope_check, thread
from delivery.requests.thread import tidy, title_of
from delivery.rules import response_time
from delivery.rules.errors import NotOpen
from delivery.rules.states import REQUEST, RequestState

ASKABLE = (*RUNS, AgreementState.ENDED)


def ask(
    *,
    contact: Contact,
    agreement: Agreement,
    text: str,
    now: datetime,
    estimate: int | None = None,
    once: str = "",
) -> Request:
    """Write it down, with whether it fits and by when an answer is promised, and tell the freelancer.

    `estimate` is in minutes. `once` marks the form: the same words posted again give the same request, others from a
    page that came back are another one. Raises NoWords, NotOpen.
    """
    said = tidy(text)
    if agreement.client_id != contact.client_id or agreement.state not in ASKABLE:
        raise NotOpen(_("Nothing can be asked about this agreement."))
    found = scope_check.of([agreement], now=now, estimate=estimate)[agreement.pk]
    with transaction.atomic():
        row, is_new = Request.objects.get_or_create(
            pk=thread.id_of(contact.pk, once and once + said),
            defaults={
                "business_id": agreement.business_id,
                "client_id": contact.client_id,
                "agreement": agreement,
                "period": found.period,
                "contact": contact,
                "title": title_of(said),
                "fits": found.fit.value,
                "left": found.left,
                "estimate": estimate,
                "created_at": now,
                "respond_by": response_time.respond_by(
                    now, found.response_hours, agreement.business.time_zone
                ),
            },
        )
        if is_new:
            message = thread.write(request=row, contact=contact, text=said, now=now)
            request_emails.tell_owner(row, message, now=now, is_new=True)
    return row


def say(
    *,
    request: Request,
    contact: Contact,
    text: str,
    now: datetime,
    came_as: str = "",
    once: str = "",
) -> bool:
    """Add to a request; whether it is new: the same form or email twice is written once. Raises NoWords, NotOpen."""
    said = tidy(text)
    if contact.client_id != request.client_id or request.state == RequestState.WITHDRAWN:
        raise NotOpen(_("This was taken back. Please ask anew."))
    mark = once and f"{contact.pk}{once}{said}"
    with transaction.atomic():
        message = thread.write(
            request=request, contact=contact, text=said, now=now, once=mark, came_as=came_as
        )
        if message:
            request_emails.tell_owner(request, message, now=now)
    return message is not None


def withdraw(*, request: Request, contact: Contact, now: datetime) -> Request:
    """The client does not need it any more. Raises NotAllowedNow where it is done or was taken back already."""
    with transaction.atomic():
        move(request, RequestState.WITHDRAWN, REQUEST, sets={"done_at": now})
        request_emails.tell_owner_of_end(request, contact, now=now)
    return request
