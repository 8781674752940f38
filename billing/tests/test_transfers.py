"""Money that comes by bank is written down once, asked for on its days, and never asked of a card as well (rule 20)."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from billing.bank_transfer import transfers
from billing.bank_transfer.codes.reference import creditor_reference
from billing.bank_transfer.matching import Kind, Open, match
from billing.bank_transfer.statement_csv import BankLine
from billing.books import ledger, owing
from billing.books.invariants import broken
from billing.charging import refund, resolve
from billing.gateways.base import GatewayUnknown
from billing.gateways.sandbox.gateway import Sandbox
from billing.gateways.sandbox.models import SandboxIntent
from billing.models import BankStatementLine, Collection, Invoice, Payment
from billing.rules.dunning import REMINDER_DAYS
from billing.rules.errors import NotOpen, NotOwed
from billing.runs.run import bill
from core.dates import local_day
from core.errors import RuleError
from core.models import OutboxEmail
from tests import gateways
from tests.world import NOW, World

TODAY = date(2026, 11, 2)
DUE = date(2026, 11, 9)  # seven days later
LATER = NOW + timedelta(hours=2)


def sent(world: World, **fields: Any) -> Invoice:
    """An invoice that was sent with the bank's details."""
    return world.billed(**{"collect_by": "transfer", "card": ""} | fields)


def arrives(invoice: Invoice, amount: int, reference: str = "line 1", on: date = TODAY) -> None:
    transfers.record(
        invoice=invoice, amount=amount, on=on, reference=reference, actor="Nan", now=NOW
    )


def state(invoice: Invoice) -> tuple[str, str]:
    again = Invoice.objects.select_related("collection").get(pk=invoice.pk)
    return again.state, again.collection.state


def credit(invoice: Invoice) -> int:
    return ledger.credit_of(invoice.client_id, invoice.currency)


