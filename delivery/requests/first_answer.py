"""The first answer to each request, measured against what the tier promises."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core import formats
from core.models import Business
from delivery.models import Request
from delivery.rules.response_time import Response, response
from delivery.rules.states import RequestState

OPEN = (RequestState.ASKED, RequestState.STARTED)


@dataclass(frozen=True)
class Told:
    """How the promise stands, in words, and a tone: good, warn, bad, info or mute."""

    text: str
    tone: str


def unanswered(requests: QuerySet[Request]) -> QuerySet[Request]:
    """Those that wait for their first answer."""
    return requests.filter(state__in=OPEN, responded_at__isnull=True)


def waiting(business: Business) -> int:
    """How many of a business's wait for their first answer."""
    return unanswered(Request.objects.filter(business=business)).count()


def soon(requests: Iterable[Request], now: datetime) -> list[Request]:
    """Of those that wait, the ones whose time is nearly over, or over."""
    return [row for row in requests if standing(row, now) in (Response.SOON, Response.OVERDUE)]


def standing(row: Request, now: datetime) -> Response:
    """How its promise stands."""
    return response(row.created_at, row.respond_by, row.responded_at, now)


def told(row: Request, now: datetime, zone: str) -> Told:
    """In words, with times on the clock of `zone`."""
    if row.responded_at is None and row.state not in OPEN:
        return Told(_("Taken back before an answer"), "mute")
    words = {"by": formats.moment(row.respond_by, zone)}
    if row.responded_at:
        words["took"] = took(row.responded_at - row.created_at)
    text, tone = {
        Response.WAITING: (_("Answer promised by %(by)s"), "info"),
        Response.SOON: (_("Answer due by %(by)s"), "warn"),
        Response.OVERDUE: (_("Answer overdue since %(by)s"), "bad"),
        Response.KEPT: (_("Answered in %(took)s, as promised"), "good"),
        Response.BROKEN: (_("Answered in %(took)s; it was promised by %(by)s"), "bad"),
    }[standing(row, now)]
    return Told(text % words, tone)


def took(span: timedelta) -> str:
    """3 h, or 12 min where it is less than an hour."""
    minutes = max(1, round(span.total_seconds() / 60))
    return (
        formats.hours(round(minutes / 6) * 6) if minutes >= 60 else _("%(n)s min") % {"n": minutes}
    )
