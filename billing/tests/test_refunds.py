"""Every refund has a credit note; the money goes to the card, or is credit, but once (rule 17)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.books import owing
from billing.books.invariants import find_contradictions
from billing.charging import gateway_events, parallel_calls, refund
from billing.gateways.base import GatewayUnknown
from billing.gateways.sandbox.gateway import Sandbox
from billing.gateways.sandbox.models import SandboxRefund
from billing.invoices import credit_note
from billing.models import Charge, Collection, CreditNote, Invoice, JournalEntry, Payment, Refund
from billing.rules import taxes
from billing.rules.errors import NotOpen, NotOwed
from billing.runs.billing_run import run_billing
from billing.tests.by_transfer import credit
from core.models import OutboxEmail
from tests import gateways
from tests.world import NOW, World

NEXT_MONTH = NOW + timedelta(days=30)
VAT = [{"name": "VAT", "percent": "7"}]


def give(
    invoice: Invoice, amount: int, *, to_card: bool, reason: str = "Late work"
) -> Refund | None:
    """Refund a part of an invoice as the owner does."""
    note, refunded = refund.refund_invoice(
        invoice=invoice, amount=amount, reason=reason, actor="Nan", to_card=to_card, now=NOW
    )
    assert note.total == amount and note.reason == reason
    return refunded


def returned(invoice: Invoice) -> int:
    """Return the amount that the gateway refunded."""
    handle = Collection.objects.get(invoice=invoice).handle
    return sum(SandboxRefund.objects.filter(intent=handle).values_list("amount", flat=True))


class Troubled(Sandbox):
    """A sandbox whose refunds fail in the way that `trouble` says."""

    def __init__(self, trouble: str) -> None:
        super().__init__()
        self.trouble = trouble

    def refund(self, *, handle: str, key: str, amount: int) -> None:
        if self.trouble != "request lost":
            super().refund(handle=handle, key=key, amount=amount)
        if self.trouble in ("request lost", "answer lost"):
            raise GatewayUnknown("no answer")
        SandboxRefund.objects.filter(key=key).update(status=self.trouble)

    def refunds(self, handle: str) -> Any:
        if self.trouble == "nothing is heard":
            raise GatewayUnknown("no answer")
        return super().refunds(handle)


@pytest.fixture
def troubled() -> Iterator[Troubled]:
    bank = Troubled("succeeded")
    with gateways.registered(gateways.kind("sandbox", lambda: bank)):
        yield bank


# To the card


def test_a_full_refund_credits_the_whole_invoice_and_pays_back_the_whole_amount(
    world: World,
) -> None:
    invoice = world.billed(taxes=VAT)
    given_back = give(invoice, invoice.total, to_card=True)
    assert refund.carry_out_refunds(now=NOW) == 1
    assert given_back
    given_back.refresh_from_db()
    note = CreditNote.objects.get()
    assert (given_back.state, given_back.next_at, given_back.credit_note) == (
        "succeeded",
        None,
        note,
    )
    assert (note.number, note.subtotal, note.tax, note.total) == (
        "CN-2026-0001",
        3_000_00,
        210_00,
        3_210_00,
    )
    assert returned(invoice) == 3_210_00
    assert credit(invoice) == 0
    assert (
        OutboxEmail.objects.filter(kind="refunded").count()
        == OutboxEmail.objects.filter(kind="credit_note").count()
        == 1
    )
    assert not find_contradictions(NOW)


def test_a_refunded_invoice_stays_paid_and_keeps_its_totals(world: World) -> None:
    invoice = world.billed()
    give(invoice, invoice.total, to_card=True)
    refund.carry_out_refunds(now=NOW)
    again = Invoice.objects.get()
    assert (again.state, again.total, owing.amount_owed(again)) == ("paid", 3_000_00, 0)
    assert run_billing(now=NOW + timedelta(hours=1), door="test").charged == 0


def test_partial_refunds_never_exceed_what_was_paid(world: World) -> None:
    invoice = world.billed()
    for part in (1_000_00, 1_999_99, 1):
        give(invoice, part, to_card=True)
    for to_card in (True, False):
        with pytest.raises(NotOwed):
            give(invoice, 1, to_card=to_card)
    refund.carry_out_refunds(now=NOW)
    assert returned(invoice) == 3_000_00
    assert refund.refundable_amount(Payment.objects.get()) == 0
    assert not find_contradictions(NOW)


@pytest.mark.parametrize("amount", [0, -1, 3_000_01])
def test_a_refund_must_be_positive_and_not_exceed_the_invoice(world: World, amount: int) -> None:
    invoice = world.billed()
    for to_card in (True, False):
        with pytest.raises(NotOwed):
            give(invoice, amount, to_card=to_card)
    assert not CreditNote.objects.exists()
    assert not JournalEntry.objects.filter(kind="credit_note").exists()


def test_only_what_was_paid_by_card_is_refunded_to_the_card(world: World) -> None:
    """Of 1,000 paid with credit and 2,000 by card, at most 2,000 are refunded to the card."""
    invoice = world.billed(amount=1_000_00)
    give(invoice, 1_000_00, to_card=False)
    second = world.billed(client=invoice.client, card="")
    run_billing(now=NOW, door="test")
    assert Payment.objects.get(invoice=second).amount == 2_000_00
    with pytest.raises(NotOwed):
        give(second, 2_000_01, to_card=True)
    give(second, 2_000_00, to_card=True)
    give(second, 1_000_00, to_card=False)
    refund.carry_out_refunds(now=NOW)
    assert (returned(second), credit(second)) == (2_000_00, 1_000_00)
    assert not find_contradictions(NOW)


def test_an_open_invoice_cannot_be_refunded(world: World) -> None:
    invoice = world.billed(card="")
    with pytest.raises(NotOpen):
        give(invoice, 1, to_card=False)


# As credit


def test_a_refund_as_credit_needs_no_gateway(world: World) -> None:
    invoice = world.billed()
    assert give(invoice, 500_00, to_card=False) is None
    assert credit(invoice) == 500_00
    assert refund.carry_out_refunds(now=NOW) == 0
    assert not find_contradictions(NOW)


def test_credit_that_covers_the_next_invoice_pays_it_at_once_without_a_charge(world: World) -> None:
    invoice = world.billed()
    give(invoice, 3_000_00, to_card=False)
    run_billing(now=NEXT_MONTH, door="test")
    second = Invoice.objects.exclude(pk=invoice.pk).get()
    assert (second.state, second.collection.state, second.collection.handle) == (
        "paid",
        "done",
        None,
    )
    assert not second.charges.exists() and not second.payments.exists()
    assert [(row.by, row.amount) for row in second.allocations.all()] == [("balance", 3_000_00)]
    assert OutboxEmail.objects.filter(kind="invoice", ref=str(second.pk)).exists()
    assert credit(invoice) == 0
    assert not find_contradictions(NEXT_MONTH)


def test_credit_for_a_part_of_an_invoice_leaves_the_rest_to_the_card(world: World) -> None:
    invoice = world.billed()
    give(invoice, 1_200_00, to_card=False)
    run_billing(now=NEXT_MONTH, door="test")
    second = Invoice.objects.exclude(pk=invoice.pk).get()
    assert second.state == "paid"
    assert Charge.objects.get(invoice=second).amount == second.payments.get().amount == 1_800_00
    assert second.total == 3_000_00
    assert not find_contradictions(NEXT_MONTH)


def test_credit_never_leaves_an_amount_too_small_to_charge(world: World) -> None:
    """2,999.80 would leave 0.20, which no gateway accepts; so 0.50 is charged and 0.30 is kept."""
    invoice = world.billed()
    give(invoice, 2_999_80, to_card=False)
    run_billing(now=NEXT_MONTH, door="test")
    second = Invoice.objects.exclude(pk=invoice.pk).get()
    assert (second.state, second.payments.get().amount, credit(invoice)) == ("paid", 50, 30)
    assert not find_contradictions(NEXT_MONTH)


def test_credit_in_one_currency_does_not_pay_an_invoice_in_another(world: World) -> None:
    invoice = world.billed()
    give(invoice, 3_000_00, to_card=False)
    euros = world.billed(client=invoice.client, card="", currency="EUR")
    assert [row.amount for row in euros.payments.all()] == [3_000_00]
    assert credit(invoice) == 3_000_00


def test_credit_is_spent_once_on_two_invoices_of_one_run(world: World) -> None:
    invoice = world.billed(amount=1_000_00)
    give(invoice, 1_000_00, to_card=False)
    for amount in (700_00, 800_00):
        world.running(invoice.client, card="", amount=amount)
    run_billing(now=NOW, door="test")
    fresh = Invoice.objects.exclude(pk=invoice.pk)
    assert {row.state for row in fresh} == {"paid"}
    assert sum(Payment.objects.exclude(invoice=invoice).values_list("amount", flat=True)) == 500_00
    assert credit(invoice) == 0
    assert not find_contradictions(NOW)


def test_credit_can_be_paid_out_to_the_card_later_and_only_once(world: World) -> None:
    invoice = world.billed()
    give(invoice, 800_00, to_card=False)
    for amount in (0, -1, 800_01):
        with pytest.raises(NotOwed):
            refund.refund_credit(invoice=invoice, amount=amount, actor="Nan", now=NOW)
    refund.refund_credit(invoice=invoice, amount=800_00, actor="Nan", now=NOW)
    with pytest.raises(NotOwed):
        refund.refund_credit(invoice=invoice, amount=1, actor="Nan", now=NOW)
    refund.carry_out_refunds(now=NOW)
    assert (returned(invoice), credit(invoice)) == (800_00, 0)
    assert not find_contradictions(NOW)


# When the gateway fails


def test_a_refund_whose_answer_was_lost_is_found_by_its_key_and_not_paid_twice(
    world: World, troubled: Troubled
) -> None:
    invoice = world.billed()
    given_back = give(invoice, 1_000_00, to_card=True)
    assert given_back
    troubled.trouble = "answer lost"
    refund.carry_out_refunds(now=NOW)
    given_back.refresh_from_db()
    assert (given_back.state, returned(invoice)) == ("unknown", 1_000_00)
    refund.carry_out_refunds(now=NOW + timedelta(minutes=2))
    given_back.refresh_from_db()
    assert (given_back.state, returned(invoice)) == ("succeeded", 1_000_00)
    assert not find_contradictions(NOW)


def test_a_refund_that_another_worker_has_claimed_is_left_to_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(world.billed(), 1_00, to_card=True)
    run = parallel_calls.run_batches

    def another_worker_is_faster(*asked: Any, **also: Any) -> Any:
        monkeypatch.setattr(parallel_calls, "run_batches", run)
        assert refund.carry_out_refunds(now=NOW) == 1
        return run(*asked, **also)

    monkeypatch.setattr(parallel_calls, "run_batches", another_worker_is_faster)
    assert refund.carry_out_refunds(now=NOW) == 0


def test_a_refund_whose_request_was_lost_is_sent_again_with_the_same_key(
    world: World, troubled: Troubled
) -> None:
    invoice = world.billed()
    given_back = give(invoice, 1_000_00, to_card=True)
    assert given_back
    troubled.trouble = "request lost"
    refund.carry_out_refunds(now=NOW)
    troubled.trouble = "succeeded"
    refund.carry_out_refunds(now=NOW + timedelta(minutes=2))
    given_back.refresh_from_db()
    assert given_back.state == "succeeded"
    assert [row.key for row in SandboxRefund.objects.all()] == [str(given_back.pk)]


def test_after_twenty_three_hours_a_refund_is_not_sent_again_and_the_owner_is_told(
    world: World, troubled: Troubled
) -> None:
    """Gateways forget idempotency keys after a day; a request after that could refund twice."""
    given_back = give(world.billed(), 1_000_00, to_card=True)
    assert given_back
    troubled.trouble = "request lost"
    for hours in range(30):
        refund.carry_out_refunds(now=NOW + timedelta(hours=hours))
    given_back.refresh_from_db()
    assert given_back.called_at and given_back.called_at < NOW + timedelta(hours=23)
    assert given_back.state == "unknown"
    told = OutboxEmail.objects.get(kind="refund_stuck")
    assert told.to == world.business.owner.email
    assert "does not confirm the refund of $1,000" in told.text and "failed" not in told.text
    troubled.trouble = ""
    for days in range(2, 20):
        refund.carry_out_refunds(now=NOW + timedelta(days=days))
    given_back.refresh_from_db()
    assert (given_back.state, given_back.next_at) == ("unknown", None)
    assert not SandboxRefund.objects.exists()
    assert OutboxEmail.objects.filter(kind="refund_stuck").count() == 1
    assert not find_contradictions(NOW)


def test_a_refund_that_the_gateway_made_days_late_is_found(
    world: World, troubled: Troubled
) -> None:
    invoice = world.billed()
    given_back = give(invoice, 1_000_00, to_card=True)
    assert given_back
    troubled.trouble = "request lost"
    for hours in range(30):
        refund.carry_out_refunds(now=NOW + timedelta(hours=hours))
    troubled.trouble = "succeeded"
    reference = invoice.payments.get().reference
    troubled.refund(handle=reference, key=str(given_back.pk), amount=1_000_00)
    refund.carry_out_refunds(now=NOW + timedelta(days=2))
    given_back.refresh_from_db()
    assert (given_back.state, returned(invoice)) == ("succeeded", 1_000_00)
    assert not find_contradictions(NOW)


def test_while_the_outcome_is_unknown_the_money_is_neither_refunded_nor_credit(
    world: World, troubled: Troubled
) -> None:
    invoice = world.billed()
    give(invoice, 1_000_00, to_card=True)
    troubled.trouble = "nothing is heard"
    refund.carry_out_refunds(now=NOW)
    assert credit(invoice) == 0
    with pytest.raises(NotOwed):
        give(invoice, 2_000_01, to_card=True)
    assert not find_contradictions(NOW)


def test_a_failed_refund_becomes_credit_again_and_the_owner_is_told(
    world: World, troubled: Troubled
) -> None:
    invoice = world.billed()
    given_back = give(invoice, 1_000_00, to_card=True)
    troubled.trouble = "failed"
    refund.carry_out_refunds(now=NOW)
    assert given_back
    given_back.refresh_from_db()
    assert (given_back.state, credit(invoice)) == ("failed", 1_000_00)
    told = OutboxEmail.objects.get(kind="refund_stuck")
    assert "failed" in told.text and "The amount is kept as the client's credit" in told.text
    assert not OutboxEmail.objects.filter(kind="refunded").exists()
    assert refund.refundable_amount(Payment.objects.get()) == 3_000_00
    assert not find_contradictions(NOW)


def test_a_pending_refund_is_looked_up_until_the_bank_has_paid_it(
    world: World, troubled: Troubled
) -> None:
    invoice = world.billed()
    given_back = give(invoice, 1_000_00, to_card=True)
    troubled.trouble = "pending"
    refund.carry_out_refunds(now=NOW)
    assert given_back
    given_back.refresh_from_db()
    assert (given_back.state, credit(invoice)) == ("pending", 0)
    assert not find_contradictions(NOW)
    SandboxRefund.objects.update(status="succeeded")
    refund.carry_out_refunds(now=NOW + timedelta(hours=1))
    given_back.refresh_from_db()
    assert (given_back.state, returned(invoice)) == ("succeeded", 1_000_00)
    assert not find_contradictions(NOW)


def test_a_refund_that_is_found_several_times_is_booked_once(world: World) -> None:
    invoice = world.billed()
    give(invoice, 1_000_00, to_card=True)
    refund.carry_out_refunds(now=NOW)
    handle = invoice.collection.handle or ""
    gateway_events.read_gateway_object("sandbox", handle, account=None, now=NOW)
    gateway_events.read_gateway_object("sandbox", handle, account=None, now=NOW)
    assert JournalEntry.objects.filter(kind="refund_paid").count() == 1
    assert OutboxEmail.objects.filter(kind="refunded").count() == 1


def test_a_webhook_that_arrives_during_a_refund_call_does_not_stop_the_other_refunds(
    world: World, troubled: Troubled, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = world.billed()
    for _ in range(2):
        give(invoice, 1_000_00, to_card=True)

    def lost_but_heard_of(*, handle: str, key: str, amount: int) -> None:
        Sandbox().refund(handle=handle, key=key, amount=amount)
        gateway_events.read_gateway_object("sandbox", handle, account=None, now=NOW)
        raise GatewayUnknown("the answer was lost")

    monkeypatch.setattr(troubled, "refund", lost_but_heard_of)
    assert refund.carry_out_refunds(now=NOW) == 2
    assert {row.state for row in Refund.objects.all()} == {"succeeded"}
    assert not find_contradictions(NOW)


def test_an_unexpected_error_in_one_refund_does_not_stop_the_others(
    world: World, troubled: Troubled, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoices = [world.billed(client=world.client(name)) for name in "AB"]
    first, second = (give(invoice, 1_000_00, to_card=True) for invoice in invoices)
    assert first and second

    def unforeseen(*, handle: str, key: str, amount: int) -> None:
        if key == str(first.pk):
            raise KeyError("the gateway said something new")
        Sandbox().refund(handle=handle, key=key, amount=amount)

    monkeypatch.setattr(troubled, "refund", unforeseen)
    assert refund.carry_out_refunds(now=NOW) == 2
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("unknown", "succeeded")


# Many small credit notes


@given(
    rates=st.lists(st.decimals("0.1", "30", places=3), min_size=0, max_size=3),
    price=st.integers(60, 5000),
    cuts=st.lists(st.integers(1, 400), max_size=9),
    inclusive=st.booleans(),
)
@settings(
    max_examples=settings.default.max_examples * 12 // 100,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_partial_credit_notes_add_up_exactly_to_the_total_and_to_each_tax(
    db: None, rates: list[Any], price: int, cuts: list[int], inclusive: bool
) -> None:
    """However the invoice is split, down to single units; and no part of a note is negative."""
    with transaction.atomic():
        rated = [{"name": f"T{n}", "percent": str(rate)} for n, rate in enumerate(rates)]
        mode = taxes.INCLUSIVE if inclusive else taxes.EXCLUSIVE
        invoice = World().billed(taxes=rated, tax_mode=mode, amount=price)
        ends = sorted({min(cut, invoice.total) for cut in cuts} | {invoice.total})
        for start, end in zip([0, *ends], ends, strict=False):
            refund.refund_invoice(
                invoice=invoice, amount=end - start, reason="R", actor="Nan", to_card=False, now=NOW
            )
        notes = list(invoice.credit_notes.all())
        assert sum(note.total for note in notes) == invoice.total
        assert sum(note.subtotal for note in notes) == invoice.subtotal
        for n, tax in enumerate(invoice.taxes):
            assert sum(note.taxes[n]["amount"] for note in notes) == tax["amount"]
        assert all(
            note.subtotal >= 0 and all(part["amount"] >= 0 for part in note.taxes) for note in notes
        )
        assert credit_note.amount_credited(invoice) == credit(invoice) == invoice.total
        assert not find_contradictions(NOW)
        transaction.set_rollback(True)


def test_two_equal_taxes_credited_unit_by_unit_end_up_equal(world: World) -> None:
    halves = [{"name": "CGST", "percent": "9"}, {"name": "SGST", "percent": "9"}]
    invoice = world.billed(taxes=halves, amount=100)
    for _ in range(invoice.total):
        give(invoice, 1, to_card=False)
    sums = [sum(note.taxes[n]["amount"] for note in CreditNote.objects.all()) for n in (0, 1)]
    assert (invoice.total, sums) == (118, [9, 9])
    assert not find_contradictions(NOW)
