"""How the billing room says no."""

from core.errors import RuleError


class BadSession(RuleError):
    """The gateway does not know this session, or it is somebody else's."""


class NothingToRetry(RuleError):
    """The collection is not waiting for a person."""
