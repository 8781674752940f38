"""Tells the owner of a business what a client did: at once, in one email a day, or not at all."""

from collections.abc import Callable, Iterable, Mapping, Sequence
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
from core.models import Business, OutboxEmail, OwnerNote
from core.models.notification import Event, Hears
from core.outbox import emails, notification_choices

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
    event: Event | None,
    kind: str,
    ref: str,
    subject: str,
    paragraphs: Sequence[str],
    button: str,
    url: links.Address,
    now: datetime,
    sentence: str = "",
    reply_to: str = "",
) -> None:
    """Tell the owner, once for each (kind, ref), as they chose for `event`; at once without one.

    The texts are in the language of the business. The `sentence`, or the first of `paragraphs`, is
    all that the email of the day holds. `button` leads to `url`.
    """
    hears = notification_choices.hears(business, event) if event else Hears.NOW
    if hears != Hears.NOW:
        # Also what somebody does not want to hear is noted, as told: it is not an event again.
        told_at = now if hears == Hears.NEVER else None
        note([(business, kind, ref, sentence or paragraphs[0])], now=now, told_at=told_at)
    if hears != Hears.NOW or OwnerNote.objects.filter(kind=kind, ref=ref).exists():
        return
    context = {
        "subject": subject,
        "name": "",
        "paragraphs": paragraphs,
        "button": button,
        "link": url,
    }
    _write(business, kind, ref, context, now, reply_to)


def post(
    *,
    business: Business,
    event: Event,
    kind: str,
    ref: str,
    sentence: Callable[[], str],
    now: datetime,
) -> None:
    """Tell the owner as they chose, by an email that is composed when it is sent (emails.post).

    `sentence` returns what the email of the day says, in the active language.
    """
    hears = notification_choices.hears(business, event)
    if hears == Hears.NOW and not OwnerNote.objects.filter(kind=kind, ref=ref).exists():
        emails.post(kind, [(ref, business)], now=now)
    if hears == Hears.DAILY:
        with translation.override(business.language):
            note([(business, kind, ref, sentence())], now=now)


def note(
    told: Iterable[tuple[Business, str, str, str]],
    *,
    now: datetime,
    told_at: datetime | None = None,
) -> None:
    """Keep sentences for the emails of the day: (business, kind, ref, sentence) each.

    What was told at once, or is noted already, is left out. With `told_at` they are in no email.
    """
    rows = [
        OwnerNote(
            business=business,
            kind=kind,
            ref=ref,
            sentence=sentence[:700],
            created_at=now,
            told_at=told_at,
        )
        for business, kind, ref, sentence in told
    ]
    emailed = set(
        OutboxEmail.objects.filter(
            kind__in={row.kind for row in rows}, ref__in={row.ref for row in rows}
        ).values_list("kind", "ref")
    )
    OwnerNote.objects.bulk_create(
        [row for row in rows if (row.kind, row.ref) not in emailed], ignore_conflicts=True
    )


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
    business: Business,
    kind: str,
    ref: str,
    context: Mapping[str, Any],
    now: datetime,
    reply_to: str = "",
) -> None:
    emails.write(
        kind=kind,
        ref=ref,
        to=business.owner.email,
        template="note",
        context=context,
        language=business.language,
        business=business,
        reply_to=reply_to,
        now=now,
    )
