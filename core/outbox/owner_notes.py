"""Tells the owner of a business what a client did: at once, in one email a day, or not at all."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import formats, links
from core.dates import local_day, local_instant
from core.jobs import batches
from core.jobs.set_aside import Step
from core.models import Business, OwnerNote
from core.models.business import Hears
from core.outbox import emails

SEND_DAILY = Step(
    "send_owner_notes",
    "agreements.tasks.seal_signed",
    gettext_lazy("Send the email of the day to the owner"),
    Business,
    business="pk",
    title="name",
    page=("letters", "pk"),
)
MORNING = 8  # hour of the owner's day at which the email of the day is written


def tell(
    *,
    business: Business,
    hears: str,
    kind: str,
    ref: str,
    subject: str,
    paragraphs: Sequence[str],
    button: str,
    url: links.Address,
    now: datetime,
) -> None:
    """Tell the owner, as `hears` (a value of Hears) says.

    The texts are in the language of the business. The first of `paragraphs` says what happened, and
    is all that the email of the day holds. `button` leads to `url`.
    """
    if hears == Hears.DAILY:
        OwnerNote.objects.create(business=business, sentence=paragraphs[0][:700], created_at=now)
    if hears != Hears.NOW:
        return
    context = {
        "subject": subject,
        "name": "",
        "paragraphs": paragraphs,
        "button": button,
        "link": url,
    }
    _write(business, kind, ref, context, now)


def send_daily(*, now: datetime) -> int:
    """Write the email of the day to every owner for whom there are notes; returns how many."""
    waiting = OwnerNote.objects.filter(told_at__isnull=True).values("business")
    rows = Business.objects.filter(pk__in=waiting).select_related("owner").order_by("pk")
    return batches.run_rows(SEND_DAILY, rows, lambda row: _send(row, now), now=now)


def _send(business: Business, now: datetime) -> int:
    """Write the email of what happened before this morning; 1 if there was something."""
    day = local_day(now, business.time_zone)
    morning = local_instant(day, MORNING, business.time_zone)
    with transaction.atomic():
        notes = OwnerNote.objects.select_for_update().filter(
            business=business, told_at__isnull=True, created_at__lt=morning
        )
        rows = list(notes)
        if now < morning or not rows:
            return 0
        with translation.override(business.language):
            context = {
                "subject": _("Your daily summary, %(day)s") % {"day": formats.day(day)},
                "name": "",
                "paragraphs": [row.sentence for row in rows],
                "button": _("Open the overview"),
                "link": links.absolute_url("dashboard:home"),
            }
        _write(business, "owner_notes", str(rows[0].pk), context, now)
        OwnerNote.objects.filter(pk__in=[row.pk for row in rows]).update(told_at=now)
    return 1


def _write(
    business: Business, kind: str, ref: str, context: Mapping[str, Any], now: datetime
) -> None:
    emails.write(
        kind=kind,
        ref=ref,
        to=business.owner.email,
        template="note",
        context=context,
        language=business.language,
        business=business,
        now=now,
    )
