"""What the freelancer does with a request: answers, starts, finishes or declines it, and says how long it takes."""

from datetime import datetime

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from core.database.state_moves import move
from core.documents.glyphs import printable
from delivery.models import Deliverable, Handover, Request
from delivery.requests import request_emails, thread
from delivery.rules.errors import BadHandover, NotOpen
from delivery.rules.states import REQUEST, RequestState
from delivery.work import checklist_actions
from delivery.work.hand_over import hand_over


def answer(
    *,
    request: Request,
    text: str,
    now: datetime,
    to: RequestState | None = None,
    came_as: str = "",
    gift: Handover | None = None,
    once: str = "",
) -> bool:
    """Say something, move it to a state, or both at once; whether it is new. The client hears of it by mail.

    The first of these is the first answer that the tier promised. `once` marks the form, as for `ask`. Raises
    NoWords, NotOpen and NotAllowedNow.
    """
    must_say = to == RequestState.DECLINED or (to is None and gift is None)
    said = thread.tidy(text) if must_say or text.strip() else ""
    if request.state == RequestState.WITHDRAWN:
        raise NotOpen(_("The client took this back."))
    with transaction.atomic():
        message = None
        if said:
            mark = once and once + said
            message = thread.write(
                request=request, contact=None, text=said, now=now, once=mark, came_as=came_as
            )
        if said and message is None:
            return False
        if to:
            move(
                request, to, REQUEST, sets={"done_at": None if to == RequestState.STARTED else now}
            )
        Request.objects.filter(pk=request.pk, responded_at__isnull=True).update(responded_at=now)
        request.refresh_from_db(fields=["responded_at"])
        request_emails.tell_client(request, message, to, gift, now=now)
    return True


def hand_over_for(
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
    """Answer with a link or a file: a piece of a promised thing, or else one more thing in the newest period.

    Raises BadHandover, and what `answer` and `hand_over` raise; nothing is written then.
    """
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
        thing = deliverable or checklist_actions.add(
            period=period, title=title, promised=1, now=now
        )
        gift = hand_over(
            deliverable=thing,
            actor=actor,
            now=now,
            title=title,
            url=url,
            file=file,
            request=request,
        )
        answer(request=request, text=text, now=now, to=to, gift=gift)
    return gift


def estimate(*, request: Request, minutes: int | None) -> Request:
    """How long it takes, as the freelancer thinks; what the client was told when asking stays as it was said."""
    Request.objects.filter(pk=request.pk).update(estimate=minutes)
    request.refresh_from_db(fields=["estimate"])
    return request
