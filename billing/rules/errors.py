"""How the billing room says no."""

from core.errors import RuleError


class BadSession(RuleError):
    """The gateway does not know this session, or it is somebody else's."""


class NothingToRetry(RuleError):
    """The collection is not waiting for a person."""


class BadPattern(RuleError):
    """Two papers could get the same number."""


class NotOwed(RuleError):
    """The sum is more than what is owed, paid, or held for the client."""


class NotOpen(RuleError):
    """The invoice is settled, void, or being confirmed at the gateway."""


class CannotCharge(RuleError):
    """The gateway takes no such amount or currency."""


class NotConnected(RuleError):
    """The business has no account at this gateway, or its key is refused."""
