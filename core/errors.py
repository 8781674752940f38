"""The error a rule raises when it says no: its text is a translated sentence for the person at the door."""


class RuleError(Exception):
    """A business rule refused; nothing was written. `field` names the form field it belongs to, if any."""

    def __init__(self, message: object, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class NotAllowedNow(RuleError):
    """The row is not in a state from which this move is allowed (somebody else may have been first)."""
