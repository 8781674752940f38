"""Transfers are recorded once and reminded on fixed days, and no card is charged too (rule 20)."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from billing.bank_transfer import statement_lines, transfers
from billing.bank_transfer.codes.reference import creditor_reference
from billing.bank_transfer.matching import MatchKind, OpenInvoice, match_lines
from billing.bank_transfer.statement_csv import BankLine
from billing.books import owing
from billing.books.invariants import find_contradictions
from billing.charging import refund, resolve
from billing.gateways.base import GatewayUnknown
from billing.gateways.sandbox.gateway import Sandbox
from billing.gateways.sandbox.models import SandboxIntent
from billing.models import BankStatementLine, Collection, Invoice, Payment
from billing.rules.dunning import REMINDER_DAYS
from billing.rules.errors import NotOpen, NotOwed
from billing.runs.billing_run import run_billing
from billing.tests.by_transfer import TODAY, arrives, credit, state
from core.dates import local_day
from core.errors import RuleError
from core.models import OutboxEmail
from tests import gateways
from tests.world import NOW, World

DUE = date(2026, 11, 9)  # seven days later
LATER = NOW + timedelta(hours=2)


def sent(world: World, **fields: Any) -> Invoice:
    """An invoice that was sent to the client to be paid by transfer."""
    return world.billed(**{"collect_by": "transfer", "card": ""} | fields)


def at(day: date, hour: int = 2) -> datetime:
    """Return an instant of that day. Hour 2 in UTC is nine in the morning in Bangkok."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


# Recording


def test_an_invoice_paid_by_transfer_is_sent_and_never_charged_to_a_card(world: World) -> None:
    invoice = sent(world)
    assert (state(invoice), invoice.due_on) == (("open", "sent"), DUE)
    assert OutboxEmail.objects.get(kind="invoice").ref == str(invoice.pk)
    world.card(invoice.client)
    run_billing(now=LATER, door="test")
    assert not invoice.charges.exists()
    assert not find_contradictions(LATER)


def test_a_transfer_of_the_full_amount_pays_the_invoice_and_gets_a_receipt(world: World) -> None:
    invoice = sent(world)
    arrives(invoice, 3_000_00)
    payment = Payment.objects.get()
    assert state(invoice) == ("paid", "done")
    assert (payment.amount, payment.gateway, payment.charge, payment.receipt_number) == (
        3_000_00,
        "transfer",
        None,
        "RC-2026-0001",
    )
    assert OutboxEmail.objects.get(kind="receipt").ref == str(payment.pk)
    assert not find_contradictions(NOW)


def test_partial_transfers_leave_the_rest_owed_until_the_last_one_pays_the_invoice(
    world: World,
) -> None:
    invoice = sent(world)
    arrives(invoice, 1_000_00, "a")
    assert (state(invoice), owing.amount_owed(invoice)) == (("open", "sent"), 2_000_00)
    assert not find_contradictions(NOW)
    arrives(invoice, 2_000_00, "b")
    assert (state(invoice), owing.amount_owed(invoice)) == (("paid", "done"), 0)
    assert OutboxEmail.objects.filter(kind="receipt").count() == 2
    assert not find_contradictions(NOW)


def test_an_overpayment_is_credit_for_the_next_invoice(world: World) -> None:
    invoice = sent(world)
    arrives(invoice, 3_500_00)
    assert (state(invoice), credit(invoice)) == (("paid", "done"), 500_00)
    run_billing(now=NOW + timedelta(days=30), door="test")
    second = Invoice.objects.exclude(pk=invoice.pk).get()
    assert (owing.amount_owed(second), credit(invoice)) == (2_500_00, 0)
    assert not find_contradictions(NOW + timedelta(days=30))


@pytest.mark.parametrize("amount", [0, -1])
def test_a_transfer_must_have_a_positive_amount(world: World, amount: int) -> None:
    with pytest.raises(NotOwed):
        arrives(sent(world), amount)
    assert not Payment.objects.exists()


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles", "UTC", "Asia/Bangkok"])
@pytest.mark.parametrize("collect_by", ["card", "transfer"])
def test_a_transfer_is_received_on_the_banks_day_in_the_time_zone_of_the_business(
    world: World, zone: str, collect_by: str
) -> None:
    world.business.time_zone = zone
    world.business.save()
    arrives(sent(world, collect_by=collect_by, starts_on=date(2026, 11, 1)), 3_000_00)
    assert local_day(Payment.objects.get().received_at, zone) == TODAY


