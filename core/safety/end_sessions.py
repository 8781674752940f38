"""Ends sessions for their user, and says so in the security log."""

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.http import HttpRequest

from core.models import User
from core.safety import devices, log, sessions


def end_one(request: HttpRequest, user: User, *, named: str, by: log.By, now: datetime) -> bool:
    """End one session of a user by the id of its row; False if they have none of that id.

    The session of this request is not ended: one signs out of it.
    """
    if not (named.isascii() and named.isdecimal() and len(named) < 19):
        return False
    others = UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key)
    with transaction.atomic():
        row = others.filter(pk=int(named)).first()
        if row is None:
            return False
        facts = {"device": devices.words(row.user_agent) or "—", "ip": row.ip}
        row.end()
        log.write(what="session_ended", person=user, by=by, facts=facts, now=now)
    return True


def end_others(request: HttpRequest, user: User, *, by: log.By, now: datetime) -> None:
    """End every session of a user but that of this request."""
    with transaction.atomic():
        sessions.end_all(user, now=now, but=request.session.session_key or "")
        request.session[sessions.BEGAN] = now.timestamp()
        log.write(what="sessions_ended", person=user, by=by, now=now)
