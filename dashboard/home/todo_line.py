"""One line of the to-do list of the overview, and the sources of such lines."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from dashboard.page import DashboardView

SHOWN = 6  # to-dos listed at most per source


@dataclass(frozen=True)
class Todo:
    """One to-do: its text, the page where it is done, and the label of the link to that page."""

    text: str
    url: str
    label: str


Rows = Callable[[DashboardView], QuerySet[Any]]
Lines = Callable[[DashboardView, Any], list[Todo]]


@dataclass(frozen=True)
class Source:
    """Where to-dos come from: without any of the `rows` there are no `lines`."""

    rows: Rows
    lines: Lines

    def __call__(self, view: DashboardView) -> list[Todo]:
        """Return the to-dos of this source."""
        return self.lines(view, self.rows(view))


def source(rows: Rows) -> Callable[[Lines], Source]:
    """Make a source of a function that puts rows into words."""
    return lambda lines: Source(rows, lines)
