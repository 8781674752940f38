"""Hands a piece of a deliverable over to the client, with a link or a file, and undoes it."""

from datetime import date, datetime
from urllib.parse import urlsplit

from django.core.files.base import File
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from core.dates import local_day
from delivery.models import Deliverable, Handover, Request
from delivery.rules.errors import BadHandover
from delivery.work import handover_files
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
    file_fields = vars(handover_files.store_file(file)) if file else {}
    handover = Handover(
        business_id=deliverable.business_id,
        deliverable=deliverable,
        on=on or today,
        count=count,
        title=title[:160],
        url=url,
        actor=actor[:200],
        request=request,
        created_at=now,
        **file_fields,
    )
    with transaction.atomic():
        lock_open_period(period)
        update_open(deliverable, done=F("done") + count)
        handover.save(force_insert=True)
    return handover


def undo_handover(*, handover: Handover) -> Deliverable:
    """Undo a handover: delete it, and subtract its pieces from the deliverable.

    Raises NotAllowedNow and AlreadySent.
    """
    deliverable = handover.deliverable
    with transaction.atomic():
        lock_open_period(deliverable.period)
        if Handover.objects.filter(pk=handover.pk).delete()[0]:
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
