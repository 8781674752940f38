"""Recognizes a reading that is probably mistyped, such as 12 where 1,200 is usual. Pure."""

from collections.abc import Sequence
from decimal import Decimal
from statistics import median

FAR = 50  # times more or less than usual: two digits too many or too few
LOOKED_AT = 6  # readings before it


def usual_value(earlier: Sequence[Decimal], baseline: Decimal) -> Decimal:
    """Return what is usual: the middle of the latest earlier readings, or else the baseline."""
    return median(earlier[-LOOKED_AT:]) if earlier else baseline


def is_unusual(value: Decimal, usual: Decimal) -> bool:
    """Whether a value is far from the usual one; 0 is a result like any other."""
    small, large = sorted((abs(value), abs(usual)))
    return small > 0 and large >= FAR * small
