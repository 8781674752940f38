"""The clock of a run, and how far a gateway's clock may be from it (rule 24)."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from billing.gateways.base import GatewayUnknown
from billing.rules.errors import NotConnected

LARGEST_SKEW = timedelta(minutes=5)  # between our clock and a gateway's


def started_at(now: datetime) -> Callable[[], datetime]:
    """Return a clock that starts at `now`."""
    began = time.monotonic_ns()
    return lambda: now + timedelta(microseconds=(time.monotonic_ns() - began) // 1000)


def trouble(time_there: datetime | GatewayUnknown, now: datetime) -> NotConnected | None:
    """Return why an account may not be charged, judging by the time of its gateway (rule 24)."""
    if isinstance(time_there, GatewayUnknown):
        return NotConnected(_("The payment gateway does not answer."))
    if abs(time_there - now) > LARGEST_SKEW:
        return NotConnected(
            _("Our clock differs from the payment gateway's by more than five minutes.")
        )
    return None
