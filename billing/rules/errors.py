"""Errors that billing raises when a business rule refuses a step. Pure."""

from core.errors import RuleError


class BadSession(RuleError):
    """The gateway does not know this session, or the session belongs to another client."""


class NothingToRetry(RuleError):
    """The collection is not in a state in which the owner can start another charge."""


class BadPattern(RuleError):
    """The number pattern is malformed, or two documents could get the same number."""


class NotOwed(RuleError):
    """The amount is more than what is owed, what was paid, or the client's credit."""


class NotOpen(RuleError):
    """The invoice is settled, void, or being confirmed at the gateway."""


class CannotCharge(RuleError):
    """The gateway does not accept this amount or this currency."""


class OtherCurrency(RuleError):
    """The gateway reports money in another currency than that of the payment."""


class UnderWay(RuleError):
    """Money may still move at the account that is connected, so no other takes its place."""


class OtherAccount(RuleError):
    """The key is another account's, and a person has to confirm that saved cards are let go."""


class NotConnected(RuleError):
    """The business has no account at this gateway, or the gateway refuses its API key."""
