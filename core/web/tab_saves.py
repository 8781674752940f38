"""Saves from browser tabs that save while one types: two of them never overwrite each other."""

from dataclasses import dataclass

from core.errors import RuleError
from core.web import query_string


class ChangedElsewhere(RuleError):
    """Another tab or device has saved since the page was read; nothing was written."""


@dataclass(frozen=True)
class Tab:
    """The browser tab that saves: its random id (`mark`) and the number of its request (`count`).

    `mark` is "" where the form is sent without JavaScript.
    """

    mark: str = ""
    count: int = 0


def read_tab(mark: str, count: str) -> Tab:
    """The tab whose script sent these two texts; without a number, a form without the script."""
    number = query_string.whole(count)
    return Tab() if number is None else Tab(mark.replace("\x00", "")[:36], number)
