"""What Stripe's objects say, in our own terms; and amounts as Stripe counts them. Makes no calls.

Sources: https://docs.stripe.com/payments/paymentintents/lifecycle for states, and for amounts
https://docs.stripe.com/currencies, whose decimals are not those of ISO 4217 or CLDR:

15 currencies have none        500 JPY       sent as 500
5 have three, the last one 0   5.120 KWD     sent as 5120; 5.124 cannot be charged
all others have two            10.00 USD     sent as 1000; also ISK and UGX, whose decimals must be .00 (5 ISK: 500)
"""

from datetime import UTC, datetime
from typing import Any

import stripe

from billing.gateways.base import (
    DisputeOutcome,
    GatewayDispute,
    GatewayObject,
    GatewayRefund,
    Outcome,
    RefundOutcome,
)
from billing.rules.errors import CannotCharge
from core import money

NO_DECIMALS = frozenset(
    {
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "JPY",
        "KMF",
        "KRW",
        "MGA",
        "PYG",
        "RWF",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    }
)
THREE_DECIMALS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
ASKS = "authentication_required"  # the bank wants to hear from its customer first
STATUS = {
    "succeeded": Outcome.SUCCEEDED,
    "processing": Outcome.PROCESSING,
    "requires_capture": Outcome.PROCESSING,
    "requires_action": Outcome.REQUIRES_ACTION,
    "canceled": Outcome.CANCELLED,
}
REFUND = {
    "succeeded": RefundOutcome.SUCCEEDED,
    "failed": RefundOutcome.FAILED,
    "canceled": RefundOutcome.FAILED,
}
DISPUTE = {
    "won": DisputeOutcome.WON,
    "warning_closed": DisputeOutcome.WON,
    "prevented": DisputeOutcome.WON,
    "lost": DisputeOutcome.LOST,
}


def to_stripe(amount: int, currency: str) -> int:
    """Our minor units as Stripe's. Raises CannotCharge where Stripe cannot express the sum."""
    theirs, rest = divmod(
        amount * int(10 ** _decimals(currency)), int(10 ** money.exponent(currency))
    )
    if rest or (currency in THREE_DECIMALS and theirs % 10):
        raise CannotCharge(f"Stripe cannot charge so small a part of {currency}.")
    return theirs


def from_stripe(amount: int, currency: str) -> int:
    """Stripe's minor units as ours."""
    return amount * int(10 ** money.exponent(currency)) // int(10 ** _decimals(currency))


def _decimals(currency: str) -> int:
    if currency in THREE_DECIMALS:
        return 3
    return 0 if currency in NO_DECIMALS else 2


def payment(found: stripe.PaymentIntent) -> GatewayObject:
    """A PaymentIntent fetched with its latest charge."""
    error: Any = found.last_payment_error
    refused, currency = _text(found.metadata, "refused"), found.currency.upper()
    outcome = _outcome(found.status, error, refused)
    page: Any = getattr(found.next_action, "redirect_to_url", None)
    return GatewayObject(
        found.id,
        outcome,
        from_stripe(found.amount, currency),
        currency,
        key=_text(_metadata(found, error, outcome), "charge"),
        code=(_code(error) if error else refused) if outcome == Outcome.DECLINED else "",
        action_url=str(page.url or "") if page else "",
        reference=_text(found.metadata, "invoice"),
        created_at=datetime.fromtimestamp(found.created, UTC),
    )


def _outcome(status: str, error: Any, refused: str) -> Outcome:
    """A decline that only asks for the cardholder is no decline, even where there is no page for them (rule 23)."""
    if status in STATUS:
        return STATUS[status]
    if error:
        return Outcome.REQUIRES_ACTION if getattr(error, "code", None) == ASKS else Outcome.DECLINED
    return Outcome.DECLINED if refused else Outcome.NEW


def _metadata(found: stripe.PaymentIntent, error: Any, outcome: Outcome) -> Any:
    """The metadata that name the latest execution.

    A charge copies them when it is made. Where the execution made none (a failed confirmation, a refused card) they
    stand on the intent: naming the next attempt there clears the error, so an error is never read as the next one's.
    """
    charge: Any = found.latest_charge if isinstance(found.latest_charge, stripe.Charge) else None
    if charge is None:
        return found.metadata
    its_own = (
        outcome in (Outcome.SUCCEEDED, Outcome.PROCESSING)
        or getattr(error, "charge", None) == charge.id
    )
    return charge.metadata if its_own else found.metadata


def _code(error: Any) -> str:
    return str(getattr(error, "decline_code", None) or getattr(error, "code", None) or "declined")


def _text(metadata: Any, name: str) -> str:
    return str(metadata[name]) if metadata and name in metadata else ""


def refund(found: stripe.Refund) -> GatewayRefund:
    """A refund; what is neither over nor failed is pending."""
    return GatewayRefund(
        found.id,
        REFUND.get(found.status or "", RefundOutcome.PENDING),
        from_stripe(found.amount, found.currency.upper()),
        found.currency.upper(),
        key=_text(found.metadata, "refund"),
        code=str(getattr(found, "failure_reason", "") or ""),
    )


def dispute(found: stripe.Dispute) -> GatewayDispute:
    """A dispute; every status that is not an end is open."""
    due: Any = found.evidence_details.due_by
    return GatewayDispute(
        found.id,
        DISPUTE.get(found.status, DisputeOutcome.OPEN),
        from_stripe(found.amount, found.currency.upper()),
        found.currency.upper(),
        reason=found.reason,
        answer_by=datetime.fromtimestamp(due, UTC) if due else None,
    )
