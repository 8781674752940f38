"""Compares the gateway's refunds and disputes with ours, both ways (rule 50).

What was done there and is missing here is booked, as if a webhook had told of it. What still
differs is reported as a sentence, with amounts in minor units.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from billing.charging import gateway_events
from billing.charging.elsewhere import refunds
from billing.gateways import exchange
from billing.gateways.base import Gateway, GatewayDispute, GatewayRefund, GatewayUnknown
from billing.gateways.base import RefundOutcome as Outcome
from billing.models import Dispute, Payment, Refund
from billing.rules.errors import NotConnected
from billing.rules.states import DisputeState, RefundState

log = logging.getLogger(__name__)
LATE = timedelta(days=1)  # how much later than the gateway we may have written a row


def compare(
    gateway: Gateway, business: UUID | None, *, since: datetime, now: datetime
) -> Iterator[str]:
    """Yield the differences of one account; `business` is None if all businesses share it.

    Raises GatewayUnknown and NotConnected.
    """
    seen = set[str]()
    for refund in gateway.refunds_since(since):
        seen.add(refund.handle)
        yield from _alone(gateway, business, refund, now)
    for dispute in gateway.disputes_since(since):
        seen.add(dispute.handle)
        yield from _alone(gateway, business, dispute, now)
    yield from _unlisted(gateway, business, seen, since, now)


def _alone(
    gateway: Gateway, business: UUID | None, theirs: GatewayRefund | GatewayDispute, now: datetime
) -> Iterator[str]:
    """Yield what differs in one refund or dispute; one that cannot be compared stops no other."""
    try:
        yield from _theirs(gateway, business, theirs, now)
    except (GatewayUnknown, NotConnected):
        raise
    except Exception as error:
        log.exception("%s at %s could not be compared.", theirs.handle, gateway.name)
        yield f"{theirs.handle} could not be compared ({type(error).__name__})"


def _theirs(
    gateway: Gateway, business: UUID | None, theirs: GatewayRefund | GatewayDispute, now: datetime
) -> Iterator[str]:
    is_refund = isinstance(theirs, GatewayRefund)
    payments = Payment.objects.filter(gateway=gateway.name, reference=theirs.payment)
    payment = (payments.filter(business=business) if business else payments).first()
    if payment is None:
        if theirs.outcome not in (Outcome.FAILED, DisputeState.CLOSED):
            what = "refunded" if is_refund else "has a dispute over"
            amount = f"{theirs.amount} {theirs.currency}"
            yield f"{gateway.name} {what} {amount} of {theirs.payment}, and we have no payment"
        return
    if _differs(payment, theirs):
        gateway_events.read_gateway_object(gateway.name, payment.reference, account=None, now=now)
    if difference := _differs(payment, theirs):
        yield f"{payment.receipt_number}: {gateway.name} says {difference}"


def _differs(payment: Payment, theirs: GatewayRefund | GatewayDispute) -> str:
    """Say what the gateway has and our row has not; "" if they are the same."""
    what = "refund" if isinstance(theirs, GatewayRefund) else "dispute"
    here = f"{theirs.amount} {theirs.currency} {theirs.outcome}"
    if isinstance(theirs, GatewayRefund):
        ours: Refund | Dispute | None = refunds.find_refund(payment, theirs)
        if ours is None and theirs.outcome == Outcome.FAILED:
            return ""
    else:
        ours = Dispute.objects.filter(gateway=payment.gateway, handle=theirs.handle).first()
    if ours is None:
        return f"{what} {theirs.handle} of {here}, and we have none"
    if ours.handle and ours.handle != theirs.handle:
        return f"{what} {theirs.handle} of {here} once more"
    # A direct debit that was returned is a dispute that is lost, at the gateway.
    state = DisputeState.LOST if ours.state == DisputeState.RETURNED else ours.state
    if (ours.amount, ours.currency, state) != (theirs.amount, theirs.currency, theirs.outcome):
        return f"{what} {theirs.handle} of {here}, ours {ours.amount} {ours.currency} {ours.state}"
    return ""


def _unlisted(
    gateway: Gateway, business: UUID | None, seen: set[str], since: datetime, now: datetime
) -> Iterator[str]:
    """Yield our rows that the gateway does not know; look up disputes that have been open longer.

    A row may be younger than the gateway's object, so it is asked about before it is reported. Of a
    payment at an account that was exchanged since, this one knows nothing.
    """
    known = [RefundState.PENDING, RefundState.SUCCEEDED]
    recent = Q(created_at__gte=since + LATE)
    undecided = Q(state__in=[DisputeState.INQUIRY, DisputeState.OPEN])
    for row in _of(Refund.objects.filter(recent, state__in=known), gateway, business):
        if row.handle not in seen:
            yield from _asked(row, "refund", gateway.refunds(row.payment.reference), gateway, now)
    for row in _of(Dispute.objects.filter(recent | undecided), gateway, business):
        if row.handle not in seen:
            yield from _asked(row, "dispute", gateway.disputes(row.payment.reference), gateway, now)


def _of(rows: QuerySet[Any], gateway: Gateway, business: UUID | None) -> Iterator[Any]:
    rows = rows.filter(payment__gateway=gateway.name).select_related("payment").order_by("pk")
    if exchanged_at := exchange.exchanged_at(gateway.name, business):
        rows = rows.filter(payment__created_at__gt=exchanged_at)
    return (rows.filter(business=business) if business else rows).iterator(500)


def _asked(
    row: Refund | Dispute,
    what: str,
    fetched: list[GatewayRefund] | list[GatewayDispute],
    gateway: Gateway,
    now: datetime,
) -> Iterator[str]:
    theirs = next((each for each in fetched if each.handle == row.handle), None)
    if theirs is None:
        number = row.payment.receipt_number
        yield f"{number}: {gateway.name} does not know the {what} {row.handle}"
    else:
        yield from _alone(gateway, row.business_id, theirs, now)
