"""What a gateway took is read after the payment, as it reports it, and booked once (rule 69)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from billing.books.invariants import find_contradictions
from billing.charging import gateway_events, refund
from billing.charging.elsewhere.fees import read_fees
from billing.gateways.base import GatewayUnknown, ReportedFee
from billing.gateways.sandbox.gateway import Sandbox, contest
from billing.gateways.sandbox.models import SandboxDispute
from billing.models import FeeLookup, GatewayFee, Invoice, JournalEntry, Payment
from billing.rules.states import FeeOf
from billing.runs.billing_run import run_billing
from billing.tasks import read_fees as task
from core.models import SetAside
from tests.world import NOW, World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NO_ANSWER = GatewayUnknown("silent")


def booked() -> list[tuple[str, str, int]]:
    rows = JournalEntry.objects.filter(kind="fee").order_by("created_at", "pk")
    return list(rows.values_list("debit", "credit", "amount"))


def says(monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    def fees(self: Any, handle: str) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(Sandbox, "fees", fees)


def a_fee(handle: str = "txn_1", of: FeeOf = FeeOf.PAYMENT, amount: int = 87_00) -> ReportedFee:
    return ReportedFee(handle, of, amount, "USD", NOW)


def test_what_the_gateway_took_is_read_and_booked_once(world: World) -> None:
    world.billed()
    assert not GatewayFee.objects.exists()  # charging does not ask
    assert read_fees(now=NOW + HOUR) == 1
    FeeLookup.objects.update(next_at=NOW)
    assert read_fees(now=NOW + HOUR) == 1
    assert read_fees(now=NOW + DAY) == 0
    fee = GatewayFee.objects.get()
    assert (fee.payment, fee.of, fee.currency, fee.amount) == (
        Payment.objects.get(),
        "payment",
        "USD",
        87_00,
    )
    assert booked() == [("fees", "gateway", 87_00)]
    assert find_contradictions(NOW) == []


def test_a_fee_that_is_reported_later_is_asked_for_again_and_nothing_is_made_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.billed()
    with monkeypatch.context() as patched:
        says(patched, [])
        read_fees(now=NOW)
    assert not GatewayFee.objects.exists()
    assert FeeLookup.objects.get().next_at == NOW + HOUR
    assert read_fees(now=NOW + HOUR / 2) == 0
    read_fees(now=NOW + HOUR)
    assert GatewayFee.objects.get().amount == 87_00
    assert FeeLookup.objects.get().next_at is None


def test_a_gateway_that_never_says_anything_is_not_asked_for_ever(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.billed()
    says(monkeypatch, [])
    asked = sum(read_fees(now=NOW + n * DAY) for n in range(400))
    assert 5 <= asked <= 8
    assert not GatewayFee.objects.exists()


def test_a_gateway_that_does_not_answer_is_asked_less_and_less_often(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.billed()
    with monkeypatch.context() as patched:
        says(patched, NO_ANSWER)
        asked = sum(read_fees(now=NOW + n * HOUR) for n in range(30 * 24))
    assert 5 <= asked <= 9
    read_fees(now=NOW + 60 * DAY)
    assert GatewayFee.objects.count() == 1


@pytest.mark.parametrize("error", [NO_ANSWER, ValueError("a bug")])
def test_a_silent_gateway_changes_nothing_and_is_asked_again(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    world.billed()
    with monkeypatch.context() as patched:
        says(patched, error)
        read_fees(now=NOW)
        run_billing(now=NOW + 31 * DAY, door="test")  # the next period is charged as ever
    assert list(Invoice.objects.values_list("state", flat=True)) == ["paid", "paid"]
    read_fees(now=NOW + 31 * DAY)
    assert GatewayFee.objects.count() == 2


def test_the_fee_of_a_dispute_is_read_when_there_is_one_and_stays_when_it_is_lost(
    world: World,
) -> None:
    invoice = world.billed()
    read_fees(now=NOW + HOUR)
    contest(invoice.collection.handle or "")
    look(invoice, NOW + 2 * HOUR)
    assert read_fees(now=NOW + 3 * HOUR) == 1
    SandboxDispute.objects.update(status="lost")
    look(invoice, NOW + 4 * HOUR)
    read_fees(now=NOW + 5 * HOUR)
    rows = GatewayFee.objects.order_by("amount").values_list("of", "amount")
    assert list(rows) == [("dispute", 15_00), ("payment", 87_00)]
    assert find_contradictions(NOW) == []


def test_a_refund_that_was_booked_while_the_gateway_was_asked_is_not_missed(world: World) -> None:
    invoice = world.billed()
    facts = {"amount": 1_000_00, "reason": "R", "actor": "Nan", "to_card": True}
    refund.refund_invoice(invoice=invoice, now=NOW, **facts)
    refund.carry_out_refunds(now=NOW)  # its job began before, and ended after the look-up
    read_fees(now=NOW + timedelta(minutes=1))
    assert read_fees(now=NOW + HOUR) == 1
    assert read_fees(now=NOW + 26 * HOUR) == 1  # once more a day later
    assert read_fees(now=NOW + 80 * HOUR) == 0


def look(invoice: Invoice, now: datetime) -> None:
    handle = invoice.collection.handle or ""
    gateway_events.read_gateway_object("sandbox", handle, account=None, now=now)


def test_what_is_given_back_with_a_refund_is_booked_backwards(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = world.billed()
    read_fees(now=NOW + HOUR)
    facts = {"amount": 1_000_00, "reason": "R", "actor": "Nan", "to_card": True}
    refund.refund_invoice(invoice=invoice, now=NOW + 2 * HOUR, **facts)
    refund.carry_out_refunds(now=NOW + 2 * HOUR)
    says(monkeypatch, [a_fee(f"txn_{invoice.collection.handle}"), a_fee("b", FeeOf.REFUND, -29_00)])
    assert read_fees(now=NOW + 3 * HOUR) == 1
    assert booked() == [("fees", "gateway", 87_00), ("gateway", "fees", 29_00)]
    assert find_contradictions(NOW) == []


def test_another_fee_for_the_same_movement_is_left_to_a_person(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.billed()
    read_fees(now=NOW + HOUR)
    FeeLookup.objects.update(next_at=NOW)
    handle = GatewayFee.objects.get().handle
    says(monkeypatch, [a_fee(handle, amount=99_00)])
    read_fees(now=NOW + DAY)
    assert handle in SetAside.objects.open().get(step="read_fees").reason_text
    assert GatewayFee.objects.get().amount == 87_00


def test_what_was_reported_never_changes(world: World) -> None:
    world.billed()
    read_fees(now=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        GatewayFee.objects.update(amount=1)
    with pytest.raises(DatabaseError), transaction.atomic():
        GatewayFee.objects.all().delete()


def test_many_payments_are_read_with_as_many_statements_as_one(world: World) -> None:
    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            task()
        return len([q for q in asked if "sandbox" not in q["sql"]])

    world.billed()
    one = statements()
    for n in range(4):
        world.running(world.client(f"Client {n}"))
    run_billing(now=NOW + HOUR, door="test")
    assert statements() == one
    assert GatewayFee.objects.count() == 5
