"""What Stripe's objects say, in our words; and amounts as Stripe counts them. No calls.

Source: https://docs.stripe.com/payments/paymentintents/lifecycle and https://docs.stripe.com/currencies.
"""

from datetime import UTC, datetime
from typing import Any

import stripe

from billing.errors import CannotCharge
from billing.gateways.base import (
    DisputeOutcome,
    GatewayDispute,
    GatewayObject,
    GatewayRefund,
    Outcome,
    RefundOutcome,
)
from core import money

WITHOUT_MINOR_UNITS_HERE = {"ISK", "UGX"}  # written with two decimals at Stripe, always ".00"
STATUS = {
    "succeeded": Outcome.SUCCEEDED,
    "processing": Outcome.PROCESSING,
    "requires_capture": Outcome.PROCESSING,
    "requires_action": Outcome.REQUIRES_ACTION,
    "canceled": Outcome.CANCELLED,
}
REFUND = {"succeeded": RefundOutcome.SUCCEEDED, "failed": RefundOutcome.FAILED, "canceled": RefundOutcome.FAILED}
DISPUTE = {
    "won": DisputeOutcome.WON,
    "warning_closed": DisputeOutcome.WON,
    "prevented": DisputeOutcome.WON,
    "lost": DisputeOutcome.LOST,
}


def to_stripe(amount: int, currency: str) -> int:
    """Our minor units as Stripe's. Raises CannotCharge where Stripe cannot express the sum."""
    if currency in WITHOUT_MINOR_UNITS_HERE:
        return amount * 100
    if money.exponent(currency) == 3 and amount % 10:
        raise CannotCharge(f"{currency} is charged to two decimals only.")
    return amount


def from_stripe(amount: int, currency: str) -> int:
    """Stripe's minor units as ours."""
    return amount // 100 if currency.upper() in WITHOUT_MINOR_UNITS_HERE else amount


def payment(found: stripe.PaymentIntent) -> GatewayObject:
    """A PaymentIntent fetched with its latest charge.

    The key of the latest execution stands in the charge's metadata, copied there when it was made; while the client
    is asked to confirm there is no charge yet, and the intent's own metadata hold it.
    """
    error: Any = found.last_payment_error
    outcome = STATUS.get(found.status, Outcome.DECLINED if error else Outcome.NEW)
    charge: Any = found.latest_charge if isinstance(found.latest_charge, stripe.Charge) else None
    metadata: Any = charge.metadata if charge is not None and outcome != Outcome.REQUIRES_ACTION else found.metadata
    action: Any = found.next_action
    page: Any = getattr(action, "redirect_to_url", None) if action else None
    return GatewayObject(
        found.id,
        outcome,
        from_stripe(found.amount, found.currency),
        found.currency.upper(),
        key=_word(metadata, "charge"),
        code=_code(error) if outcome == Outcome.DECLINED else "",
        action_url=str(page.url or "") if page else "",
        reference=_word(found.metadata, "invoice"),
        created_at=datetime.fromtimestamp(found.created, UTC),
    )


def _code(error: Any) -> str:
    return str(getattr(error, "decline_code", None) or getattr(error, "code", None) or "declined")


def _word(metadata: Any, name: str) -> str:
    return str(metadata[name]) if metadata and name in metadata else ""


def refund(found: stripe.Refund) -> GatewayRefund:
    """A refund; what is neither over nor failed is pending."""
    return GatewayRefund(
        found.id,
        REFUND.get(found.status or "", RefundOutcome.PENDING),
        from_stripe(found.amount, found.currency),
        found.currency.upper(),
        key=_word(found.metadata, "refund"),
        code=str(getattr(found, "failure_reason", "") or ""),
    )


def dispute(found: stripe.Dispute) -> GatewayDispute:
    """A dispute; every status that is not an end is open."""
    due: Any = found.evidence_details.due_by
    return GatewayDispute(
        found.id,
        DISPUTE.get(found.status, DisputeOutcome.OPEN),
        from_stripe(found.amount, found.currency),
        found.currency.upper(),
        reason=found.reason,
        answer_by=datetime.fromtimestamp(due, UTC) if due else None,
    )
