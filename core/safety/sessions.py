"""Knows a user's sessions and ends them (rule 84).

allauth keeps one row for each session. When a session was last seen is written every ten minutes
at most, so that no page takes a query for it.
"""

from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import HttpRequest

from core.models import User
from core.safety import devices

BEGAN, SEEN = "began_at", "seen_at"  # of the session, in seconds since 1970
PRECISION = timedelta(minutes=10)  # of "last seen"
LONGEST = 200  # characters of what a browser says about itself


def begin(request: HttpRequest, user: User, *, now: datetime) -> None:
    """Note that a session begins with this sign-in."""
    request.session[BEGAN] = now.timestamp()
    if not request.session.session_key:
        request.session.save()
    _note(request, user, now)


def is_over(request: HttpRequest, user: User, *, now: datetime) -> bool:
    """Whether a session was ended with all others, is too old, or was idle for too long."""
    session = request.session
    if user.sessions_from and session.get(BEGAN, 0) < user.sessions_from.timestamp():
        return True
    longest = timedelta(days=settings.SESSION_DAYS).total_seconds()
    if now.timestamp() - session.get(BEGAN, now.timestamp()) > longest:
        return True
    idle = timedelta(hours=settings.SESSION_IDLE_HOURS)
    return (
        bool(idle) and now.timestamp() - session.get(SEEN, now.timestamp()) > idle.total_seconds()
    )


def see(request: HttpRequest, user: User, *, now: datetime) -> None:
    """Note that a session is used, if that was not noted in the last ten minutes."""
    since = now.timestamp() - request.session.get(SEEN, 0)
    if since >= PRECISION.total_seconds():
        _note(request, user, now)


def _note(request: HttpRequest, user: User, now: datetime) -> None:
    request.session.setdefault(BEGAN, now.timestamp())
    request.session[SEEN] = now.timestamp()
    agent = request.headers.get("User-Agent", "")[:LONGEST]
    fields = {
        "user": user,
        "ip": devices.ip_of(request) or "0.0.0.0",  # noqa: S104  # it is unknown, and not listened on
        "user_agent": "".join(each for each in agent if each.isprintable()),
        "last_seen_at": now,
    }
    key = request.session.session_key
    if not UserSession.objects.filter(session_key=key).update(**fields):
        UserSession.objects.create(session_key=key, created_at=now, **fields)


def sessions_of(user: User) -> list[UserSession]:
    """The sessions in which a user is signed in, the last seen first."""
    found = UserSession.objects.purge_and_list(user)
    return sorted(found, key=lambda row: row.last_seen_at, reverse=True)


def end_all(user: User, *, now: datetime, but: str = "") -> None:
    """End the sessions of a user, also those that no row is known of."""
    for row in UserSession.objects.filter(user=user).exclude(session_key=but):
        row.end()
    User.objects.filter(pk=user.pk).update(sessions_from=now)
    user.sessions_from = now
