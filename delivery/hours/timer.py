"""The clock that runs while somebody works: started, stopped into entries, or thrown away (rule 25).

It is a row of the database: a closed tab, another device or a restarted server stop nothing.
"""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from agreements.models import Agreement
from core import formats
from core.dates import local_day
from core.errors import NotAllowedNow
from core.models import Business, User
from core.outbox import emails
from delivery.hours import time_log
from delivery.hours.period_for_day import Work
from delivery.models import Deliverable, TimeEntry, Timer
from delivery.rules import elapsed
from delivery.rules.errors import HowLong, TooMuch

ASKS_AFTER = timedelta(hours=12)  # of running, a person says how long it really was
FORGOTTEN_AFTER = timedelta(hours=8)
FORGOTTEN_OVERNIGHT = timedelta(hours=4)  # where midnight has passed since


def running(user: User, business: Business) -> Timer | None:
    """Somebody's timer, with what its name needs."""
    found = Timer.objects.filter(user=user, business=business)
    return found.select_related("agreement__client", "business", "deliverable__period").first()


def start(
    *,
    user: User,
    agreement: Agreement,
    now: datetime,
    note: str = "",
    deliverable: Deliverable | None = None,
    billable: bool = True,
    consumes: bool = True,
    actor: str = "",
) -> Timer:
    """Begin; what ran before is stopped and written down in the same transaction.

    One that runs for exactly this goes on. Raises HowLong, NoPeriod and TooMuch about the one that ran before.
    """
    with transaction.atomic():
        business = time_log.hold(agreement.business_id)
        there = running(user, business)
        if there and (there.agreement_id, there.deliverable, there.note) == (
            agreement.pk,
            deliverable,
            note,
        ):
            return there
        if there:
            _write(there, now, actor, None)
        return Timer.objects.create(
            business=business,
            user=user,
            agreement=agreement,
            note=note,
            deliverable=deliverable,
            billable=billable,
            consumes=consumes and billable,
            started_at=now,
            created_at=now,
        )


def stop(
    *,
    user: User,
    business: Business,
    pk: UUID | None,
    now: datetime,
    actor: str = "",
    minutes: int | None = None,
) -> list[TimeEntry]:
    """Write the time down, a row for each day, and take the timer away. `minutes`: how long it really was.

    Raises NotAllowedNow where timer `pk` does not run (another tab was first), HowLong after twelve hours without
    `minutes`, TooMuch where they are more than have passed, NoPeriod and TooMuch as log_time: then it runs on.
    """
    with transaction.atomic():
        return _write(_mine(user, business, pk), now, actor, minutes)


def change(
    *,
    user: User,
    business: Business,
    pk: UUID | None,
    agreement: Agreement,
    note: str,
    deliverable: Deliverable | None,
    billable: bool,
    consumes: bool,
) -> Timer:
    """Say what it is for, while it runs. Raises NotAllowedNow where timer `pk` does not run."""
    with transaction.atomic():
        row = _mine(user, business, pk)
        row.agreement, row.note, row.deliverable = agreement, note, deliverable
        row.billable, row.consumes = billable, consumes and billable
        row.save(update_fields=["agreement", "note", "deliverable", "billable", "consumes"])
    return row


def discard(*, user: User, business: Business, pk: UUID | None) -> None:
    """Take it away, and write nothing. Raises NotAllowedNow where timer `pk` does not run."""
    with transaction.atomic():
        _mine(user, business, pk).delete()


def is_forgotten(row: Timer, now: datetime) -> bool:
    """Whether it has run for longer than anybody works at a stretch."""
    passed, zone = now - row.started_at, row.business.time_zone
    overnight = local_day(now, zone) > local_day(row.started_at, zone)
    return passed > FORGOTTEN_AFTER or (overnight and passed > FORGOTTEN_OVERNIGHT)


def warn_due(*, now: datetime) -> int:
    """Write to whoever has forgotten a timer, once for each; how many."""
    near = Timer.objects.filter(warned_at=None, started_at__lt=now - FORGOTTEN_OVERNIGHT)
    made = 0
    for row in near.select_related("user", "business__owner", "agreement__client"):
        if is_forgotten(row, now):
            with transaction.atomic():
                if Timer.objects.filter(pk=row.pk, warned_at=None).update(warned_at=now):
                    _mail(row, now)
                    made += 1
    return made


def _mine(user: User, business: Business, pk: UUID | None) -> Timer:
    """The timer that the person has before their eyes, held."""
    row = running(user, time_log.hold(business.pk))
    if row is None or row.pk != pk:
        raise NotAllowedNow(
            _(
                "This timer does not run any more: it was stopped in another tab or on another device."
            )
        )
    return row


def _write(row: Timer, now: datetime, actor: str, minutes: int | None) -> list[TimeEntry]:
    passed = elapsed.minutes_of(row.started_at, now)
    if minutes is None and now - row.started_at > ASKS_AFTER:
        raise HowLong(
            _("This timer has run for over twelve hours: say how long the work really took."),
            field="minutes",
        )
    if minutes is not None and minutes > passed:
        words = {"clock": formats.hours(passed)}
        raise TooMuch(
            _("The timer has run for %(clock)s: it cannot be more.") % words, field="minutes"
        )
    parts = elapsed.by_day(row.started_at, minutes or passed, row.business.time_zone)
    works = [
        Work(row.agreement, on, part, _note(row), row.billable, row.consumes, _promised(row, on))
        for on, part in parts
    ]
    made = time_log.add(works, actor=actor, now=now)
    row.delete()
    return made


def _note(row: Timer) -> str:
    """What was done, or else what it was done for: an entry always says something."""
    with translation.override(row.agreement.language):
        return row.note or (row.deliverable.title if row.deliverable else _("Work"))


def _promised(row: Timer, on: date) -> Deliverable | None:
    """Its deliverable, for the days of that period; what ran into the next period belongs to no list there."""
    found = row.deliverable
    return found if found and found.period.starts_on <= on < found.period.ends_on else None


def _mail(row: Timer, now: datetime) -> None:
    business = row.business
    with translation.override(business.language):
        since = formats.moment(row.started_at, business.time_zone)
        words = {"client": row.agreement.client.name, "since": since}
        subject = _("A timer is still running: %(client)s") % words
        said = [
            _("Your timer for %(client)s has been running since %(since)s.") % words,
            _(
                "It goes on until you stop it. When you do, you can say how long the work really took."
            ),
        ]
        button = _("To the timer")
    emails.write(
        kind="timer_forgotten",
        ref=str(row.pk),
        to=row.user.email,
        template="note",
        language=business.language,
        context={
            "subject": subject,
            "name": "",
            "paragraphs": said,
            "button": button,
            "link": str(settings.SITE_URL).rstrip("/") + settings.TIMER_PATH,
        },
        business=business,
        now=now,
    )