def at(day: date, hour: int = 2) -> datetime:
    """Nine in the morning in Bangkok is two o'clock UTC."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


# Written down


def test_an_invoice_to_be_transferred_is_sent_and_charges_nobody(world: World) -> None:
    invoice = sent(world)
    assert (state(invoice), invoice.due_on) == (("open", "sent"), DUE)
    assert OutboxEmail.objects.get(kind="invoice").ref == str(invoice.pk)
    world.card(invoice.client)
    bill(now=LATER, door="test")
    assert not invoice.charges.exists()
    assert not broken(LATER)


def test_the_whole_sum_pays_it_and_has_a_receipt(world: World) -> None:
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
    assert not broken(NOW)


def test_parts_of_it_leave_the_rest_and_the_last_part_pays_it(world: World) -> None:
    invoice = sent(world)
    arrives(invoice, 1_000_00, "a")
    assert (state(invoice), owing.owed(invoice)) == (("open", "sent"), 2_000_00)
    assert not broken(NOW)
    arrives(invoice, 2_000_00, "b")
    assert (state(invoice), owing.owed(invoice)) == (("paid", "done"), 0)
    assert OutboxEmail.objects.filter(kind="receipt").count() == 2
    assert not broken(NOW)


def test_what_comes_too_much_is_credit_and_pays_the_next_invoice(world: World) -> None:
    invoice = sent(world)
    arrives(invoice, 3_500_00)
    assert (state(invoice), credit(invoice)) == (("paid", "done"), 500_00)
    bill(now=NOW + timedelta(days=30), door="test")
    second = Invoice.objects.exclude(pk=invoice.pk).get()
    assert (owing.owed(second), credit(invoice)) == (2_500_00, 0)
    assert not broken(NOW + timedelta(days=30))


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_is_no_transfer(world: World, amount: int) -> None:
    with pytest.raises(NotOwed):
        arrives(sent(world), amount)
    assert not Payment.objects.exists()


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles", "UTC", "Asia/Bangkok"])
@pytest.mark.parametrize("collect_by", ["card", "transfer"])
def test_it_was_received_on_the_day_the_bank_says_wherever_the_business_is(
    world: World, zone: str, collect_by: str
) -> None:
    world.business.time_zone = zone
    world.business.save()
    arrives(sent(world, collect_by=collect_by, starts_on=date(2026, 11, 1)), 3_000_00)
    assert local_day(Payment.objects.get().received_at, zone) == TODAY


# Once


def test_the_same_reference_is_not_written_down_twice(world: World) -> None:
    invoice = sent(world)
    arrives(invoice, 1_000_00)
    with pytest.raises(NotOpen):
        arrives(invoice, 1_000_00)
    other = sent(world, client=world.client("B"))
    with pytest.raises(NotOpen):
        arrives(other, 1_000_00)
    assert Payment.objects.count() == 1


def test_the_same_reference_at_another_business_is_another_transfer(world: World) -> None:
    for one in (world, World()):
        arrives(sent(one), 3_000_00)
    assert Payment.objects.count() == 2


def test_a_paid_invoice_takes_no_more(world: World) -> None:
    invoice = sent(world)
    arrives(invoice, 3_000_00)
    with pytest.raises(NotOpen):
        arrives(invoice, 3_000_00, "line 2")
    assert credit(invoice) == 0


def test_a_statement_that_is_read_twice_has_each_line_once(world: World) -> None:
    lines = [line("A", 1), line("B", 2)]
    assert len(transfers.keep_lines(business=world.business, lines=lines, now=NOW)) == 2
    assert [
        row.text
        for row in transfers.keep_lines(
            business=world.business, lines=[*lines, line("C", 3)], now=NOW
        )
    ] == ["C"]
    assert len(transfers.keep_lines(business=World().business, lines=lines, now=NOW)) == 2
    assert BankStatementLine.objects.count() == 5


def test_a_line_pays_one_invoice_once(world: World) -> None:
    first, second = sent(world), sent(world, client=world.client("B"))
    row = kept(world, line("RH-2026-0001", 1_000_00))[0]
    transfers.match_line(line=row, invoice=first, actor="Nan", now=NOW)
    row.refresh_from_db()
    assert (row.state, row.payment) == ("matched", first.payments.get())
    for invoice in (first, second):
        with pytest.raises(NotOpen):
            transfers.match_line(line=row, invoice=invoice, actor="Nan", now=NOW)
    assert Payment.objects.count() == 1
    assert not broken(NOW)


def test_a_line_in_another_currency_pays_nothing(world: World) -> None:
    invoice = sent(world)
    row = kept(world, line("RH-2026-0001", 3_000_00, currency="THB"))[0]
    with pytest.raises(RuleError):
        transfers.match_line(line=row, invoice=invoice, actor="Nan", now=NOW)
    row.refresh_from_db()
    assert row.state == "open"
    assert not Payment.objects.exists()


def test_a_line_that_is_not_ours_stays_out_and_a_matched_one_stays_in(world: World) -> None:
    other, ours = kept(world, line("Rent", 9), line("RH-2026-0001", 3_000_00))
    transfers.ignore_line(line=other)
    with pytest.raises(NotOpen):
        transfers.match_line(line=other, invoice=sent(world), actor="Nan", now=NOW)
    assert not Payment.objects.exists()
    transfers.match_line(line=ours, invoice=Invoice.objects.get(), actor="Nan", now=NOW)
    transfers.ignore_line(line=ours)
    ours.refresh_from_db()
    other.refresh_from_db()
    assert (other.state, ours.state) == ("ignored", "matched")


def test_a_statement_settles_what_it_names_and_asks_about_the_rest(world: World) -> None:
    """From the file to the paid invoice: one line is exact, one withheld, one partial, one is nobody's."""
    withheld = {"Siam Tea": 0, "Nile Rice": 3, "Mekong Silk": 0}
    invoices = [
        sent(world, client=world.client(name), withholding_percent=n)
        for name, n in withheld.items()
    ]
    texts = [invoices[0].number, creditor_reference(invoices[1].number), invoices[2].number, "RENT"]
    amounts = [3_000_00, 2_910_00, 1_000_00, 77_00]
    lines = [line(text, amount) for text, amount in zip(texts, amounts, strict=True)]
    rows = {row.fingerprint: row for row in kept(world, *lines)}
    found = match(lines, [waits(invoice) for invoice in invoices])
    assert [each.kind for each in found] == [Kind.EXACT, Kind.WITHHELD, Kind.PARTIAL, Kind.NONE]
    for each in found:
        if each.invoice_id:
            invoice = Invoice.objects.get(pk=each.invoice_id)
            transfers.match_line(
                line=rows[each.line.fingerprint], invoice=invoice, actor="Nan", now=NOW
            )
    assert [owing.owed(invoice) for invoice in invoices] == [0, 90_00, 2_000_00]
    assert BankStatementLine.objects.get(state="open").text == "RENT"
    assert not broken(NOW)


