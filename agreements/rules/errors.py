"""The errors that proposals, agreements and amendments raise for what a person may not do."""

from core.errors import RuleError


class NotOpen(RuleError):
    """The proposal, agreement or amendment does not allow this step in its present state."""


class AlreadyPicked(NotOpen):
    """Another tier is picked, and the page from which this one was picked did not know of it."""


class NotCumulative(RuleError):
    """The tiers of a proposal or package are not cumulative (rule 33)."""


class BelowRateFloor(RuleError):
    """Value-adds bring the hourly rate below the freelancer's floor without a reason (rule 34)."""


class BadExtra(RuleError):
    """An extra of a proposal costs nothing, or has the name of another one."""


class BadValueAdd(RuleError):
    """What is added to an agreement for a time begins, or ends, on a day on which it cannot."""


class BadTimeOff(RuleError):
    """Time off ends before it starts, or is longer than a year."""


class BadTrial(RuleError):
    """A trial lacks its decision day or its measure (rule 35), or a fixed term lacks its end."""


class WrongCode(RuleError):
    """The signature is refused: the emailed code is wrong or too old, or consent is missing."""


class TooSoon(RuleError):
    """The date is earlier than the minimum term, the notice period or the next period allows."""


class BadWording(RuleError):
    """The text of an agreement or of an opening message cannot be sent (rules 28, 31 and 32).

    It has an empty or unknown variable, a translation that was not confirmed, or a character that
    cannot be printed.
    """


class Excluded(RuleError):
    """A running agreement excludes work for this client, whose consent was not confirmed."""


class HeldBack(NotOpen):
    """The client cannot continue until the freelancer has checked something (rule 57).

    The sentence is for the client, and does not say what it is.
    """


class NoRecipient(RuleError):
    """The client has no active contact with an email address."""
