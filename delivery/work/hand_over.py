"""Hands a piece of a deliverable over to the client, with a link or a file, and undoes it."""

from datetime import date, datetime
from urllib.parse import urlsplit

from django.core.files.base import File
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from core.dates import local_day
from core.errors import NotAllowedNow
from delivery.models import Deliverable, Handover, Request, WorkAnswer
from delivery.rules.errors import BadHandover
from delivery.work import handover_files, pieces
from delivery.work.checklist_actions import MOST_PIECES, update_open
from delivery.work.closed_periods import lock_open_period


def hand_over(
    *,
    deliverable: Deliverable,
    actor: str,
    now: datetime,
    on: date | None = None,
    count: int = 1,
    title: str = "",
    url: str = "",
    file: "File[bytes] | None" = None,
    request: Request | None = None,
) -> Handover:
    """Hand over `count` pieces of a deliverable; more than was promised is allowed.

    With a `request` for a change of what was delivered it is the newer version of that: it counts
    as many pieces, and adds none.
    `on` is the day in the client's time zone, by default today. Raises BadHandover, NotAllowedNow
    and AlreadySent; then nothing is written.
    """
    period = deliverable.period
    today = local_day(now, period.agreement.time_zone)
    if not 0 < count <= MOST_PIECES:
        raise BadHandover(_("Write a number between 1 and 9,999."), field="count")
    if url and not is_link(url):
        raise BadHandover(_("A link begins with https:// or http://."), field="url")
    if on and on > today:
        raise BadHandover(_("This day has not come yet."), field="on")
    change = pieces.change_of(request, deliverable) if request else None
    file_fields = vars(handover_files.store_file(file)) if file else {}
    handover = Handover(
        business_id=deliverable.business_id,
        deliverable=deliverable,
        on=on or today,
        count=change.pieces if change else count,
        title=title[:160],
        url=url,
        actor=actor[:200],
        request=request,
        created_at=now,
        **file_fields,
    )
    with transaction.atomic():
        lock_open_period(period)
        if change is None:
            update_open(deliverable, done=F("done") + count)
        handover.save(force_insert=True)
    return handover


def undo_handover(*, handover: Handover) -> Deliverable:
    """Undo a handover: delete it with its answers, and subtract its pieces from the deliverable.

    What the client answered stays in the history. Without a newer version the one before counts
    again. Raises NotAllowedNow and AlreadySent.
    """
    deliverable = handover.deliverable
    with transaction.atomic():
        lock_open_period(deliverable.period)
        known = Handover.objects.filter(pk=handover.pk)
        if known.exists() and handover not in pieces.current_handovers(deliverable):
            raise NotAllowedNow(_("A newer version was handed over. Take that back first."))
        is_version = pieces.change_of(handover.request, deliverable) is not None
        WorkAnswer.objects.filter(handover=handover).delete()
        if known.delete()[0] and not is_version:
            update_open(deliverable, done=F("done") - handover.count)
    return deliverable


def is_link(url: str) -> bool:
    """Whether the URL leads to the web: http or https, and no character that ends it early."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https")
        and bool(parts.hostname)
        and url.isprintable()
        and " " not in url
    )
