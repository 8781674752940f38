"""Logs, corrects and deletes time entries (rules 25 and 27)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from agreements.models import Agreement
from agreements.running.periods import open_due
from core.models import Business
from delivery.hours.period_for_day import EntryBuilder, Work
from delivery.models import Deliverable, TimeEntry
from delivery.rules.errors import NoPeriod
from delivery.work.closed_periods import is_closed


def log_time(
    *,
    agreement: Agreement,
    on: date,
    minutes: int,
    note: str,
    now: datetime,
    actor: str = "",
    billable: bool = True,
    consumes: bool = True,
    deliverable: Deliverable | None = None,
) -> TimeEntry:
    """Log `minutes` of work on a day; return the entry.

    Time for a period whose report was sent goes to the open period, with its day in the note
    (rule 27). Raises NoPeriod, and TooMuch where the day would have more than 24 hours.
    """
    work = Work(agreement, on, minutes, note, billable, consumes, deliverable)
    with transaction.atomic():
        lock_business(agreement.business_id)
        return add_entries([work], actor=actor, now=now)[0]


def correct_time(
    *, entry: TimeEntry, on: date, minutes: int, note: str, now: datetime, **more: Any
) -> TimeEntry:
    """Correct an entry by a new one that replaces it; return the new entry.

    The new entry may fall into another period, and into another agreement where `more` has one. It
    may also hold actor, billable, consumes and deliverable. Raises NoPeriod and TooMuch.
    """
    fields = {
        name: getattr(entry, name) for name in ("billable", "consumes", "deliverable", "actor")
    } | more
    actor = fields.pop("actor")
    agreement = fields.pop("agreement", None) or entry.period.agreement
    work = Work(agreement, on, minutes, note, **fields)
    with transaction.atomic():
        lock_business(entry.business_id)
        _void(entry, actor, now)
        origin = {
            "replaces": entry,
            "imported_id": entry.imported_id,
            "import_key": entry.import_key,
        }
        return add_entries([work], actor=actor, now=now, **origin)[0]


def delete_time(*, entry: TimeEntry, now: datetime, actor: str = "") -> None:
    """Delete an entry, unless a report has told the client about it.

    The row stays, marked as voided. Raises NoPeriod.
    """
    with transaction.atomic():
        lock_business(entry.business_id)
        _void(entry, actor, now)


def restore_time(*, entry: TimeEntry, now: datetime, actor: str = "") -> TimeEntry:
    """Bring a deleted entry back as a new one that replaces it; return the new entry.

    If its report was sent meanwhile it goes to the open period (rule 27). Raises NoPeriod when it
    is there already, and TooMuch.
    """
    work = Work(
        entry.period.agreement,
        entry.on,
        entry.minutes,
        entry.note,
        entry.billable,
        entry.consumes,
        entry.deliverable,
    )
    with transaction.atomic():
        business = lock_business(entry.business_id)
        if not deleted_entries(business).filter(pk=entry.pk).exists():
            raise NoPeriod(_("This entry was changed in another tab in the meantime."))
        origin = {
            "replaces": entry,
            "imported_id": entry.imported_id,
            "import_key": entry.import_key,
        }
        return add_entries([work], actor=actor, now=now, **origin)[0]


def versions(entry: TimeEntry) -> list[TimeEntry]:
    """Return an entry and the entries that it replaced, the newest first."""
    entries = [entry]
    while entries[-1].replaces_id:
        entries.append(
            TimeEntry.history.select_related("deliverable").get(pk=entries[-1].replaces_id)
        )
    return entries


def deleted_entries(business: Business) -> QuerySet[TimeEntry]:
    """Return the entries of a business that were deleted: voided and not replaced."""
    return TimeEntry.history.filter(business=business, voided_at__isnull=False, replaced_by=None)


def lock_business(business_id: UUID) -> Business:
    """Lock the business so that one transaction at a time writes its time.

    The hours of a day are summed up before a new entry is written, so two writers could otherwise
    exceed 24 hours together.
    """
    return Business.objects.select_for_update(no_key=True).get(pk=business_id)


def add_entries(
    works: Sequence[Work], *, actor: str, now: datetime, **fields: Any
) -> list[TimeEntry]:
    """Write the entries for the work of one business, all of them or none.

    Lock the business with `hold` first. `fields` are further fields of each entry. Raises NoPeriod
    and TooMuch.
    """
    agreements = {work.agreement.pk: work.agreement for work in works}
    for agreement in agreements.values():
        open_due(now=now, only=agreement)
    business, days = works[0].agreement.business, [work.on for work in works]
    placing = EntryBuilder(
        business, agreements.values(), (min(days), max(days)), actor=actor, now=now
    )
    entries = [placing.entry(work, **fields) for work in works]
    return TimeEntry.objects.bulk_create(entries)


def _void(entry: TimeEntry, actor: str, now: datetime) -> None:
    """Mark an entry as voided. Raises NoPeriod when its report was sent or it was voided before."""
    if is_closed(entry.period):
        raise NoPeriod(_("The report for this period was sent; its entries are kept as they are."))
    if not TimeEntry.objects.filter(pk=entry.pk).update(voided_at=now, voided_by=actor):
        raise NoPeriod(_("This entry was changed in another tab in the meantime."))
