"""The errors that business rules raise; their text is a translated sentence for the user."""


class RuleError(Exception):
    """A business rule refused the request, and nothing was written.

    `field` is the name of the form field that the error belongs to; None if it belongs to no field.
    """

    def __init__(self, message: object, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class NotAllowedNow(RuleError):
    """The row's state does not allow this change; somebody else may have changed it first."""


class SampleClient(RuleError):
    """A sample client is never emailed, charged, or sent anything."""


class StandsStill(RuleError):
    """The installation must not act, because its database went back or is a copy.

    Jobs end with it: it is not the fault of a row.
    """
