"""What the freelancer does with a request: answers, starts, finishes, declines or estimates it."""

from datetime import datetime

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from core.database.state_moves import move
from core.documents.glyphs import printable
from delivery.models import Deliverable, Handover, Request, WorkAnswer
from delivery.requests import request_emails, request_messages
from delivery.rules.errors import BadHandover, NotOpen
from delivery.rules.states import REQUEST, RequestState
from delivery.work import checklist_actions
from delivery.work.closed_periods import is_closed
from delivery.work.hand_over import hand_over

OF_CHANGE = ("deliverable__period__agreement", "deliverable__period__business")


def answer_request(
    *,
    request: Request,
    text: str,
    now: datetime,
    to: RequestState | None = None,
    came_as: str = "",
    gift: Handover | None = None,
    once: str = "",
) -> bool:
    """Answer a request: write a message, move it to the state `to`, or both.

    Returns whether the answer is new. The client is told by email. The first answer is the one that
    the tier promises a time for. A message may be left out only when the request is started or
    done, or with a handover (`gift`). `once` identifies the submitted form as in `ask`. Raises
    NoWords, NotOpen and NotAllowedNow.
    """
    needs_text = to == RequestState.DECLINED or (to is None and gift is None)
    cleaned = request_messages.clean_text(text) if needs_text or text.strip() else ""
    if request.state == RequestState.WITHDRAWN:
        raise NotOpen(_("The client cancelled this request."))
    with transaction.atomic():
        message = None
        if cleaned:
            form_id = once and once + cleaned
            message = request_messages.write_message(
                request=request, contact=None, text=cleaned, now=now, once=form_id, came_as=came_as
            )
        if cleaned and message is None:
            return False
        if to:
            move(
                request, to, REQUEST, sets={"done_at": None if to == RequestState.STARTED else now}
            )
        Request.objects.filter(pk=request.pk, responded_at__isnull=True).update(responded_at=now)
        request.refresh_from_db(fields=["responded_at"])
        request_emails.tell_client(request, message, to, gift, now=now)
    return True


def answer_with_handover(
    *,
    request: Request,
    actor: str,
    now: datetime,
    text: str = "",
    to: RequestState | None = None,
    deliverable: Deliverable | None = None,
    url: str = "",
    file: "File[bytes] | None" = None,
) -> Handover:
    """Answer a request with a link or a file; return the handover.

    It counts towards `deliverable`, or else towards a deliverable that is added to the newest
    period. For a requested change it takes the place of what was delivered, unless the report of
    that period was sent. Raises BadHandover and the errors of `answer` and `hand_over`; then
    nothing is written.
    """
    change = WorkAnswer.objects.select_related(*OF_CHANGE).filter(request=request).first()
    if change and not is_closed(change.deliverable.period):
        deliverable = change.deliverable
    period = (
        deliverable.period
        if deliverable
        else request.agreement.periods.order_by("-starts_on").first()
    )
    if period is None:
        raise BadHandover(
            _("The agreement has no period yet: give the link in your answer."), field="url"
        )
    with transaction.atomic():
        title = printable(request.title).strip() or _("What you asked for")
        if change and deliverable == change.deliverable:
            title = change.handover.title if change.handover else deliverable.title
        target = deliverable or checklist_actions.add_deliverable(
            period=period, title=title, promised=1, now=now
        )
        handover = hand_over(
            deliverable=target,
            actor=actor,
            now=now,
            title=title,
            url=url,
            file=file,
            request=request,
        )
        answer_request(request=request, text=text, now=now, to=to, gift=handover)
    return handover


def set_estimate(*, request: Request, minutes: int | None) -> Request:
    """Set how many minutes the freelancer expects the request to take, None for unknown.

    What the client was told when asking does not change.
    """
    Request.objects.filter(pk=request.pk).update(estimate=minutes)
    request.refresh_from_db(fields=["estimate"])
    return request
