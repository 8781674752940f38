"""Translates Stripe's objects and amounts into ours, and back. Makes no calls.

Sources: https://docs.stripe.com/payments/paymentintents/lifecycle for states, and for amounts
https://docs.stripe.com/currencies, whose decimals are not those of ISO 4217 or CLDR:

15 currencies have none        500 JPY       sent as 500
5 have three, the last one 0   5.120 KWD     sent as 5120; 5.124 cannot be charged
all others have two            10.00 USD     sent as 1000
ISK and UGX have two, .00      5 ISK         sent as 500
"""

from datetime import UTC, date, datetime
from typing import Any

import stripe

from billing.gateways.base import (
    DisputeOutcome,
    GatewayDispute,
    GatewayObject,
    GatewayRefund,
    Outcome,
    RefundOutcome,
    ReportedFee,
    SavedCard,
)
from billing.rules.errors import CannotCharge
from billing.rules.method_kinds import SCHEMES, MethodKind
from billing.rules.states import FeeOf
from core import money
from core.dates import add_months

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
ASKS = "authentication_required"  # the bank asks the cardholder to authenticate
MISSING = "resource_missing"  # there is no such object, or no more
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
#: An early fraud inquiry (`warning_…`) and a prevented dispute withdraw no money:
#: https://docs.stripe.com/disputes/how-disputes-work
DISPUTE = {
    "warning_needs_response": DisputeOutcome.INQUIRY,
    "warning_under_review": DisputeOutcome.INQUIRY,
    "warning_closed": DisputeOutcome.CLOSED,
    "prevented": DisputeOutcome.CLOSED,
    "won": DisputeOutcome.WON,
    "lost": DisputeOutcome.LOST,
}


def to_stripe(amount: int, currency: str) -> int:
    """Convert our minor units to Stripe's. Raises CannotCharge if Stripe has no such amount."""
    theirs, rest = divmod(
        amount * int(10 ** _decimals(currency)), int(10 ** money.exponent(currency))
    )
    if rest or (currency in THREE_DECIMALS and theirs % 10):
        raise CannotCharge(f"Stripe cannot charge so small a part of {currency}.")
    return theirs


def from_stripe(amount: int, currency: str) -> int:
    """Convert Stripe's minor units to ours."""
    return amount * int(10 ** money.exponent(currency)) // int(10 ** _decimals(currency))


def _decimals(currency: str) -> int:
    if currency in THREE_DECIMALS:
        return 3
    return 0 if currency in NO_DECIMALS else 2


def payment(intent: stripe.PaymentIntent) -> GatewayObject:
    """Read a PaymentIntent that was fetched with its latest charge."""
    error: Any = intent.last_payment_error
    refused, currency = _text(intent.metadata, "refused"), intent.currency.upper()
    outcome = _outcome(intent.status, error, refused)
    page: Any = getattr(intent.next_action, "redirect_to_url", None)
    return GatewayObject(
        intent.id,
        outcome,
        from_stripe(intent.amount, currency),
        currency,
        key=_text(_metadata(intent, error, outcome), "charge"),
        code=(_code(error) if error else refused) if outcome == Outcome.DECLINED else "",
        action_url=str(page.url or "") if page else "",
        reference=_text(intent.metadata, "invoice"),
        created_at=datetime.fromtimestamp(intent.created, UTC),
        token=_token(intent),
    )


def _latest_charge(intent: stripe.PaymentIntent) -> Any:
    """Return the latest charge, None if there was none."""
    return intent.latest_charge if isinstance(intent.latest_charge, stripe.Charge) else None


def _token(intent: stripe.PaymentIntent) -> str:
    """Return customer and payment method of the latest charge, or else of the next one."""
    charge = _latest_charge(intent)
    method = _id(getattr(charge or intent, "payment_method", None))
    customer = _id(getattr(intent, "customer", None))
    return f"{customer}/{method}" if customer and method else ""


def _outcome(status: str, error: Any, refused: str) -> Outcome:
    """Read the outcome. A decline that only asks for the cardholder is no decline (rule 23).

    That holds even if there is no page on which they could authenticate.
    """
    if status in STATUS:
        return STATUS[status]
    if error:
        return Outcome.REQUIRES_ACTION if getattr(error, "code", None) == ASKS else Outcome.DECLINED
    return Outcome.DECLINED if refused else Outcome.NEW


