"""An amount too small to charge becomes a line of the next invoice and is not lost (rule 14)."""

from datetime import date, timedelta
from typing import Any

import pytest

from agreements.models import Agreement, Period
from billing.books.invariants import find_contradictions
from billing.gateways import registry
from billing.models import Invoice, InvoiceLine, JournalEntry, NextLine
from billing.runs import hold
from billing.runs.billing_run import run_billing
from tests.world import NOW, World

VAT = [{"name": "VAT", "percent": "7"}]


def month(n: int) -> Any:
    """Return the morning of the first day of the period n months after the first."""
    return NOW.replace(year=2026 + (10 + n) // 12, month=(10 + n) % 12 + 1)


def waiting(agreement: Agreement, ref: str, amount: int, **fields: Any) -> NextLine:
    """A line that waits for the next invoice, such as approved overage."""
    days = {"starts_on": date(2026, 10, 1), "ends_on": date(2026, 11, 1)}
    return NextLine.objects.create(
        business=agreement.business,
        agreement=agreement,
        kind="overage",
        ref=ref,
        amount=amount,
        description=f"Hours over the allowance: {ref}",
        **days | fields,
    )


@pytest.mark.parametrize(
    ("currency", "least"), [("USD", 50), ("JPY", 50), ("THB", 10_00), ("KWD", 1)]
)
def test_the_smallest_chargeable_amount_is_charged_and_one_unit_less_is_carried(
    world: World, currency: str, least: int
) -> None:
    assert registry.smallest("sandbox", currency) == least
    world.billed(client=world.client("A"), currency=currency, amount=least)
    if least > 1:
        small = world.running(world.client("B"), currency=currency, amount=least - 1)
        run_billing(now=NOW, door="test")
        assert Period.objects.get(agreement=small).state == "carried"
        assert not Invoice.objects.filter(agreement=small).exists()
    assert not find_contradictions(NOW)


def test_a_carried_fee_is_on_the_next_invoice_with_its_own_dates(world: World) -> None:
    agreement = world.running(amount=30, taxes=VAT)
    run_billing(now=NOW, door="test")
    assert not Invoice.objects.exists() and not JournalEntry.objects.exists()
    run_billing(now=month(1), door="test")
    invoice = Invoice.objects.get()
    assert [
        (line.starts_on.month, line.amount) for line in invoice.lines.order_by("starts_on")
    ] == [
        (11, 30),
        (12, 30),
    ]
    assert (invoice.subtotal, invoice.tax, invoice.total, invoice.state) == (60, 4, 64, "paid")
    assert NextLine.objects.get().invoice == invoice
    assert [row.state for row in Period.objects.filter(agreement=agreement).order_by("index")] == [
        "carried",
        "invoiced",
    ]
    assert not find_contradictions(month(1))


def test_a_small_fee_is_carried_as_often_as_needed_and_billed_once(world: World) -> None:
    world.running(amount=20)
    for n in range(6):
        run_billing(now=month(n), door="test")
        assert not find_contradictions(month(n))
    assert [invoice.total for invoice in Invoice.objects.order_by("seq")] == [60, 60]
    assert InvoiceLine.objects.count() == 6
    assert not NextLine.objects.filter(invoice__isnull=True).exists()


def test_several_small_missed_periods_are_billed_on_one_invoice(world: World) -> None:
    """Three months were missed, and the owner chooses to bill them."""
    agreement = world.running(amount=20)
    run_billing(now=month(2), door="test")
    assert not Invoice.objects.exists()
    assert hold.resume_billing(agreement=agreement, how="bill", actor="Nan", now=month(2)) == 1
    assert [line.amount for line in Invoice.objects.get().lines.all()] == [20, 20, 20]
    assert not find_contradictions(month(2))


def test_an_invoice_paid_by_transfer_may_be_of_any_amount(world: World) -> None:
    assert world.billed(amount=1, collect_by="transfer", card="").total == 1


def test_tax_counts_towards_the_smallest_chargeable_amount(world: World) -> None:
    assert world.billed(amount=47, taxes=VAT).total == 50


def test_waiting_lines_follow_the_fee_on_the_agreements_next_invoice(
    world: World,
) -> None:
    agreement = world.running(taxes=VAT)
    for n, amount in enumerate((150_00, 75_00)):
        waiting(agreement, f"work {n}", amount, created_at=NOW - timedelta(hours=2 - n))
    run_billing(now=NOW, door="test")
    invoice = Invoice.objects.get()
    assert [(line.position, line.amount) for line in invoice.lines.all()] == [
        (1, 3_000_00),
        (2, 150_00),
        (3, 75_00),
    ]
    assert (invoice.subtotal, invoice.total) == (3_225_00, 3_450_75)
    assert invoice.lines.get(position=2).description == "Hours over the allowance: work 0"
    run_billing(now=month(1), door="test")
    assert Invoice.objects.order_by("seq").last().lines.count() == 1  # type: ignore[union-attr]
    assert not find_contradictions(month(1))


def test_a_waiting_line_is_not_billed_to_another_agreement(world: World) -> None:
    client = world.client()
    mine, other = world.running(client), world.running(client, card="")
    waiting(mine, "work", 150_00)
    run_billing(now=NOW, door="test")
    assert {row.agreement_id: row.total for row in Invoice.objects.all()} == {
        mine.pk: 3_150_00,
        other.pk: 3_000_00,
    }


def test_a_waiting_line_can_lift_a_small_fee_over_the_smallest_chargeable_amount(
    world: World,
) -> None:
    agreement = world.running(amount=20)
    waiting(agreement, "work", 30)
    run_billing(now=NOW, door="test")
    assert Invoice.objects.get().total == 50
    assert not NextLine.objects.filter(kind="carried").exists()


def test_lines_that_wait_while_an_agreement_is_on_hold_are_not_lost(world: World) -> None:
    agreement = world.running()
    waiting(agreement, "work", 150_00)
    hold.hold_billing(agreement=agreement, reason="Ask first", actor="Nan", now=NOW)
    run_billing(now=NOW, door="test")
    assert not Invoice.objects.exists()
    hold.resume_billing(agreement=agreement, how="bill", actor="Nan", now=NOW)
    assert Invoice.objects.get().total == 3_150_00
