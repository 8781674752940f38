"""What those who run the installation do to a tenant: each is a line of its security log.

Every function takes the reason that was typed, and who acts. The owner is emailed.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Model
from django.utils import translation

from core.jobs import set_aside
from core.models import Business, OutboxEmail, SetAside
from core.outbox import emails
from core.safety import log

#: Fields that name a row for its owner: numbers of documents, which hold no personal data.
NUMBERS = ("number", "receipt_number")


def opened(
    *, row: Model, business: Business, reason: str, key: str, by: log.By, now: datetime
) -> None:
    """Write that a row of a business was opened; its owner is emailed once for each `key`."""
    _write("staff_opened", business, row, reason, by, now, once=f"staff:{key}")


def suspend(*, business: Business, reason: str, by: log.By, now: datetime) -> bool:
    """Close a business for its people and clients, and stop its jobs; False if it is already."""
    return _switch(business, is_suspended=True, reason=reason, by=by, now=now)


def resume(*, business: Business, reason: str, by: log.By, now: datetime) -> bool:
    """Open a suspended business again; False if it is open."""
    return _switch(business, is_suspended=False, reason=reason, by=by, now=now)


def _switch(
    business: Business, *, is_suspended: bool, reason: str, by: log.By, now: datetime
) -> bool:
    other = Business.objects.filter(pk=business.pk, is_suspended=not is_suspended)
    with transaction.atomic():
        done = bool(other.update(is_suspended=is_suspended))
        if done:
            what = "business_suspended" if is_suspended else "business_resumed"
            _write(what, business, business, reason, by, now)
    return done


def send_again(*, email: OutboxEmail, reason: str, by: log.By, now: datetime) -> bool:
    """Put an email that did not arrive into the queue again; False if it cannot be sent."""
    with transaction.atomic():
        done = emails.again(letter=email, now=now)
        if done and email.business:
            _write("staff_sent_again", email.business, email, reason, by, now)
    return done


def release(*, row: SetAside, reason: str, by: log.By, now: datetime) -> bool:
    """Let a job try a row again that was set aside; False if it was released already."""
    with transaction.atomic():
        rows = SetAside.objects.filter(pk=row.pk)
        done = bool(set_aside.release(rows, actor=by.who, now=now))
        if done and row.business:
            _write("staff_released", row.business, row, reason, by, now)
    return done


def _write(
    what: str,
    business: Business,
    row: Model,
    reason: str,
    by: log.By,
    now: datetime,
    once: str = "",
) -> None:
    """Write the line. It names the row by its kind and number, not by a name of a person."""
    with translation.override(business.language):
        kind = str(row._meta.verbose_name)
    log.write(
        what=what,
        person=business.owner,
        business=business,
        by=by,
        facts={"row": f"{kind} {reference(row)}".strip(), "reason": reason},
        once=once,
        now=now,
    )


def reference(row: Model) -> str:
    """The number of a row, or the end of its id."""
    number = next((text for name in NUMBERS if (text := getattr(row, name, ""))), "")
    return str(number) if number else f"…{str(_key(row))[-12:]}"


def _key(row: Model) -> UUID | int | str:
    key: UUID | int | str = row.pk
    return key
