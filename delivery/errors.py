"""How the delivery room says no."""

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
