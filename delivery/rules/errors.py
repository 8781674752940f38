"""How the delivery room says no."""

from typing import Any

from core.errors import RuleError


class NoPeriod(RuleError):
    """The agreement has no period to which this could belong."""


class TooMuch(RuleError):
    """More than there can be: hours of a day, or work beyond an allowance."""


class HowLong(RuleError):
    """The timer ran so long that a person has to say how long the work really took."""


class BadExport(RuleError):
    """The file is no export of a time tracker that could be taken over."""


class AlreadySent(RuleError):
    """The report was sent and is frozen (rule 38)."""


class BadReadings(RuleError):
    """Some of many readings cannot be taken, so none is. `bad` has each with its place and reason."""

    def __init__(self, bad: list[Any]) -> None:
        super().__init__(bad[0].words)
        self.bad = bad


class BadHandover(RuleError):
    """The link or the file cannot be handed over, or there is nothing to count."""


class BadLeftover(RuleError):
    """Nothing is missing, or there is no period to which it could be carried."""


class NoWords(RuleError):
    """There is nothing to read in what was written, or there is too much of it."""


class NotOpen(RuleError):
    """Nothing can be asked about this agreement, or said about this request."""
