"""Collects the to-do list: what matters most first, and the entry that is open."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404

from dashboard.page import DashboardView
from dashboard.todo.items import SHOWN, Entry, Kind
from dashboard.todo.kinds import (
    deliverables,
    elsewhere,
    emails,
    money,
    overages,
    reports,
    requests,
    signatures,
    transfers,
    trials,
    warnings,
)

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        transfers.UnmatchedTransfer(),
        money.LateInvoice(),
        money.BillingOnHold(),
        signatures.AgreementToSign(),
        signatures.AmendmentToSign(),
        requests.UnansweredQuestion(),
        requests.UnansweredRequest(),
        deliverables.LateDeliverable(),
        trials.TrialToDecide(),
        overages.UnansweredOverage(),
        reports.ReportToReview(),
        warnings.OpenWarning(),
        reports.UnseenReport(),
        money.OwedCertificate(),
        emails.FailedEmail(),
    )
}


@dataclass(frozen=True)
class Queue:
    """The first entries of the list, `count` of all there are, and the one that is open."""

    entries: list[Entry]
    count: int
    at: Entry | None

    @property
    def more(self) -> int:
        """How many are not listed yet."""
        return self.count - len(self.entries)

    @property
    def place(self) -> int:
        """The place of the open entry among those that are listed; 0 where none is open."""
        return self.entries.index(self.at) if self.at in self.entries else 0

    @property
    def before(self) -> Entry | None:
        """The entry above the open one."""
        return self.entries[self.place - 1] if self.place else None

    @property
    def after(self) -> Entry | None:
        """The entry below the open one."""
        return self.entries[self.place + 1] if self.place + 1 < len(self.entries) else None

    @property
    def following(self) -> Entry | None:
        """The entry that is open next: the one below, or at the end the one above."""
        return self.after or self.before


def collect(view: DashboardView, at: str, put_off: Iterable[str]) -> Queue:
    """Return the list, with the entry `at` open, or else the first.

    The number of queries depends neither on how many rows wait nor on which kinds they are of.
    """
    later = _rows_of(put_off)
    found = [kind.found(view, later) for kind in KINDS.values() if view.may(kind.needs)]
    pages = elsewhere.entries(view, later)
    entries = sorted(
        [*pages, *(entry for one in found for entry in one.entries)],
        key=lambda entry: (entry.group, entry.due, entry.key),
    )
    count = len(pages) + sum(one.count for one in found)
    entries = entries[:SHOWN]
    opened = next((entry for entry in entries if entry.key == at), None) or _asked_for(view, at)
    if opened and opened not in entries:
        entries = [opened, *entries]
    return Queue(entries, max(count, len(entries)), opened or next(iter(entries), None))


def named(key: str) -> tuple[Kind, UUID] | None:
    """Return the kind and the id of an entry by its key; None where it is not done in the list."""
    name, _dash, pk = key.partition("-")
    try:
        return KINDS[name], UUID(pk)
    except (KeyError, ValueError):
        return None


def _asked_for(view: DashboardView, at: str) -> Entry | None:
    """The entry of a row that is not among the first, or that was taken back."""
    if not (wanted := named(at)):
        return None
    kind, pk = wanted
    if not view.may(kind.needs):
        return None
    try:
        row: Any = kind.row(view, pk)
    except Http404:
        return None
    return kind.entry(view, row) if kind.can_open(view, row) else None


def _rows_of(keys: Iterable[str]) -> frozenset[UUID]:
    """The ids of the entries that were put off until tomorrow."""
    return frozenset(UUID(key.partition("-")[2]) for key in keys)
