"""Changes, removes and brings back several time entries at once, each for itself (rule 25)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from agreements.models import Agreement
from core.errors import RuleError
from core.models import Business
from delivery.hours import time_log
from delivery.models import Deliverable, TimeEntry
from delivery.rules.errors import NoPeriod

MOST = 200  # entries at once


@dataclass
class Changed:
    """What became of the entries: the ids by which it can be undone, and each refusal."""

    ids: list[UUID] = field(default_factory=list)
    refused: list[tuple[TimeEntry, str]] = field(default_factory=list)


def change_entries(
    *,
    business: Business,
    ids: Sequence[UUID],
    changes: dict[str, Any],
    now: datetime,
    actor: str,
) -> Changed:
    """Correct the entries, those that can be; return the ids of the new ones.

    `changes` may hold on, agreement (of the same client), deliverable and note; what it does not
    hold stays. A deliverable follows by its title into the period of the new day or agreement.
    Raises RuleError for more than `MOST` ids.
    """

    def change(entry: TimeEntry) -> UUID:
        work = _work(entry, changes)
        return time_log.correct_time(entry=entry, now=now, actor=actor, **work).pk

    rows = TimeEntry.objects.filter(business=business)
    return _each(business, rows, ids, change)


def remove_entries(
    *, business: Business, ids: Sequence[UUID], now: datetime, actor: str
) -> Changed:
    """Delete the entries, those that can be. Raises RuleError for more than `MOST` ids."""

    def remove(entry: TimeEntry) -> UUID:
        time_log.delete_time(entry=entry, now=now, actor=actor)
        return entry.pk

    return _each(business, TimeEntry.objects.filter(business=business), ids, remove)


def undo_changes(
    *,
    business: Business,
    ids: Sequence[UUID],
    now: datetime,
    actor: str,
    removed: bool = False,
) -> Changed:
    """Undo what one of the two above returned: bring back what was `removed`, or what was before.

    An entry that was changed, and removed since, stays removed. Raises RuleError for more than
    `MOST` ids.
    """

    def undo(entry: TimeEntry) -> UUID:
        if removed:
            return time_log.restore_time(entry=entry, now=now, actor=actor).pk
        related = TimeEntry.history.select_related("period__agreement", "deliverable")
        before = related.filter(replaced_by=entry).first()
        if before is None or entry.voided_at:
            raise NoPeriod(_("This entry was changed in another tab in the meantime."))
        names = ("on", "minutes", "note", "billable", "consumes", "deliverable")
        work: dict[str, Any] = {name: getattr(before, name) for name in names}
        work["agreement"] = before.period.agreement
        return time_log.correct_time(entry=entry, now=now, actor=actor, **work).pk

    return _each(business, TimeEntry.history.filter(business=business), ids, undo)


def _each(
    business: Business,
    rows: QuerySet[TimeEntry],
    ids: Sequence[UUID],
    act: Callable[[TimeEntry], UUID],
) -> Changed:
    """Do something with each of the entries, alone: one that is refused stops no other."""
    if len(ids) > MOST:
        message = _("At most %(number)d entries can be changed at once.")
        raise RuleError(message % {"number": MOST}, field="entry")
    changed = Changed()
    related = rows.select_related("period__agreement__client", "deliverable")
    with transaction.atomic():
        time_log.lock_business(business.pk)
        for entry in related.filter(pk__in=ids).order_by("on", "pk"):
            try:
                with transaction.atomic():
                    changed.ids.append(act(entry))
            except RuleError as error:
                changed.refused.append((entry, str(error)))
    return changed


def _work(entry: TimeEntry, changes: dict[str, Any]) -> dict[str, Any]:
    """What the entry is to say. Raises NoPeriod for what is another client's."""
    agreement = changes.get("agreement") or entry.period.agreement
    if agreement.client_id != entry.period.agreement.client_id:
        raise NoPeriod(_("This entry is for another client."), field="agreement")
    on = changes.get("on") or entry.on
    wanted = changes.get("deliverable")
    if wanted and wanted.period.agreement_id != agreement.pk:
        raise NoPeriod(_("This was promised to another client."), field="deliverable")
    wanted = wanted or entry.deliverable
    return {
        "on": on,
        "minutes": entry.minutes,
        "note": changes.get("note") or entry.note,
        "agreement": agreement,
        "deliverable": _deliverable(wanted, agreement, on) if wanted else None,
    }


def _deliverable(wanted: Deliverable, agreement: Agreement, on: date) -> Deliverable | None:
    """The deliverable of this title that the agreement has on the day, None if it has none."""
    found = Deliverable.objects.filter(
        period__agreement=agreement, period__starts_on__lte=on, period__ends_on__gt=on
    )
    same = found.filter(pk=wanted.pk) or found.filter(title=wanted.title)
    return same.first()
