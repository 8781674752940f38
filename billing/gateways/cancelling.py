"""Cancels at a gateway, and tells whether any money can still move. Uses no database."""

from dataclasses import replace
from datetime import datetime

from billing.gateways.base import Gateway, GatewayObject, Outcome, is_direct


def cancel(
    gateway: Gateway, handle: str, *, was_sent: bool, missing_since: datetime | None
) -> GatewayObject:
    """Cancel what is under this handle, and return its state afterwards.

    CANCELLED is certain. A direct gateway has nothing to cancel before a charge arrives, so a
    handle that was never sent (`was_sent` false) is cancelled as soon as nothing is found under it.
    After a charge was sent, it is cancelled if its object says so, or if the gateway has had
    nothing under the handle for `keys_last`, counted from `missing_since` by the gateway's own
    clock: anything on its way has arrived by then. Until then the outcome is NEW, with `asked_at`,
    which becomes `missing_since` if there is none yet.
    """
    if not is_direct(gateway):
        gateway.cancel(handle)
        return gateway.lookup(handle)
    asked_at = gateway.clock()  # before the look-up: what it does not find was not there then
    gateway.cancel(handle)
    fetched = replace(gateway.lookup(handle), asked_at=asked_at)
    has_missed = missing_since is not None and asked_at >= missing_since + gateway.keys_last
    if fetched.outcome == Outcome.NEW and (has_missed or not was_sent):
        return replace(fetched, outcome=Outcome.CANCELLED)
    return fetched
