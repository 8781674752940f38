"""Holds back emails of a business that sends very many, so that one cannot use up the mail server.

Whoever signs up can write to any address, and what a mail server sends is counted against its good
name, on which the others' invoices depend (rule 93).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Coalesce

from core.models import Business, OutboxEmail
from core.models.outbox import OutboxState

DAY = timedelta(hours=24)
IS_NEW = timedelta(days=14)
LOOKED_AT = timedelta(minutes=15)  # after this time an email that is held back is looked at again
#: What somebody may get who never wrote to the business. Half of what may be sent, at most.
FIRST_CONTACT = {
    *("call_booked", "call_cancelled", "call_moved"),
    *("proposal", "proposal_extended", "proposal_forward", "proposal_reminder", "proposal_trial"),
    *("sign_invitation", "sign_reminder"),
    *("portal_invitation", "portal_link", "team_invitation"),
}
#: Emails to the owner that have no address before they are sent (core.outbox.emails.post).
TO_OWNER = {
    *("first_payment", "payment"),
    *("report_answered", "reports_drafted", "reports_held", "reports_waiting"),
}


@dataclass(frozen=True)
class Room:
    """How many more emails may go out now, and how many of them as FIRST_CONTACT."""

    emails: int
    first: int


def limit(business: Business, now: datetime) -> int:
    """Emails that a business may send within 24 hours; 0 if there is no limit."""
    is_new = now - business.created_at < IS_NEW
    return int(settings.EMAILS_A_DAY_NEW if is_new else settings.EMAILS_A_DAY)


def hold_back(now: datetime) -> int:
    """Put off what is due beyond the limits of its business; return how many emails that are.

    The oldest go first, and those to the owner are never counted. A worker that sends meanwhile has
    claimed at most one email that is not counted yet.
    """
    due = OutboxEmail.objects.due(now).filter(business__isnull=False).exclude(_to_owner())
    businesses = Business.objects.filter(pk__in=due.order_by().values("business").distinct())
    limits = {one.pk: most for one in businesses if (most := limit(one, now))}
    sent = _sent(limits, now)
    held = 0
    for pk, most in limits.items():
        emails, first = sent.get(pk, (0, 0))
        room = Room(max(0, most - emails), max(0, most // 2 - first))
        own = due.filter(business=pk)
        late = OutboxEmail.objects.due(now).filter(pk__in=_beyond(own, room))
        held += late.update(next_at=now + LOOKED_AT, held_at=Coalesce("held_at", now))
        own.filter(held_at__isnull=False).update(held_at=None)
    return held


def held(emails: QuerySet[OutboxEmail]) -> QuerySet[OutboxEmail]:
    """Those of the emails that wait for room."""
    return emails.filter(held_at__isnull=False, state=OutboxState.WAITING)


def _to_owner() -> Q:
    return Q(to=F("business__owner__email")) | Q(to="", kind__in=TO_OWNER)


def _sent(businesses: Iterable[UUID], now: datetime) -> dict[UUID, tuple[int, int]]:
    """What each of them sent within 24 hours: all emails, and those of FIRST_CONTACT."""
    within = OutboxEmail.objects.filter(business__in=list(businesses), sent_at__gt=now - DAY)
    counted = within.exclude(_to_owner()).order_by().values_list("business")
    first = Count("pk", filter=Q(kind__in=FIRST_CONTACT))
    return {pk: (n, m) for pk, n, m in counted.annotate(emails=Count("pk"), first=first)}


def _beyond(due: QuerySet[OutboxEmail], room: Room) -> Sequence[UUID]:
    """The emails for which there is no room. FIRST_CONTACT waits before the rest does."""
    is_first = Q(kind__in=FIRST_CONTACT)
    order = ("created_at", "pk")
    others = due.exclude(is_first).order_by(*order).values_list("pk", flat=True)
    first = due.filter(is_first).order_by(*order).values_list("pk", flat=True)
    left = max(0, room.emails - others.count())
    return [*others[room.emails :], *first[min(room.first, left) :]]