def _metadata(intent: stripe.PaymentIntent, error: Any, outcome: Outcome) -> Any:
    """Return the metadata that name the latest execution.

    A charge gets a copy when it is created. If the execution created none (a failed confirmation, a
    refused card), they are on the PaymentIntent. Naming the next attempt there clears the error, so
    an error is never read as that of the next attempt.
    """
    charge = _latest_charge(intent)
    if charge is None:
        return intent.metadata
    its_own = (
        outcome in (Outcome.SUCCEEDED, Outcome.PROCESSING)
        or getattr(error, "charge", None) == charge.id
    )
    return charge.metadata if its_own else intent.metadata


def _code(error: Any) -> str:
    return str(getattr(error, "decline_code", None) or getattr(error, "code", None) or "declined")


def _text(metadata: Any, name: str) -> str:
    return str(metadata[name]) if metadata and name in metadata else ""


def refund(fetched: stripe.Refund) -> GatewayRefund:
    """Read a refund; it is pending unless it succeeded or failed."""
    return GatewayRefund(
        fetched.id,
        REFUND.get(fetched.status or "", RefundOutcome.PENDING),
        from_stripe(fetched.amount, fetched.currency.upper()),
        fetched.currency.upper(),
        key=_text(fetched.metadata, "refund"),
        code=str(getattr(fetched, "failure_reason", "") or ""),
        payment=_id(fetched.payment_intent),
    )


def dispute(fetched: stripe.Dispute) -> GatewayDispute:
    """Read a dispute; every status that is not final is open."""
    due: Any = fetched.evidence_details.due_by
    return GatewayDispute(
        fetched.id,
        DISPUTE.get(fetched.status, DisputeOutcome.OPEN),
        from_stripe(fetched.amount, fetched.currency.upper()),
        fetched.currency.upper(),
        reason=fetched.reason,
        answer_by=datetime.fromtimestamp(due, UTC) if due else None,
        payment=_id(fetched.payment_intent),
    )


def fees_of_charge(charge: Any) -> list[ReportedFee]:
    """Read the fee of a charge; none while Stripe has not expanded its balance transaction.

    A fee of 0 is reported, too. Stripe's exchange rate is not needed: it says both amounts.
    """
    return _fees(FeeOf.PAYMENT, [getattr(charge, "balance_transaction", None)], charge)


def fees_of_refund(fetched: Any) -> list[ReportedFee]:
    """Read what was taken, or given back of a fee, with a refund; mostly nothing."""
    row = getattr(fetched, "balance_transaction", None)
    return [fee for fee in _fees(FeeOf.REFUND, [row], fetched) if fee.amount]


def fees_of_dispute(fetched: Any) -> list[ReportedFee]:
    """Read the fees of a dispute: one when the money is withdrawn, often another when it is won."""
    rows = getattr(fetched, "balance_transactions", None) or []
    return [fee for fee in _fees(FeeOf.DISPUTE, rows, fetched) if fee.amount]


def _fees(of: FeeOf, rows: Any, about: Any) -> list[ReportedFee]:
    """Read balance transactions, whose amounts are in the account's own currency."""
    return [
        ReportedFee(
            row.id,
            of,
            from_stripe(row.fee, currency := row.currency.upper()),
            currency,
            datetime.fromtimestamp(row.created, UTC),
            moved=from_stripe(abs(about.amount), about.currency.upper()),
            settled=from_stripe(abs(row.amount), currency),
            parts=tuple(
                (str(part.description or part.type), from_stripe(part.amount, currency))
                for part in row.fee_details
            ),
        )
        for row in rows
        if row is not None and not isinstance(row, str)
    ]


def card(fetched: Any) -> SavedCard:
    """Read the card of a payment method; it can be used to the end of the month it expires in."""
    expires_on = add_months(date(fetched.exp_year, fetched.exp_month, 1), 0, 31)
    return SavedCard(fetched.brand.replace("_", " ").title(), fetched.last4, expires_on)


def saved(fetched: Any) -> SavedCard | None:
    """Read a payment method: a card, or a bank account to debit; None if it is something else."""
    if fetched.type == MethodKind.CARD:
        return card(fetched.card) if fetched.card else None
    if fetched.type not in SCHEMES:
        return None
    account: Any = getattr(fetched, fetched.type)
    return SavedCard(SCHEMES[MethodKind(fetched.type)].label, str(account.last4 or ""), None)


def _id(named: Any) -> str:
    """Return the id of an object that Stripe only names, or has expanded; "" if there is none."""
    return str(getattr(named, "id", named) or "")
