"""One line of the to-do list of the overview."""

from dataclasses import dataclass

SHOWN = 6  # to-dos listed at most per source


@dataclass(frozen=True)
class Todo:
    """One to-do: its text, the page where it is done, and the label of the link to that page."""

    text: str
    url: str
    label: str
