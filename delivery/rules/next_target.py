"""Suggests the next target of a KPI that was reached three months running. Pure.

| target | last three months | next |
| --- | --- | --- |
| 9,500 followers | 9,700, 10,100, 10,399 | 10,500: what the next month brings at this pace |
| 3.5 % engagement | 3.6, 3.7, 3.9 | 3.7: what a month had on average |
| 50 sign-ups | 52, 58, 61 | 57: what a month had on average |
| 10 USD a lead, less is better | 9, 8, 7 | 8 |
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from delivery.rules.kpi_pace import CENT, Shape

MONTHS = 3  # that a target has to be reached in a row


def next_target(
    shape: Shape,
    history: Sequence[Decimal | None],
    target: Decimal,
    *,
    less_is_better: bool,
) -> Decimal | None:
    """Return the target to suggest; None where the last three months do not suggest one.

    `history` has the last value of each period that is over, the newest last, None without a
    reading. The suggestion is beyond `target` by a step of one digit.
    """
    last = [value for value in history[-MONTHS:] if value is not None]
    side = -1 if less_is_better else 1
    if len(last) < MONTHS or any(side * value < side * target for value in last):
        return None
    if shape == Shape.LEVEL:
        aim = last[-1] + (last[-1] - last[0]) / (MONTHS - 1)
    else:
        aim = sum(last, Decimal(0)) / MONTHS
    step = _rounded(side * (aim - target))
    found = target + side * step
    return found if step > 0 and found >= 0 else None


def _rounded(step: Decimal) -> Decimal:
    """Return a step with one digit: 1,048 → 1,000; 0.233 → 0.2; 0 for less than a cent."""
    if step < CENT:
        return Decimal(0)
    digit = Decimal(1).scaleb(step.adjusted())
    return (step / digit).quantize(Decimal(1), ROUND_HALF_EVEN) * digit
