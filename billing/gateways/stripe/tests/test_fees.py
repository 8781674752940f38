"""What Stripe took is read from its balance transactions, as it reports it (rule 69)."""

from datetime import UTC, datetime
from typing import Any

import pytest
import stripe

from billing.gateways.base import GatewayUnknown, ReportedFee
from billing.gateways.stripe.tests.test_gateway import bank, canned, charge, error, intent, page
from billing.rules.states import FeeOf

AT = 1_793_595_600
TAKEN_AT = datetime.fromtimestamp(AT, UTC)
DUE = {"due_by": None}


def moved(handle: str, amount: int, fee: int, currency: str = "usd", **fields: Any) -> Any:
    usual = {"object": "balance_transaction", "created": AT, "fee_details": []}
    facts = {"id": handle, "amount": amount, "fee": fee, "net": amount - fee, "currency": currency}
    return canned(stripe.BalanceTransaction, **usual | facts | fields)


def paid(row: Any, currency: str = "usd", amount: int = 3_000_00, **fields: Any) -> Any:
    facts = {"amount": amount, "currency": currency, "amount_refunded": 0, "disputed": False}
    made = charge("now", status="succeeded", balance_transaction=row, **facts | fields)
    return intent("succeeded", currency=currency, amount=amount, latest_charge=made)


def fee(handle: str, of: FeeOf, amount: int, **fields: Any) -> ReportedFee:
    facts: dict[str, Any] = {"currency": "USD", "taken_at": TAKEN_AT, "moved": 3_000_00}
    return ReportedFee(handle, of, amount, **facts | {"settled": 3_000_00} | fields)


def test_the_fee_of_a_charge_is_read_with_its_parts_in_one_request() -> None:
    parts = [
        {"amount": 82_41, "currency": "usd", "type": "stripe_fee", "description": "Processing"},
        {"amount": 5_00, "currency": "usd", "type": "tax", "description": None},
    ]
    stripe_, transport = bank(paid(moved("txn_1", 3_000_00, 87_41, fee_details=parts)))
    told = (("Processing", 82_41), ("tax", 5_00))
    assert stripe_.fees("pi_1") == [fee("txn_1", FeeOf.PAYMENT, 87_41, parts=told)]
    (request,) = transport.requests
    assert request.params == {"expand": ["latest_charge.balance_transaction"]}


def test_a_fee_in_the_currency_of_the_account_comes_with_both_amounts() -> None:
    """Yen have no decimals and dinars three; the exchange rate, a float, is not needed."""
    row = moved("txn_1", 618_000, 22_560, "jpy", exchange_rate=206.0)
    (found,) = bank(paid(row, "usd"))[0].fees("pi_1")
    assert found == fee("txn_1", FeeOf.PAYMENT, 22_560, currency="JPY", settled=618_000)
    row = moved("txn_1", 921_500, 27_000, "kwd")
    (found,) = bank(paid(row, "jpy", 450_000))[0].fees("pi_1")
    assert (found.amount, found.currency, found.moved) == (27_000, "KWD", 450_000)


@pytest.mark.parametrize("row", [None, "txn_that_was_not_expanded"])
def test_without_a_balance_transaction_there_is_no_fee(row: Any) -> None:
    assert bank(paid(row))[0].fees("pi_1") == []


def test_a_fee_of_nothing_is_a_fee_that_is_known() -> None:
    assert [each.amount for each in bank(paid(moved("txn_1", 3_000_00, 0)))[0].fees("pi_1")] == [0]


def test_what_a_refund_gives_back_and_a_dispute_takes_and_gives_back_is_read() -> None:
    rows = {"amount": 3_000_00, "currency": "usd", "payment_intent": "pi_1"}
    kept = canned(
        stripe.Refund,
        id="re_1",
        object="refund",
        balance_transaction=moved("txn_2", -1_000_00, 0),
        **rows,
    )
    given = kept | {"id": "re_2", "balance_transaction": moved("txn_3", -3_000_00, -29_00)}
    contested = canned(
        stripe.Dispute,
        id="dp_1",
        object="dispute",
        status="won",
        evidence_details=DUE,
        balance_transactions=[moved("txn_4", -3_000_00, 15_00), moved("txn_5", 3_000_00, -15_00)],
        **rows,
    )
    whole = paid(moved("txn_1", 3_000_00, 87_41), amount_refunded=1, disputed=True)
    stripe_, transport = bank(whole, page(kept, given), page(contested))
    assert stripe_.fees("pi_1") == [
        fee("txn_1", FeeOf.PAYMENT, 87_41),
        fee("txn_3", FeeOf.REFUND, -29_00),
        fee("txn_4", FeeOf.DISPUTE, 15_00),
        fee("txn_5", FeeOf.DISPUTE, -15_00),
    ]
    assert [each.what for each in transport.requests[1:]] == [
        "get /v1/refunds",
        "get /v1/disputes",
    ]
    assert transport.requests[1].params["expand"] == ["data.balance_transaction"]


def test_no_answer_is_not_an_answer() -> None:
    with pytest.raises(GatewayUnknown):
        bank(error(500))[0].fees("pi_1")
