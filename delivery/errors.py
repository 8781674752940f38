"""How the delivery room says no."""

from core.errors import RuleError


class NoPeriod(RuleError):
    """The agreement has no period to which this could belong."""


class AlreadySent(RuleError):
    """The report was sent and is frozen (rule 38)."""
