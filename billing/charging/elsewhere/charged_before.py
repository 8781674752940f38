"""Asks a gateway, before an invoice gets a handle, whether it was charged already (rule 46).

Where the whole machine went back, the marks outside the database went back with it, and only the
gateway remembers. A gateway that does not answer is not charged, either.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial

from billing.charging.elsewhere import found_objects
from billing.charging.parallel_calls import Call, Steps
from billing.gateways.accounts import USE, Account, account_of
from billing.gateways.base import Gateway, GatewayUnknown, Outcome
from billing.models import Charge, Collection, FoundObject, Payment
from core.continuity import standing
from core.jobs import set_aside

EARLIER = timedelta(days=2)  # a day begins earlier elsewhere, and clocks differ
LONGEST = timedelta(days=40)  # how far back a list is read
TYPED_AGAIN = timedelta(days=14)  # after which an owner may type a lost one-off invoice again


@dataclass(frozen=True)
class Known:
    """What an account has charged since an instant: the handles, by what they are for."""

    since: datetime
    handles: Mapping[str, Sequence[str]]


def ask(
    gateway: Gateway, rows: Sequence[Collection], known: dict[Account, Known], now: datetime
) -> Steps[bool]:
    """Return whether these collections of one account may get a handle.

    They may not if the gateway does not answer; then the account is set aside. `known` keeps its
    answer for the other batches of a run. Raises StandsStill if the gateway has charged what has no
    charge here.
    """
    if not rows or not standing.is_kept():
        return True
    account = account_of(rows[0].gateway, rows[0].business_id)
    since = max(_beginning(rows), now - LONGEST)
    if account not in known or known[account].since > since:
        [answer] = yield [Call(gateway, partial(_charged, gateway, since))]
        if isinstance(answer, GatewayUnknown):
            set_aside.put(USE, rows[0].business_id, answer, now=now)
            return False
        known[account] = answer
    theirs = known[account].handles
    wanted = {str(row.invoice.reference) for row in rows}
    handles = {handle for reference in wanted & theirs.keys() for handle in theirs[reference]}
    if _unknown(rows[0].gateway, handles):
        standing.suspect(now=now)
        standing.require()
    return True


def _beginning(rows: Sequence[Collection]) -> datetime:
    first = min(
        row.invoice.period_start - (TYPED_AGAIN if row.invoice.one_off else EARLIER) for row in rows
    )
    return datetime.combine(first, time(), UTC)


def _charged(gateway: Gateway, since: datetime) -> Known:
    handles: dict[str, list[str]] = {}
    for theirs in gateway.created_since(since):
        if found_objects.counts(gateway, theirs) and theirs.outcome != Outcome.NEW:
            handles.setdefault(theirs.reference, []).append(theirs.handle)
    return Known(since, handles)


def _unknown(name: str, handles: set[str]) -> set[str]:
    """Return the handles that stand nowhere in these books."""
    if not handles:
        return handles
    found = FoundObject.objects.filter(gateway=name, handle__in=handles)
    collections = Collection.objects.filter(gateway=name, handle__in=handles)
    charges = Charge.objects.filter(collection__gateway=name, handle__in=handles)
    payments = Payment.objects.filter(gateway=name, reference__in=handles)
    return handles.difference(
        *(rows.values_list("handle", flat=True) for rows in (found, collections, charges)),
        payments.values_list("reference", flat=True),
    )
