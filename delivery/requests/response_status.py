"""How the first answer to each request stands against the time that the tier promises."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core import formats
from core.models import Business
from delivery.models import Request
from delivery.rules.response_time import Response, response_status
from delivery.rules.states import RequestState

OPEN = (RequestState.ASKED, RequestState.STARTED)


@dataclass(frozen=True)
class StatusText:
    """The standing of a promised answer in words, and a tone: good, warn, bad, info or mute."""

    text: str
    tone: str


def unanswered(requests: QuerySet[Request]) -> QuerySet[Request]:
    """Return the requests that wait for their first answer."""
    return requests.filter(state__in=OPEN, responded_at__isnull=True)


def count_unanswered(business: Business) -> int:
    """Return how many requests of a business wait for their first answer."""
    return unanswered(Request.objects.filter(business=business)).count()


def due_soon(requests: Iterable[Request], now: datetime) -> list[Request]:
    """Return the requests whose answer is nearly due or overdue, out of those that wait."""
    return [
        request
        for request in requests
        if response_of(request, now) in (Response.SOON, Response.OVERDUE)
    ]


def response_of(request: Request, now: datetime) -> Response:
    """Return how the promised answer of a request stands at `now`."""
    return response_status(request.created_at, request.respond_by, request.responded_at, now)


def status_text(request: Request, now: datetime, zone: str) -> StatusText:
    """Return the standing in words, with times in the time zone `zone`."""
    if request.responded_at is None and request.state not in OPEN:
        return StatusText(_("Cancelled before an answer"), "mute")
    values = {"by": formats.moment(request.respond_by, zone)}
    if request.responded_at:
        values["took"] = duration_text(request.responded_at - request.created_at)
    text, tone = {
        Response.WAITING: (_("Answer promised by %(by)s"), "info"),
        Response.SOON: (_("Answer due by %(by)s"), "warn"),
        Response.OVERDUE: (_("Answer overdue since %(by)s"), "bad"),
        Response.KEPT: (_("Answered in %(took)s, as promised"), "good"),
        Response.BROKEN: (_("Answered in %(took)s; it was promised by %(by)s"), "bad"),
    }[response_of(request, now)]
    return StatusText(text % values, tone)


def duration_text(span: timedelta) -> str:
    """Format a duration: 3 h, or 12 min when it is less than an hour."""
    minutes = max(1, round(span.total_seconds() / 60))
    return (
        formats.hours(round(minutes / 6) * 6) if minutes >= 60 else _("%(n)s min") % {"n": minutes}
    )