# Once


def test_the_same_reference_is_not_recorded_twice(world: World) -> None:
    invoice = sent(world)
    arrives(invoice, 1_000_00)
    with pytest.raises(NotOpen):
        arrives(invoice, 1_000_00)
    other = sent(world, client=world.client("B"))
    with pytest.raises(NotOpen):
        arrives(other, 1_000_00)
    assert Payment.objects.count() == 1


def test_the_same_reference_at_another_business_is_another_transfer(world: World) -> None:
    for business_world in (world, World()):
        arrives(sent(business_world), 3_000_00)
    assert Payment.objects.count() == 2


def test_a_paid_invoice_accepts_no_further_transfer(world: World) -> None:
    invoice = sent(world)
    arrives(invoice, 3_000_00)
    with pytest.raises(NotOpen):
        arrives(invoice, 3_000_00, "line 2")
    assert credit(invoice) == 0


def test_a_statement_that_is_imported_twice_stores_each_line_once(world: World) -> None:
    lines = [line("A", 1), line("B", 2)]
    assert len(statement_lines.store_lines(business=world.business, lines=lines, now=NOW)) == 2
    assert [
        row.text
        for row in statement_lines.store_lines(
            business=world.business, lines=[*lines, line("C", 3)], now=NOW
        )
    ] == ["C"]
    assert len(statement_lines.store_lines(business=World().business, lines=lines, now=NOW)) == 2
    assert BankStatementLine.objects.count() == 5


def test_a_line_pays_one_invoice_once(world: World) -> None:
    first, second = sent(world), sent(world, client=world.client("B"))
    row = kept(world, line("RH-2026-0001", 1_000_00))[0]
    statement_lines.match_line(line=row, invoice=first, actor="Nan", now=NOW)
    row.refresh_from_db()
    assert (row.state, row.payment) == ("matched", first.payments.get())
    for invoice in (first, second):
        with pytest.raises(NotOpen):
            statement_lines.match_line(line=row, invoice=invoice, actor="Nan", now=NOW)
    assert Payment.objects.count() == 1
    assert not find_contradictions(NOW)


def test_a_line_in_another_currency_pays_nothing(world: World) -> None:
    invoice = sent(world)
    row = kept(world, line("RH-2026-0001", 3_000_00, currency="THB"))[0]
    with pytest.raises(RuleError):
        statement_lines.match_line(line=row, invoice=invoice, actor="Nan", now=NOW)
    row.refresh_from_db()
    assert row.state == "open"
    assert not Payment.objects.exists()


def test_an_ignored_line_cannot_be_matched_and_a_matched_line_cannot_be_ignored(
    world: World,
) -> None:
    other, ours = kept(world, line("Rent", 9), line("RH-2026-0001", 3_000_00))
    statement_lines.ignore_line(line=other)
    with pytest.raises(NotOpen):
        statement_lines.match_line(line=other, invoice=sent(world), actor="Nan", now=NOW)
    assert not Payment.objects.exists()
    statement_lines.match_line(line=ours, invoice=Invoice.objects.get(), actor="Nan", now=NOW)
    statement_lines.ignore_line(line=ours)
    ours.refresh_from_db()
    other.refresh_from_db()
    assert (other.state, ours.state) == ("ignored", "matched")


def test_a_statement_settles_the_invoices_it_names_and_leaves_the_rest_open(world: World) -> None:
    """From the file to the paid invoice: one line is exact, one withheld, one partial, one none."""
    withheld = {"Siam Tea": 0, "Nile Rice": 3, "Mekong Silk": 0}
    invoices = [
        sent(world, client=world.client(name), withholding_percent=percent)
        for name, percent in withheld.items()
    ]
    texts = [invoices[0].number, creditor_reference(invoices[1].number), invoices[2].number, "RENT"]
    amounts = [3_000_00, 2_910_00, 1_000_00, 77_00]
    lines = [line(text, amount) for text, amount in zip(texts, amounts, strict=True)]
    rows = {row.fingerprint: row for row in kept(world, *lines)}
    matches = match_lines(lines, [waits(invoice) for invoice in invoices])
    assert [proposal.kind for proposal in matches] == [
        MatchKind.EXACT,
        MatchKind.WITHHELD,
        MatchKind.PARTIAL,
        MatchKind.NONE,
    ]
    for proposal in matches:
        if proposal.invoice_id:
            invoice = Invoice.objects.get(pk=proposal.invoice_id)
            statement_lines.match_line(
                line=rows[proposal.line.fingerprint], invoice=invoice, actor="Nan", now=NOW
            )
    assert [owing.amount_owed(invoice) for invoice in invoices] == [0, 90_00, 2_000_00]
    assert BankStatementLine.objects.get(state="open").text == "RENT"
    assert not find_contradictions(NOW)


