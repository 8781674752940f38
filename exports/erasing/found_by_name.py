"""Erases what can only be found by the name or address in its text: emails, notes, titles."""

import html
import re
from collections.abc import Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.contrib.admin.models import LogEntry
from django.db.models import Model, Q

from core.models import OutboxEmail, OwnerNote, SavedView, SetAside
from core.models.outbox import OutboxState

#: Where a name may stand, beside the emails to the person: the columns of each table.
COLUMNS: dict[type[Model], tuple[str, ...]] = {
    OutboxEmail: ("to", "subject", "text", "html", "reply_to", "error"),
    OwnerNote: ("sentence",),
    SavedView: ("name", "query"),
    SetAside: ("title", "detail"),
}


def empty_emails_to(address: str, *, business: UUID, now: datetime) -> None:
    """Take address, subject and text out of the emails to somebody; one that waits is not sent."""
    rows = OutboxEmail.objects.filter(business=business, to__iexact=address)
    rows.filter(state=OutboxState.WAITING).update(state=OutboxState.FAILED)
    rows.update(to="", reply_to="", subject="", text="", html="", error="", emptied_at=now)


def replace(names: Sequence[str], by: str, *, business: UUID) -> None:
    """Put `by` in the place of each name or address, wherever it stands as a word of its own.

    A name counts as it is written, so that May is erased and "you may" is not; an address counts in
    small and capital letters.
    """
    spelt = sorted({*names, *map(html.escape, names)} - {""}, key=len, reverse=True)
    if not spelt:
        return
    pattern = re.compile("|".join(map(_as_word, spelt)))
    for model, columns in COLUMNS.items():
        holds = [Q(**{f"{column}__icontains": name}) for column in columns for name in spelt]
        rows = model._default_manager.filter(reduce(or_, holds), business=business)
        for row in rows.only("pk", *columns).iterator(200):
            _replace_in(row, columns, pattern, by)


def forget_lines_about(pks: Sequence[UUID]) -> None:
    """Take the names out of the admin site's log about these rows."""
    ids = [form for pk in pks for form in (str(pk), pk.hex)]
    LogEntry.objects.filter(object_id__in=ids).update(object_repr="", change_message="")


def _as_word(name: str) -> str:
    """The pattern of a name that is not a part of a longer word; Thai sets no spaces."""
    before = r"(?<![A-Za-z0-9])" if name[0].isascii() else ""
    after = r"(?![A-Za-z0-9])" if name[-1].isascii() else ""
    escaped = re.escape(name)
    return f"{before}{f'(?i:{escaped})' if '@' in name else escaped}{after}"


def _replace_in(row: Any, columns: Sequence[str], pattern: re.Pattern[str], by: str) -> None:
    new = {column: pattern.sub(by, getattr(row, column)) for column in columns}
    changed = {column: text for column, text in new.items() if text != getattr(row, column)}
    if changed:
        limits = {name: row._meta.get_field(name).max_length for name in changed}
        cut = {name: text[: limits[name]] for name, text in changed.items()}
        type(row)._default_manager.filter(pk=row.pk).update(**cut)
