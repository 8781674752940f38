"""What is left of the money that came in, per payment and per month (rule 69)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.bank_transfer import transfers
from billing.bank_transfer.take_back import take_back_payment
from billing.charging import cancel_invoice, gateway_events, refund
from billing.charging.elsewhere.fees import read_fees
from billing.gateways.sandbox.gateway import contest
from billing.gateways.sandbox.models import SandboxDispute
from billing.income.net_to_me import lines_between
from billing.models import GatewayFee, Invoice, Payment
from billing.rules.net import Fee, FeeState, Kind, Line, MonthNet, sums
from billing.rules.states import FeeOf
from billing.runs.billing_run import run_billing
from tests.world import NOW, World

HOUR = timedelta(hours=1)
YEAR = (date(2026, 1, 1), date(2027, 1, 1))
VAT = [{"name": "VAT", "percent": "7"}]


def lines(world: World, **only: Any) -> list[Line]:
    return lines_between(world.business, *YEAR, **only)


def month_sums(rows: list[Line]) -> list[MonthNet]:
    return sums(rows, "USD")


def shown(world: World) -> list[tuple[Kind, int, int | None, int, int, int]]:
    return [
        (row.kind, row.gross, row.fee, row.withheld, row.tax, row.net)
        for row in reversed(lines(world))
    ]


def look(invoice: Invoice, now: datetime) -> None:
    handle = invoice.collection.handle or ""
    gateway_events.read_gateway_object("sandbox", handle, account=None, now=now)


# The rule by itself


def a_line(**fields: Any) -> Line:
    facts: dict[str, Any] = {"on": date(2026, 11, 2), "kind": Kind.PAYMENT, "currency": "USD"}
    return Line(**facts | fields)


def test_net_is_what_came_in_less_fee_withheld_and_tax() -> None:
    line = a_line(gross=3_210_00, fees=(Fee(93_09, "USD", 93_09),), withheld=90_00, tax=210_00)
    assert line.net == 3_210_00 - 93_09 - 90_00 - 210_00
    assert line.fee == 93_09


def test_a_fee_in_another_currency_counts_at_the_rate_at_which_the_gateway_paid_out() -> None:
    # 3,000.00 USD arrived as 108,000.00 THB, and 3,132.00 THB were kept.
    assert Fee.reported(3_132_00, "THB", "USD", moved=3_000_00, settled=108_000_00).own == 87_00
    assert Fee.reported(22_560, "JPY", "USD", moved=3_000_00, settled=618_000).own == 109_51
    assert Fee.reported(-1, "THB", "USD", moved=2_00, settled=1_00).own == -2
    assert Fee.reported(3_132_00, "THB", "USD", moved=0, settled=0).own is None
    assert Fee.reported(87_00, "USD", "USD", moved=0, settled=0).own == 87_00


def test_a_fee_without_a_rate_stands_apart_and_is_in_no_net() -> None:
    line = a_line(gross=3_000_00, fees=(Fee(3_132_00, "THB", None),))
    assert (line.fee, line.net, line.apart) == (0, 3_000_00, {"THB": 3_132_00})


def test_a_fee_that_is_not_known_is_none_and_counted_by_month() -> None:
    waiting = a_line(gross=3_000_00, fee_state=FeeState.WAITING)
    silent = a_line(gross=1_00, fee_state=FeeState.SILENT)
    free = a_line(gross=1_00, fees=(Fee(0, "USD", 0),))
    transfer = a_line(gross=1_00, fee_state=FeeState.NONE)
    assert (waiting.fee, silent.fee, free.fee, transfer.fee) == (None, None, 0, None)
    (month,) = month_sums([waiting, silent, free, transfer])
    assert (month.unknown, month.fee, month.net) == (2, 0, 3_003_00)


# What it is made of


def test_a_payment_by_card_with_tax_less_its_fee(world: World) -> None:
    world.billed(taxes=VAT)
    assert shown(world) == [(Kind.PAYMENT, 3_210_00, None, 0, 210_00, 3_000_00)]
    assert lines(world)[0].is_waiting
    read_fees(now=NOW + HOUR)
    assert shown(world) == [(Kind.PAYMENT, 3_210_00, 93_09, 0, 210_00, 2_906_91)]


def test_a_transfer_that_withholds_has_no_fee(world: World) -> None:
    invoice = world.billed(
        card="", collect_by="transfer", taxes=VAT, withholding_percent=Decimal(3), currency="THB"
    )
    transfers.record_transfer(
        invoice=invoice,
        amount=3_120_00,
        on=date(2026, 11, 3),
        reference="KBank 1",
        actor="Nan",
        now=NOW,
    )
    assert shown(world) == [(Kind.PAYMENT, 3_210_00, None, 90_00, 210_00, 2_910_00)]
    (line,) = lines(world)
    assert (line.on, line.fee_state) == (date(2026, 11, 3), FeeState.NONE)


def test_a_refund_takes_its_tax_back_and_the_fee_is_kept(world: World) -> None:
    invoice = world.billed(taxes=VAT)
    read_fees(now=NOW + HOUR)
    facts: dict[str, Any] = {"reason": "R", "actor": "Nan", "to_card": True}
    refund.refund_invoice(invoice=invoice, amount=1_070_00, now=NOW + HOUR, **facts)
    refund.carry_out_refunds(now=NOW + HOUR)
    read_fees(now=NOW + 2 * HOUR)
    assert sorted(shown(world)[1:]) == [
        (Kind.CREDIT_NOTE, 0, 0, 0, -70_00, 70_00),
        (Kind.REFUND, -1_070_00, 0, 0, 0, -1_070_00),
    ]
    (month,) = month_sums(lines(world))
    assert (month.gross, month.fee, month.tax) == (2_140_00, 93_09, 140_00)
    assert month.net == 1_906_91


def test_a_credit_note_over_what_was_not_paid_takes_no_tax_back(world: World) -> None:
    invoice = world.billed(card="", collect_by="transfer", taxes=VAT)
    cancel_invoice.reduce_invoice(
        invoice=invoice, amount=1_070_00, reason="Less work", actor="Nan", now=NOW
    )
    assert lines(world) == []


def test_a_dispute_that_is_lost_costs_the_sum_and_its_fee_and_one_that_is_won_only_the_fee(
    world: World,
) -> None:
    invoice = world.billed()
    read_fees(now=NOW + HOUR)
    contest(invoice.collection.handle or "")
    look(invoice, NOW + 2 * HOUR)
    read_fees(now=NOW + 3 * HOUR)
    assert shown(world)[1:] == [
        (Kind.DISPUTE, -3_000_00, 0, 0, 0, -3_000_00),
        (Kind.FEE, 0, 15_00, 0, 0, -15_00),
    ]
    SandboxDispute.objects.update(status="won")
    look(invoice, NOW + 4 * HOUR)
    # The gateway dates its fee itself, so it can be of another month.
    assert sum(month.net for month in month_sums(lines(world))) == 3_000_00 - 87_00 - 15_00


def test_credit_that_pays_an_invoice_brings_no_money_and_its_tax(world: World) -> None:
    first = world.billed(card="", collect_by="transfer", taxes=VAT)
    transfers.record_transfer(
        invoice=first,
        amount=4_280_00,
        on=date(2026, 11, 3),
        reference="x",
        actor="Nan",
        now=NOW,
        confirmed=True,
    )
    run_billing(now=NOW + timedelta(days=31), door="test")
    kinds = {row.kind: (row.gross, row.tax, row.net) for row in lines(world)}
    assert kinds == {
        Kind.PAYMENT: (4_280_00, 210_00, 4_070_00),
        Kind.CREDIT: (0, 70_00, -70_00),
    }


def test_what_was_taken_back_is_no_income(world: World) -> None:
    invoice = world.billed(card="", collect_by="transfer", taxes=VAT)
    facts: dict[str, Any] = {"reference": "x", "actor": "Nan", "now": NOW}
    transfers.record_transfer(invoice=invoice, amount=3_210_00, on=date(2026, 11, 3), **facts)

    take_back_payment(payment=Payment.objects.get(), reason="typo", actor="Nan", now=NOW)
    assert [(row.gross, row.tax, row.net) for row in month_sums(lines(world))] == [(0, 0, 0)]


def test_months_are_those_of_the_business_and_only_one_client_can_be_asked_for(
    world: World,
) -> None:
    late = datetime(2026, 11, 30, 18, 0, tzinfo=UTC)  # already December in Bangkok
    invoice = world.billed(now=late)
    other = World()
    other.billed(now=late)
    assert [row.month for row in month_sums(lines(world))] == [date(2026, 12, 1)]
    assert len(lines(world, client=invoice.client)) == 1
    assert lines(world, client=world.client("Another")) == []


def test_a_fee_in_another_currency_is_shown_as_it_was_taken(world: World) -> None:
    world.billed()
    paid = Payment.objects.get()
    GatewayFee.objects.create(
        business=world.business,
        client=paid.client,
        payment=paid,
        gateway=paid.gateway,
        handle="txn_1",
        of=FeeOf.PAYMENT,
        currency="THB",
        amount=3_132_00,
        moved=3_000_00,
        settled=108_000_00,
        taken_at=NOW,
    )
    (line,) = lines(world)
    assert (line.fee, line.net) == (87_00, 2_913_00)
    assert [(fee.amount, fee.currency) for fee in line.fees] == [(3_132_00, "THB")]


def test_it_is_read_with_as_many_queries_for_many_payments_as_for_one(world: World) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert lines(world)
        return len(asked)

    world.billed()
    one = queries()
    for n in range(3):
        world.running(world.client(f"Client {n}"))
    run_billing(now=NOW + HOUR, door="test")
    read_fees(now=NOW + HOUR)
    assert queries() == one


def test_the_own_currency_comes_first_and_a_sum_of_unknown_fees_is_not_nothing() -> None:
    lines = [a_line(currency=code, gross=1_00) for code in ("EUR", "USD", "AUD")]
    lines.append(a_line(currency="EUR", fee_state=FeeState.WAITING))
    rows = sums(lines, "USD", by_month=False)
    assert [row.currency for row in rows] == ["USD", "AUD", "EUR"]
    assert (rows[2].unknown, rows[2].knows_fees) == (1, False)
    known = sums([a_line(fees=(Fee(0, "USD", 0),))], "USD")
    assert known[0].knows_fees