def line(text: str, amount: int, currency: str = "USD") -> BankLine:
    """A line of a bank statement."""
    return BankLine(
        line=1, on=TODAY, amount=amount, currency=currency, text=text, fingerprint=f"f{text}"
    )


def kept(world: World, *lines: BankLine) -> Sequence[BankStatementLine]:
    return statement_lines.store_lines(business=world.business, lines=lines, now=NOW)


def waits(invoice: Invoice) -> OpenInvoice:
    """The invoice as it is given to the matching."""
    return OpenInvoice(
        id=invoice.pk,
        number=invoice.number,
        reference=creditor_reference(invoice.number),
        currency=invoice.currency,
        owed=owing.amount_owed(invoice),
        withholding=owing.withholding_allowed(invoice),
        client_name=invoice.buyer["name"],
    )


# Reminders


def test_reminders_are_sent_on_their_days_and_none_after_the_last(world: World) -> None:
    invoice = sent(world)
    days = []
    for n in range(60):
        now = at(TODAY + timedelta(days=n))
        if transfers.send_reminders(now=now):
            days.append(now.date())
    assert days == [DUE + timedelta(days=days) for days in REMINDER_DAYS]
    assert Collection.objects.get().next_at is None
    refs = set(OutboxEmail.objects.filter(kind="overdue_client").values_list("ref", flat=True))
    assert refs == {f"{invoice.pk}:{n}" for n in (1, 2, 3)}
    assert OutboxEmail.objects.filter(kind="overdue_owner").count() == 3
    assert state(invoice) == ("open", "sent")


def test_a_reminder_is_sent_in_the_clients_morning(world: World) -> None:
    sent(world)
    first = DUE + timedelta(days=REMINDER_DAYS[0])
    assert transfers.send_reminders(now=at(first, 1)) == 0
    assert transfers.send_reminders(now=at(first, 2)) == 1
    assert transfers.send_reminders(now=at(first, 3)) == 0


def test_several_missed_reminders_are_made_up_by_one_email(world: World) -> None:
    sent(world)
    late = at(DUE + timedelta(days=10))
    assert sum(transfers.send_reminders(now=late + timedelta(hours=n)) for n in range(12)) == 1
    assert transfers.send_reminders(now=at(DUE + timedelta(days=REMINDER_DAYS[-1]))) == 1
    assert OutboxEmail.objects.filter(kind="overdue_client").count() == 2


def test_a_partly_paid_invoice_is_reminded_and_a_paid_one_is_not(world: World) -> None:
    part, whole = sent(world), sent(world, client=world.client("B"))
    arrives(part, 1_000_00, "a")
    arrives(whole, 3_000_00, "b")
    assert transfers.send_reminders(now=at(DUE + timedelta(days=1))) == 1
    assert OutboxEmail.objects.get(kind="overdue_client").ref == f"{part.pk}:1"


# While a card is being charged


class Deaf(Sandbox):
    """A sandbox that does not answer a cancellation."""

    def cancel(self, handle: str) -> None:
        raise GatewayUnknown("no answer")


def test_a_transfer_pays_an_invoice_that_waits_for_a_card(world: World) -> None:
    invoice = world.billed(card="")
    arrives(invoice, 3_000_00)
    assert state(invoice) == ("paid", "done")
    world.card(invoice.client)
    run_billing(now=LATER, door="test")
    assert not invoice.charges.exists()
    assert not find_contradictions(LATER)


def test_a_transfer_is_booked_only_after_the_card_charge_is_cancelled_for_certain(
    world: World,
) -> None:
    invoice = world.billed(card="requires_action")
    row = kept(world, line("RH-2026-0001", 3_000_00))[0]
    statement_lines.match_line(line=row, invoice=invoice, actor="Nan", now=NOW)
    with gateways.registered(gateways.kind("sandbox", Deaf)):
        resolve.resolve_charges(now=NOW)
        assert state(invoice) == ("open", "voiding")
        assert not Payment.objects.exists()
    resolve.resolve_charges(now=LATER)
    assert state(invoice) == ("paid", "done")
    row.refresh_from_db()
    assert (row.state, row.payment) == ("matched", invoice.payments.get())
    assert SandboxIntent.objects.get().status == "cancelled"
    assert not find_contradictions(LATER)


