"""Whether what a client asks for is inside the fee: said at once, before anybody has read it. Pure.

a pause, or an end               needs a word first
hours included: enough left      fits the hours             not enough: needs a word (rule 27)
no hours included                in scope while something promised is still open
"""

from enum import StrEnum


class Fit(StrEnum):
    """What the client is told."""

    SCOPE = "scope"
    HOURS = "hours"
    WORD = "word"


def fits(
    *, runs: bool, has_hours: bool, left: int, estimate: int | None, something_open: bool
) -> Fit:
    """`left` and `estimate` are minutes; without an estimate any time that is left will do.

    `something_open`: a promised thing of the period is not done yet.
    """
    if not runs:
        return Fit.WORD
    if has_hours:
        return Fit.HOURS if left >= max(1, estimate or 0) else Fit.WORD
    return Fit.SCOPE if something_open else Fit.WORD
