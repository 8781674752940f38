"""The timer that runs while somebody works: started, stopped, changed or discarded (rule 25).

The timer is a row in the database, so closing a tab, changing the device or restarting the server
does not stop it.
"""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import Agreement
from core import formats, links
from core.dates import local_day
from core.errors import NotAllowedNow
from core.jobs import batches
from core.jobs.set_aside import Step
from core.models import Business, User
from core.outbox import emails
from delivery.hours import time_log
from delivery.hours.offline import server_time
from delivery.hours.period_for_day import Work
from delivery.models import Deliverable, TimeEntry, Timer
from delivery.rules import elapsed
from delivery.rules.errors import DurationRequired, TooMuch

WARN = Step(
    "warn_of_timers",
    "delivery.tasks.watch_hours",
    gettext_lazy("Warn of a forgotten timer"),
    Timer,
)
ASKS_AFTER = timedelta(hours=12)  # after this time a person has to enter how long the work took
FORGOTTEN_AFTER = timedelta(hours=8)
FORGOTTEN_OVERNIGHT = timedelta(hours=4)  # when midnight has passed since the start


def running_timer(user: User, business: Business) -> Timer | None:
    """Return the running timer of a person in a business, None if there is none."""
    timers = Timer.objects.filter(user=user, business=business)
    return timers.select_related("agreement__client", "business", "deliverable__period").first()


