"""Template context that every page has: facts about the installation and the signed-in user."""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from core.continuity import standing
from core.models import Business, User
from core.outbox import emails, mail_server
from core.system import invite, rows_set_aside
from core.team import members
from core.tenancy import which_exist
from dashboard.time.views import timer
from delivery.models import Timer
from delivery.requests import response_status

WAITING = {"doubt", "outage"}  # while there is one of these, no email goes out


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the variables of every template.

    `mail_is_local` says that emails can be read in the app instead of being sent (DEBUG only),
    `mail_is_unsent` that they are not sent and cannot be read there,
    `charging_is_real` that cards are charged with real money. `emails_wait` (cannot go out now),
    `is_open` (strangers can sign up), `unanswered` (how many requests wait for their first answer),
    `seats` (the businesses between which the user can switch) and `clock` (the user's running
    timer) are computed only by the pages that show them. `frame` names what else there is to show
    around a page of the dashboard: one query for all of it.
    """
    business: Business | None = getattr(request, "business", None)
    frame: Any = SimpleLazyObject(lambda: _frame(request, business))
    return {
        "unanswered": lambda: response_status.count_unanswered(business) if business else 0,
        "mail_is_local": settings.DEBUG and settings.MAIL_IS_LOCAL,
        "mail_is_unsent": settings.MAIL_IS_LOCAL and not settings.DEBUG,
        "emails_wait": emails.are_waiting
        if business is None
        else lambda: bool(WAITING.intersection(frame)),
        "is_open": invite.is_open_to_all,
        "frame": frame,
        "clock": SimpleLazyObject(
            lambda: timer.running_timer(request) if "clock" in frame else None
        ),
        "seats": lambda: _seats(request),
        "charging_is_real": settings.CHARGING == "real",
    }


def _frame(request: HttpRequest, business: Business | None) -> set[str]:
    """Which rows there are that every page of the dashboard shows."""
    if business is None:
        return {"doubt"} if standing.in_doubt() else set()
    rows: dict[str, QuerySet[Any]] = {
        "clock": Timer.objects.filter(user=request.user, business=business),  # type: ignore[misc]
        "doubt": standing.doubted(),
        "outage": mail_server.outages(),
        "set_aside": rows_set_aside.shown_on(request.resolver_match, business),
    }
    return which_exist(business, rows)


def _seats(request: HttpRequest) -> list[members.Seat]:
    """The businesses of somebody who has ever joined a team; of anybody else nothing is asked."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) or user.business_in_use_id is None:
        return []
    return members.seats_of(user)
