"""How the agreements room says no."""

from core.errors import RuleError


class NotOpen(RuleError):
    """The proposal or agreement can no longer be changed or accepted."""


class BadLadder(RuleError):
    """The tiers do not make a ladder (rule 33)."""


class UnderFloor(RuleError):
    """What is added brings an hour under the freelancer's floor, and no reason is given (rule 34)."""


class BadSpan(RuleError):
    """Time off that ends before it begins, or never seems to."""


class BadTrial(RuleError):
    """A paid trial lacks its measure of success or its decision day (rule 35)."""


class WrongCode(RuleError):
    """The code is not the one that was mailed, or it is too old."""


class TooSoon(RuleError):
    """The minimum term or the notice period forbids it (rule 6)."""


class BadWording(RuleError):
    """The text has an empty variable, an unconfirmed side or a sign that cannot be printed (rules 28, 31, 32)."""


class NobodyToTell(RuleError):
    """The client has nobody with an email who may be written to."""