def start_timer(
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
    """Start a timer. A timer that ran before is stopped and logged in the same transaction.

    A timer that already runs for exactly this work continues. Raises HowLong, NoPeriod and TooMuch
    for the timer that ran before.
    """
    with transaction.atomic():
        business = time_log.lock_business(agreement.business_id)
        existing = running_timer(user, business)
        if existing and (existing.agreement_id, existing.deliverable, existing.note) == (
            agreement.pk,
            deliverable,
            note,
        ):
            return existing
        if existing:
            _log_and_delete(existing, now, actor, None)
        if business.owner_id == user.pk:  # devices are the owner's (rule 82)
            server_time.end_running(business=business, actor=actor, now=now)
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


def stop_timer(
    *,
    user: User,
    business: Business,
    pk: UUID | None,
    now: datetime,
    actor: str = "",
    minutes: int | None = None,
) -> list[TimeEntry]:
    """Log the time of the timer, an entry for each day, and delete the timer.

    `minutes` is how long the work really took, if it was less than the timer ran. Raises
    NotAllowedNow when timer `pk` does not run (it was stopped in another tab), HowLong after twelve
    hours without `minutes`, TooMuch when `minutes` exceed the time that has passed, and NoPeriod
    and TooMuch as `log_time` does. After an error the timer keeps running.
    """
    with transaction.atomic():
        return _log_and_delete(_locked_timer(user, business, pk), now, actor, minutes)


def stop_at(*, timer: Timer, at: datetime, actor: str, now: datetime) -> list[TimeEntry]:
    """Log the time of a timer that a device ended `at` an earlier moment, and delete it.

    Call it in a transaction that holds the business's lock. Raises as `stop_timer` does.
    """
    return _log_and_delete(timer, now, actor, None, at)


def change_timer(
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
    """Change what a running timer is for. Raises NotAllowedNow when timer `pk` does not run."""
    with transaction.atomic():
        timer = _locked_timer(user, business, pk)
        timer.agreement, timer.note, timer.deliverable = agreement, note, deliverable
        timer.billable, timer.consumes = billable, consumes and billable
        timer.save(update_fields=["agreement", "note", "deliverable", "billable", "consumes"])
    return timer


def discard_timer(*, user: User, business: Business, pk: UUID | None) -> None:
    """Delete the timer and log nothing. Raises NotAllowedNow when timer `pk` does not run."""
    with transaction.atomic():
        _locked_timer(user, business, pk).delete()


def is_forgotten(timer: Timer, now: datetime) -> bool:
    """Whether the timer has run for longer than anybody works without a break."""
    elapsed_time, zone = now - timer.started_at, timer.business.time_zone
    overnight = local_day(now, zone) > local_day(timer.started_at, zone)
    return elapsed_time > FORGOTTEN_AFTER or (overnight and elapsed_time > FORGOTTEN_OVERNIGHT)


def warn_due(*, now: datetime) -> int:
    """Email everyone who has forgotten a timer, once for each timer; return how many."""
    candidates = Timer.objects.filter(warned_at=None, started_at__lt=now - FORGOTTEN_OVERNIGHT)
    rows = candidates.select_related("user", "business__owner", "agreement__client").order_by("pk")
    return batches.run_rows(WARN, rows, lambda timer: _warn(timer, now), now=now)


def _warn(timer: Timer, now: datetime) -> int:
    """Email the person whose timer was forgotten; 1 if it was and nobody was faster."""
    if not is_forgotten(timer, now):
        return 0
    with transaction.atomic():
        if not Timer.objects.filter(pk=timer.pk, warned_at=None).update(warned_at=now):
            return 0
        _email_person(timer, now)
    return 1


def _locked_timer(user: User, business: Business, pk: UUID | None) -> Timer:
    """Return the timer that the person sees, with the business locked. Raises NotAllowedNow."""
    timer = running_timer(user, time_log.lock_business(business.pk))
    if timer is None or timer.pk != pk:
        raise NotAllowedNow(
            _(
                "This timer does not run any more: it was stopped in another tab or on another "
                "device."
            )
        )
    return timer


def _log_and_delete(
    timer: Timer, now: datetime, actor: str, minutes: int | None, ended_at: datetime | None = None
) -> list[TimeEntry]:
    """Log the time of a timer until `ended_at` (default: now) and delete it.

    Raises HowLong, NoPeriod and TooMuch.
    """
    ended_at = ended_at or now
    ran_for = elapsed.minutes_of(timer.started_at, ended_at)
    if minutes is None and ended_at - timer.started_at > ASKS_AFTER:
        raise DurationRequired(
            _("This timer has run for over twelve hours: say how long the work really took."),
            field="minutes",
        )
    if minutes is not None and minutes > ran_for:
        values = {"clock": formats.hours(ran_for)}
        raise TooMuch(
            _("The timer has run for %(clock)s: it cannot be more.") % values, field="minutes"
        )
    parts = elapsed.by_day(timer.started_at, minutes or ran_for, timer.business.time_zone)
    works = [
        Work(
            timer.agreement,
            day,
            part_minutes,
            _note(timer),
            timer.billable,
            timer.consumes,
            _deliverable_on(timer, day),
        )
        for day, part_minutes in parts
    ]
    entries = time_log.add_entries(works, actor=actor, now=now)
    if timer.business.owner_id == timer.user_id:
        server_time.record_logged(timer=timer, minutes=minutes or ran_for, actor=actor, now=now)
    timer.delete()
    return entries


def _note(timer: Timer) -> str:
    """Return the timer's note or, without one, the title of its deliverable."""
    with translation.override(timer.agreement.language):
        return timer.note or (timer.deliverable.title if timer.deliverable else _("Work"))


def _deliverable_on(timer: Timer, day: date) -> Deliverable | None:
    """Return the timer's deliverable if its period contains `day`.

    Time that runs on into the next period belongs to no deliverable there.
    """
    deliverable = timer.deliverable
    return (
        deliverable
        if deliverable and deliverable.period.starts_on <= day < deliverable.period.ends_on
        else None
    )


def _email_person(timer: Timer, now: datetime) -> None:
    """Email the person that their timer is still running."""
    business = timer.business
    with translation.override(business.language):
        since = formats.moment(timer.started_at, business.time_zone)
        values = {"client": timer.agreement.client.name, "since": since}
        subject = _("A timer is still running: %(client)s") % values
        paragraphs = [
            _("Your timer for %(client)s has been running since %(since)s.") % values,
            _(
                "It keeps running until you stop it. Then you can say how long the work really "
                "took."
            ),
        ]
        button = _("Open the timer")
    emails.write(
        kind="timer_forgotten",
        ref=str(timer.pk),
        to=timer.user.email,
        template="note",
        language=business.language,
        context={
            "subject": subject,
            "name": "",
            "paragraphs": paragraphs,
            "button": button,
            "link": links.absolute_url("dashboard:timer"),
        },
        business=business,
        now=now,
    )
