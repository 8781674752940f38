"""How the delivery room says no."""

from core.errors import RuleError


class NoPeriod(RuleError):
    """The agreement has no period to which this could belong."""


class TooMuch(RuleError):
    """More than there can be: hours of a day, or work beyond an allowance."""


class AlreadySent(RuleError):
    """The report was sent and is frozen (rule 38)."""


class NobodyToTell(RuleError):
    """The client has nobody with an email who may be written to."""