def test_a_transfer_becomes_credit_if_the_card_was_charged_as_well(world: World) -> None:
    """We have both amounts: one pays the invoice, the other is credit, and the owner is told."""
    invoice = world.billed(card="lost_answer")
    arrives(invoice, 3_000_00)
    assert not Payment.objects.exists()
    resolve.resolve_charges(now=LATER)
    assert state(invoice) == ("paid", "done")
    assert sorted(Payment.objects.values_list("gateway", "amount")) == [
        ("sandbox", 3_000_00),
        ("transfer", 3_000_00),
    ]
    assert credit(invoice) == 3_000_00
    assert OutboxEmail.objects.filter(kind="paid_not_cancelled").count() == 1
    assert OutboxEmail.objects.filter(kind="receipt").count() == 2
    assert not find_contradictions(LATER)


def test_after_a_partial_transfer_the_rest_is_charged_with_a_new_gateway_object(
    world: World,
) -> None:
    invoice = world.billed(card="insufficient_funds")
    arrives(invoice, 1_000_00)
    resolve.resolve_charges(now=LATER)
    assert state(invoice) == ("open", "ready")
    assert not find_contradictions(LATER)
    world.card(invoice.client, "succeeds", LATER)
    run_billing(now=LATER, door="test")
    assert state(invoice) == ("paid", "done")
    assert sorted(invoice.payments.values_list("gateway", "amount")) == [
        ("sandbox", 2_000_00),
        ("transfer", 1_000_00),
    ]
    assert sorted(SandboxIntent.objects.values_list("status", "amount")) == [
        ("cancelled", 3_000_00),
        ("succeeded", 2_000_00),
    ]
    assert not find_contradictions(LATER)


def test_a_second_transfer_is_refused_until_the_first_is_booked(world: World) -> None:
    """The reference of a transfer that waits to be booked cannot be used for any invoice."""
    invoice, other = world.billed(card="requires_action"), sent(world, client=world.client("B"))
    arrives(invoice, 1_000_00)
    with pytest.raises(NotOpen):
        arrives(invoice, 1_000_00, "line 2")
    with pytest.raises(NotOpen):
        arrives(other, 1_000_00)
    resolve.resolve_charges(now=LATER)
    assert invoice.payments.get().amount == 1_000_00


# Refunds


def test_a_transfer_is_refunded_by_the_owner_without_a_gateway(world: World) -> None:
    invoice = sent(world)
    arrives(invoice, 3_000_00)
    _note, refunded = refund.refund_invoice(
        invoice=invoice, amount=1_000_00, reason="R", actor="Nan", to_card=True, now=NOW
    )
    refund.carry_out_refunds(now=NOW)
    assert refunded
    refunded.refresh_from_db()
    assert refunded.state == "succeeded"
    assert not find_contradictions(NOW)


def test_each_of_two_transfers_can_be_refunded(world: World) -> None:
    invoice = sent(world)
    arrives(invoice, 1_400_00, "a")
    arrives(invoice, 1_600_00, "b")
    for part in (1_600_00, 1_400_00):
        refund.refund_invoice(
            invoice=invoice, amount=part, reason="R", actor="Nan", to_card=True, now=NOW
        )
    refund.carry_out_refunds(now=NOW)
    assert sorted(refund.refundable_amount(row) for row in Payment.objects.all()) == [0, 0]
    assert credit(invoice) == 0
    assert not find_contradictions(NOW)


def test_a_reminder_waits_for_the_next_working_day_of_the_business(world: World) -> None:
    """A weekend in December, and the Monday on which the Thai holiday of the 5th is given."""
    type(world.business).objects.filter(pk=world.business.pk).update(holiday_country="TH")
    world.business.refresh_from_db()
    invoice = world.billed(collect_by="transfer", card="")
    saturday = datetime(2026, 12, 5, 9, tzinfo=UTC)
    Collection.objects.filter(invoice=invoice).update(next_at=saturday)
    sent = {day: transfers.send_reminders(now=saturday + timedelta(days=day)) for day in range(4)}
    assert sent == {0: 0, 1: 0, 2: 0, 3: 1}, "on Tuesday 8 December"
    planned = Collection.objects.get(invoice=invoice).next_at
    assert planned is None or planned.weekday() < 5
