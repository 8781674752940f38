"""Erases what can only be found by the name or address in its text: emails, notes, titles."""

import html
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.contrib.admin.models import LogEntry
from django.db.models import Model, Q

from core.models import Business, OutboxEmail, OwnerNote, SavedView, SetAside
from core.models.outbox import OutboxState
from core.outbox.emails import COMPOSERS

#: Where a name may stand, beside the emails to the person: the columns of each table.
COLUMNS: dict[type[Model], tuple[str, ...]] = {
    OutboxEmail: ("subject", "text", "html", "error"),
    OwnerNote: ("sentence",),
    SavedView: ("name", "query"),
    SetAside: ("title", "detail"),
}
#: Where a word is no name: addresses of pages, placeholders (core.links) and, in HTML, markup.
NO_NAMES = r"https?://[^\s<>\"]+|\[\[[^\]]*\]\]"
MARKUP = r"(?s:<style.*?</style>)|<[^>]*>"


def write_anew_to(address: str, *, business: UUID) -> None:
    """Let emails to somebody that wait go to who reads them now: invoices, receipts, reports."""
    waiting = OutboxEmail.objects.filter(
        business=business,
        to__iexact=address,
        state=OutboxState.WAITING,
        lease_until=None,
        copy_of=None,
        kind__in=COMPOSERS,
    )
    waiting.update(to="", reply_to="", subject="", text="", html="", error="")


def empty_emails_to(address: str, *, business: UUID, now: datetime) -> None:
    """Take address, subject and text out of the emails to somebody; one that waits is not sent."""
    rows = OutboxEmail.objects.filter(business=business, to__iexact=address)
    rows.filter(state=OutboxState.WAITING).update(state=OutboxState.FAILED)
    rows.update(to="", reply_to="", subject="", text="", html="", error="", emptied_at=now)
    answered = OutboxEmail.objects.filter(business=business, reply_to__iexact=address)
    answered.update(reply_to="")


def only_theirs(names: Sequence[str], others: Iterable[str]) -> list[str]:
    """Return the names that are no part of somebody else's, which would be changed with them."""
    all_others = "\n".join(others)
    return [name for name in names if name and not re.search(_as_word(name), all_others)]


def replace(names: Sequence[str], by: str, *, business: UUID) -> None:
    """Put `by` in the place of each name or address, wherever it stands as a word of its own.

    A name counts as it is written, so that May is erased and "you may" is not; an address counts in
    small and capital letters.
    """
    spelt = sorted({*names, *map(html.escape, names)} - {""}, key=len, reverse=True)
    if not spelt:
        return
    owner = Business.objects.values_list("owner__email", flat=True).get(pk=business)
    for model, columns in COLUMNS.items():
        holds = [Q(**{f"{column}__icontains": name}) for column in columns for name in spelt]
        own = Q(business=business)
        if model is OutboxEmail:  # the security log's are of the installation
            own |= Q(business=None, to__iexact=owner)
        rows = model._default_manager.filter(own, reduce(or_, holds))
        for row in rows.only("pk", *columns).iterator(200):
            _replace_in(row, columns, spelt, by)


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


def _replace_in(row: Any, columns: Sequence[str], names: Sequence[str], by: str) -> None:
    new = {column: _without(getattr(row, column), column, names, by) for column in columns}
    changed = {column: text for column, text in new.items() if text != getattr(row, column)}
    if changed:
        limits = {name: row._meta.get_field(name).max_length for name in changed}
        cut = {name: text[: limits[name]] for name, text in changed.items()}
        type(row)._default_manager.filter(pk=row.pk).update(**cut)


def _without(text: str, column: str, names: Sequence[str], by: str) -> str:
    """Return the text without the names; an address is replaced even in markup."""
    for name in names:
        left = "(?!)" if "@" in name else NO_NAMES
        left += f"|{MARKUP}" if column == "html" and "@" not in name else ""
        text = re.sub(f"({left})|{_as_word(name)}", lambda found: found[1] or by, text)
    return text
