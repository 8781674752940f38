"""The errors raised when an action on hours, work, requests, KPIs or reports is refused."""

from typing import Any

from core.errors import RuleError


class NoPeriod(RuleError):
    """The agreement has no period to which the entry could belong."""


class TooMuch(RuleError):
    """More than is possible: more hours than a day has, or more work than was agreed."""


class DurationRequired(RuleError):
    """The timer ran so long that a person has to enter how long the work really took."""


class BadExport(RuleError):
    """The file is not an export of a time tracker that can be imported."""


class AlreadySent(RuleError):
    """The report of the period was sent, so the period is closed (rule 38)."""


class BadReadings(RuleError):
    """Some of the readings cannot be taken, so none of them is.

    `bad` lists the refused readings, each with its place in the input and the reason.
    """

    def __init__(self, bad: list[Any]) -> None:
        super().__init__(bad[0].words)
        self.bad = bad


class BadHandover(RuleError):
    """The link or file cannot be handed over, or there is nothing to count."""


class BadLeftover(RuleError):
    """Nothing is missing, or there is no later period to carry the rest into."""


class NoText(RuleError):
    """The message has no text, or is too long."""


class NotOpen(RuleError):
    """The agreement accepts no requests, or the request accepts no more messages."""
