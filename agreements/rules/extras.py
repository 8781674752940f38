"""What a client may add to a tier: each extra is part of every fee, or is paid once. Pure.

An extra is {"key", "title", "amount", "once"}: the amount is minor units before tax, and an extra
that is paid once stands on the first invoice.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Extra = Mapping[str, Any]
MOST = 6  # of one proposal


def chosen(offered: Sequence[Extra], keys: Iterable[str]) -> list[Extra]:
    """The offered extras with these keys, in the order of the offer. Raises KeyError."""
    wanted = set(keys)
    if unknown := wanted - {row["key"] for row in offered}:
        raise KeyError(min(unknown))
    return [row for row in offered if row["key"] in wanted]


def in_every_fee(extras: Iterable[Extra]) -> int:
    """What these extras add to the fee of each period."""
    return sum(row["amount"] for row in extras if not row["once"])


def paid_once(extras: Iterable[Extra]) -> list[Extra]:
    """Those of the extras that stand on the first invoice."""
    return [row for row in extras if row["once"]]


def faults(extras: Sequence[Extra]) -> list[str]:
    """Why these extras cannot be offered, as codes: too_many, same_name, no_amount."""
    titles = [row["title"].strip().lower() for row in extras]
    checks = {
        "too_many": len(extras) > MOST,
        "same_name": len(set(titles)) < len(titles),
        "no_amount": any(row["amount"] <= 0 for row in extras),
    }
    return [code for code, is_wrong in checks.items() if is_wrong]