def line(text: str, amount: int, currency: str = "USD") -> BankLine:
    """One line of a statement."""
    return BankLine(
        line=1, on=TODAY, amount=amount, currency=currency, text=text, fingerprint=f"f{text}"
    )


def kept(world: World, *lines: BankLine) -> Sequence[BankStatementLine]:
    return transfers.keep_lines(business=world.business, lines=lines, now=NOW)


def waits(invoice: Invoice) -> Open:
    """The invoice as the matching sees it."""
    return Open(
        id=invoice.pk,
        number=invoice.number,
        reference=creditor_reference(invoice.number),
        currency=invoice.currency,
        owed=owing.owed(invoice),
        withholding=owing.withholding(invoice),
        client_name=invoice.buyer["name"],
    )


# Asked for


def test_reminders_come_on_their_days_and_none_after_the_last(world: World) -> None:
    invoice = sent(world)
    days = []
    for n in range(60):
        now = at(TODAY + timedelta(days=n))
        if transfers.remind(now=now):
            days.append(now.date())
    assert days == [DUE + timedelta(days=days) for days in REMINDER_DAYS]
    assert Collection.objects.get().next_at is None
    refs = set(OutboxEmail.objects.filter(kind="overdue_client").values_list("ref", flat=True))
    assert refs == {f"{invoice.pk}:{n}" for n in (1, 2, 3)}
    assert OutboxEmail.objects.filter(kind="overdue_owner").count() == 3
    assert state(invoice) == ("open", "sent")


def test_a_reminder_waits_for_the_clients_morning(world: World) -> None:
    sent(world)
    first = DUE + timedelta(days=REMINDER_DAYS[0])
    assert transfers.remind(now=at(first, 1)) == 0
    assert transfers.remind(now=at(first, 2)) == 1
    assert transfers.remind(now=at(first, 3)) == 0


def test_days_on_which_nothing_ran_are_made_up_by_one_letter(world: World) -> None:
    sent(world)
    late = at(DUE + timedelta(days=10))
    assert sum(transfers.remind(now=late + timedelta(hours=n)) for n in range(12)) == 1
    assert transfers.remind(now=at(DUE + timedelta(days=REMINDER_DAYS[-1]))) == 1
    assert OutboxEmail.objects.filter(kind="overdue_client").count() == 2


def test_a_part_payment_is_reminded_of_the_rest_and_a_full_one_of_nothing(world: World) -> None:
    part, whole = sent(world), sent(world, client=world.client("B"))
    arrives(part, 1_000_00, "a")
    arrives(whole, 3_000_00, "b")
    assert transfers.remind(now=at(DUE + timedelta(days=1))) == 1
    assert OutboxEmail.objects.get(kind="overdue_client").ref == f"{part.pk}:1"


# While a card is being charged


class Deaf(Sandbox):
    """A sandbox that does not answer a cancellation."""

    def cancel(self, handle: str) -> None:
        raise GatewayUnknown("no answer")


def test_a_transfer_for_an_invoice_that_waits_for_a_card_pays_it(world: World) -> None:
    invoice = world.billed(card="")
    arrives(invoice, 3_000_00)
    assert state(invoice) == ("paid", "done")
    world.card(invoice.client)
    bill(now=LATER, door="test")
    assert not invoice.charges.exists()
    assert not broken(LATER)


