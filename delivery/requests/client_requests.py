"""What a client does with a request: asks for work, adds a message, withdraws the request."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.models import Agreement
from agreements.rules.states import RUNNING_STATES, AgreementState
from agreements.running import working_days
from clients.models import Contact
from core.database.state_moves import move
from delivery.models import Request
from delivery.requests import request_emails, request_messages, scope_check
from delivery.requests.request_messages import clean_text, first_line
from delivery.rules import response_time
from delivery.rules.errors import NotOpen
from delivery.rules.states import REQUEST, RequestState

STATES_THAT_TAKE_REQUESTS = (*RUNNING_STATES, AgreementState.ENDED)


def create_request(
    *,
    contact: Contact,
    agreement: Agreement,
    text: str,
    now: datetime,
    estimate: int | None = None,
    once: str = "",
    title: str = "",
) -> Request:
    """Create a request, and email the freelancer.

    The request states whether it fits and by when an answer is due. `estimate` is in minutes. The
    `title` is the first line of the text, unless it is given. `once` identifies the submitted
    form: the same form with the same text returns the request that it made before, with another
    text it makes a new one. Raises NoWords and NotOpen.
    """
    cleaned = clean_text(text)
    if agreement.client_id != contact.client_id or agreement.state not in STATES_THAT_TAKE_REQUESTS:
        raise NotOpen(_("Nothing can be asked about this agreement."))
    scope = scope_check.scopes_of([agreement], now=now, estimate=estimate)[agreement.pk]
    with transaction.atomic():
        request, is_new = Request.objects.get_or_create(
            pk=request_messages.repeatable_id(contact.pk, once and once + cleaned),
            defaults={
                "business_id": agreement.business_id,
                "client_id": contact.client_id,
                "agreement": agreement,
                "period": scope.period,
                "contact": contact,
                "title": first_line(title or cleaned),
                "fits": scope.fit.value,
                "left": scope.left,
                "estimate": estimate,
                "created_at": now,
                "respond_by": response_time.respond_by(
                    now,
                    scope.response_hours,
                    agreement.business.time_zone,
                    working_days.holidays_agreed(agreement, now.year),
                ),
            },
        )
        if is_new:
            message = request_messages.write_message(
                request=request, contact=contact, text=cleaned, now=now
            )
            request_emails.tell_owner(request, message, now=now, is_new=True)
    return request


def add_message(
    *,
    request: Request,
    contact: Contact,
    text: str,
    now: datetime,
    came_as: str = "",
    once: str = "",
) -> bool:
    """Add a message to a request; return whether the message is new.

    The same form (`once`) or email (`came_as`) is written once. Raises NoWords and NotOpen.
    """
    cleaned = clean_text(text)
    if contact.client_id != request.client_id or request.state == RequestState.WITHDRAWN:
        raise NotOpen(_("This request was cancelled. Please make a new one."))
    form_id = once and f"{contact.pk}{once}{cleaned}"
    with transaction.atomic():
        message = request_messages.write_message(
            request=request, contact=contact, text=cleaned, now=now, once=form_id, came_as=came_as
        )
        if message:
            request_emails.tell_owner(request, message, now=now)
    return message is not None


def withdraw_request(*, request: Request, contact: Contact, now: datetime) -> Request:
    """Withdraw a request that the client no longer needs, and tell the freelancer.

    Raises NotAllowedNow when the request is done or withdrawn already.
    """
    with transaction.atomic():
        move(request, RequestState.WITHDRAWN, REQUEST, sets={"done_at": now})
        request_emails.tell_owner_of_end(request, contact, now=now)
    return request
