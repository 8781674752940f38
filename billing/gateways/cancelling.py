"""Asks a gateway to cancel, and says whether nothing can move any more; it knows no database."""

from dataclasses import replace
from datetime import datetime

from billing.gateways.base import DirectObject, Gateway, GatewayObject, Outcome, is_direct


def cancel(
    gateway: Gateway, handle: str, *, was_sent: bool, missing_since: datetime | None
) -> GatewayObject:
    """Ask that nothing be taken under this handle, and read back what became of that.

    CANCELLED is certain. A direct gateway holds nothing that could be cancelled before a charge arrives, so a handle
    that was never sent is cancelled at once; after a charge was sent, only an object tells, or `keys_last` of silence
    by the gateway's own clock, counted from `missing_since`: whatever was on its way has arrived by then. Until
    then the answer is NEW with `asked_at`, from which `missing_since` is kept when there is none yet.
    """
    if not is_direct(gateway):
        gateway.cancel(handle)
        return gateway.lookup(handle)
    if not was_sent:
        return DirectObject(handle, Outcome.CANCELLED, 0, "")
    asked_at = gateway.clock()  # before the look-up: what is not there now was not there then
    gateway.cancel(handle)
    found = replace(gateway.lookup(handle), asked_at=asked_at)
    is_over = missing_since is not None and asked_at >= missing_since + gateway.keys_last
    if found.outcome == Outcome.NEW and is_over:
        return replace(found, outcome=Outcome.CANCELLED)
    return found
