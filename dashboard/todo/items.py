"""What the to-do list is made of: its entries, the kinds of them, and what was done."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from enum import IntEnum
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Count, Model, QuerySet, Window
from django.forms import BaseForm
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.team.roles import Area
from dashboard.page import DashboardView

SHOWN = 30  # entries that are listed at once, and rows that are read of a kind


class Group(IntEnum):
    """What an entry is about; what matters most comes first."""

    MONEY = 1
    PROMISES = 2
    MONTH = 3
    REST = 4

    @property
    def label(self) -> str | Promise:
        """The heading of the group."""
        return {
            Group.MONEY: _("Money"),
            Group.PROMISES: _("Clients are waiting"),
            Group.MONTH: _("This month"),
            Group.REST: _("Everything else"),
        }[self]


@dataclass(frozen=True)
class Entry:
    """One line of the list.

    `text` says what is to be done, `client` for whom, and `when` until when, with a `tone`.
    `due` gives its place within its group. `url` and `label` lead to the page of an entry that
    is not done in the list.
    """

    key: str
    icon: str
    group: Group
    due: datetime
    text: str
    client: str = ""
    when: str = ""
    tone: str = "mute"
    url: str = ""
    label: str = ""


@dataclass(frozen=True)
class Done:
    """What was done, in a sentence.

    `undo` is what is needed to take it back, until the moment `until` if there is one; None where
    it cannot be taken back. `url` leads to the row that it made or changed.
    """

    text: str
    undo: Mapping[str, str] | None = None
    until: datetime | None = None
    url: str = ""


@dataclass
class Refused(Exception):
    """The form of an entry had errors."""

    form: BaseForm


@dataclass(frozen=True)
class Found:
    """The first entries of a kind, soonest first, and how many there are of it."""

    entries: list[Entry] = field(default_factory=list)
    count: int = 0


class Kind:
    """A kind of to-dos that are done in the list.

    Subclasses say which rows wait, what is shown of one (by `entry` or `entries`), and which verbs
    of the rooms below do what its buttons say: the same as on the row's own page.
    """

    name: ClassVar[str]
    icon: ClassVar[str]
    group: ClassVar[Group]
    acts: ClassVar[tuple[str, ...]]  # the values of its buttons
    page: ClassVar[str]  # of the row itself
    template: ClassVar[str]  # of an open entry
    page_label: ClassVar[str | Promise]  # of the link to the row's own page
    needs: ClassVar[Area | None] = None  # to which it belongs; without one it is the owner's alone

    def waiting(self, view: DashboardView) -> QuerySet[Any]:
        """Return the rows that wait for a person, soonest due first."""
        raise NotImplementedError

    def row(self, view: DashboardView, pk: UUID) -> Any:
        """Return one row, waiting or not, with what its page needs. Raises Http404."""
        raise NotImplementedError

    def entry(self, view: DashboardView, row: Any) -> Entry:
        """Return the line of a row."""
        return self.entries(view, [row])[0]

    def entries(self, view: DashboardView, rows: list[Any]) -> list[Entry]:
        """Return the lines of several rows."""
        return [self.entry(view, row) for row in rows]

    def form(self, view: DashboardView, row: Any, *data: Any) -> Any:
        """Return the form of a row, filled in with `data`: what was posted, and its files."""
        return None

    def details(self, view: DashboardView, row: Any, form: Any) -> dict[str, Any]:
        """Return what the open entry shows beside its form."""
        return {}

    def knows(self, act: str) -> bool:
        """Whether it has such a button."""
        return act in self.acts

    def act(self, view: DashboardView, row: Any, act: str, form: Any) -> Done:
        """Do what the pressed button says. Raises RuleError, and Refused for a bad form."""
        raise NotImplementedError

    def undo(self, view: DashboardView, row: Any, kept: Mapping[str, str]) -> str:
        """Take back what `kept` tells of; return what is true now. Raises RuleError."""
        raise NotImplementedError

    def is_waiting(self, view: DashboardView, row: Any) -> bool:
        """Whether the row still waits for a person."""
        return self.waiting(view).filter(pk=row.pk).exists()

    def can_open(self, view: DashboardView, row: Any) -> bool:
        """Whether the list opens the row if it is asked for by its address."""
        return self.is_waiting(view, row)

    def found(self, view: DashboardView, put_off: frozenset[UUID]) -> Found:
        """Return its first entries, without those that were put off, by one query."""
        rows = self.waiting(view).exclude(pk__in=put_off)
        first = list(rows.annotate(all_of_them=Window(Count("pk")))[:SHOWN])
        return Found(self.entries(view, first), first[0].all_of_them if first else 0)

    def key(self, row: Model) -> str:
        """Return how the list names a row."""
        return f"{self.name}-{row.pk}"

    def url(self, row: Model) -> str:
        """Return the address of the row's own page."""
        return reverse(f"dashboard:{self.page}", args=[row.pk])


def checked(form: Any) -> dict[str, Any]:
    """Return the cleaned data of a form. Raises Refused."""
    if not form.is_valid():
        raise Refused(form)
    data: dict[str, Any] = form.cleaned_data
    return data


def posted(data: tuple[Any, ...]) -> Any:
    """Return what was posted, of the `data` of a form without files; None if nothing was."""
    return data[0] if data else None


def as_moment(day: date) -> datetime:
    """A day as a moment, to be put in order with other moments."""
    return datetime.combine(day, time(), UTC)