def test_a_transfer_counts_only_after_the_card_charge_is_surely_cancelled(
    world: World,
) -> None:
    invoice = world.billed(card="requires_action")
    row = kept(world, line("RH-2026-0001", 3_000_00))[0]
    transfers.match_line(line=row, invoice=invoice, actor="Nan", now=NOW)
    with gateways.registered(gateways.kind("sandbox", Deaf)):
        resolve.resolve(now=NOW)
        assert state(invoice) == ("open", "voiding")
        assert not Payment.objects.exists()
    resolve.resolve(now=LATER)
    assert state(invoice) == ("paid", "done")
    row.refresh_from_db()
    assert (row.state, row.payment) == ("matched", invoice.payments.get())
    assert SandboxIntent.objects.get().status == "cancelled"
    assert not broken(LATER)


def test_when_the_card_was_charged_meanwhile_the_transfer_is_credit(world: World) -> None:
    """Both sums are in our accounts: the invoice stays paid once, the transfer is the client's, the owner is told."""
    invoice = world.billed(card="lost_answer")
    arrives(invoice, 3_000_00)
    assert not Payment.objects.exists()
    resolve.resolve(now=LATER)
    assert state(invoice) == ("paid", "done")
    assert sorted(Payment.objects.values_list("gateway", "amount")) == [
        ("sandbox", 3_000_00),
        ("transfer", 3_000_00),
    ]
    assert credit(invoice) == 3_000_00
    assert OutboxEmail.objects.filter(kind="paid_not_cancelled").count() == 1
    assert OutboxEmail.objects.filter(kind="receipt").count() == 2
    assert not broken(LATER)


def test_a_part_by_transfer_leaves_the_rest_to_the_card_on_a_new_object(world: World) -> None:
    invoice = world.billed(card="insufficient_funds")
    arrives(invoice, 1_000_00)
    resolve.resolve(now=LATER)
    assert state(invoice) == ("open", "ready")
    assert not broken(LATER)
    world.card(invoice.client, "succeeds", LATER)
    bill(now=LATER, door="test")
    assert state(invoice) == ("paid", "done")
    assert sorted(invoice.payments.values_list("gateway", "amount")) == [
        ("sandbox", 2_000_00),
        ("transfer", 1_000_00),
    ]
    assert sorted(SandboxIntent.objects.values_list("status", "amount")) == [
        ("cancelled", 3_000_00),
        ("succeeded", 2_000_00),
    ]
    assert not broken(LATER)


def test_a_second_transfer_waits_until_the_first_is_through(world: World) -> None:
    """The reference of the one that waits is taken, for this invoice and for any other."""
    invoice, other = world.billed(card="requires_action"), sent(world, client=world.client("B"))
    arrives(invoice, 1_000_00)
    with pytest.raises(NotOpen):
        arrives(invoice, 1_000_00, "line 2")
    with pytest.raises(NotOpen):
        arrives(other, 1_000_00)
    resolve.resolve(now=LATER)
    assert invoice.payments.get().amount == 1_000_00


# Given back


def test_a_transfer_goes_back_by_hand_and_needs_no_gateway(world: World) -> None:
    invoice = sent(world)
    arrives(invoice, 3_000_00)
    _note, back = refund.give_back(
        invoice=invoice, amount=1_000_00, reason="R", actor="Nan", to_card=True, now=NOW
    )
    refund.carry_out(now=NOW)
    assert back
    back.refresh_from_db()
    assert back.state == "succeeded"
    assert not broken(NOW)


def test_each_of_two_transfers_can_go_back(world: World) -> None:
    invoice = sent(world)
    arrives(invoice, 1_400_00, "a")
    arrives(invoice, 1_600_00, "b")
    for part in (1_600_00, 1_400_00):
        refund.give_back(
            invoice=invoice, amount=part, reason="R", actor="Nan", to_card=True, now=NOW
        )
    refund.carry_out(now=NOW)
    assert sorted(refund.refundable(row) for row in Payment.objects.all()) == [0, 0]
    assert credit(invoice) == 0
    assert not broken(NOW)
