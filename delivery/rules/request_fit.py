"""Whether a request is covered by the fee. The client is told at once, before anyone has read it.

Pure.

agreement paused or ended               talk first
hours included, enough left             fits the hours
hours included, not enough left         talk first (rule 27)
no hours included                       in scope while a deliverable is still open
"""

from enum import StrEnum


class Fit(StrEnum):
    """What the client is told about the request."""

    SCOPE = "scope"
    HOURS = "hours"
    WORD = "word"


def request_fit(
    *, runs: bool, has_hours: bool, left: int, estimate: int | None, something_open: bool
) -> Fit:
    """Return whether the request is covered.

    `left` and `estimate` are minutes; without an estimate any time that is left is enough.
    `something_open` says that a deliverable of the period is not done yet.
    """
    if not runs:
        return Fit.WORD
    if has_hours:
        return Fit.HOURS if left >= max(1, estimate or 0) else Fit.WORD
    return Fit.SCOPE if something_open else Fit.WORD
