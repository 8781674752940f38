"""What a bank took off a transfer is part of what the client paid, and a fee (rule 69)."""

from datetime import date
from typing import Any

import pytest

from billing.bank_transfer import statement_lines, transfers
from billing.bank_transfer.statement_csv import BankLine
from billing.bank_transfer.take_back import take_back_payment
from billing.books.invariants import find_contradictions
from billing.charging.resolve import resolve_charges
from billing.income.net_to_me import lines_between
from billing.models import GatewayFee, Invoice, JournalEntry, Payment
from billing.rules.errors import NotOwed
from billing.rules.net import sums
from billing.tests.test_one_off import issued, order
from tests.world import NOW, World

YEAR = (date(2026, 1, 1), date(2027, 1, 1))


def arrives(invoice: Invoice, amount: int = 2_980_00, fee: int = 20_00) -> None:
    facts: dict[str, Any] = {"reference": "KB 1", "actor": "Nan", "now": NOW}
    transfers.record_transfer(
        invoice=invoice, amount=amount, fee=fee, on=date(2026, 11, 3), **facts
    )


def test_the_client_has_paid_the_fee_too_and_it_is_no_ones_income(world: World) -> None:
    invoice = world.billed(card="", collect_by="transfer")
    arrives(invoice)
    invoice.refresh_from_db()
    assert (invoice.state, Payment.objects.get().amount) == ("paid", 3_000_00)
    (line,) = lines_between(world.business, *YEAR)
    assert (line.gross, line.fee, line.net) == (3_000_00, 20_00, 2_980_00)
    entries = JournalEntry.objects.filter(kind="fee").values_list("debit", "credit", "amount")
    assert list(entries) == [("fees", "gateway", 20_00)]
    assert find_contradictions(NOW) == []


def test_a_fee_travels_with_a_transfer_that_waits_for_a_card_to_be_cancelled(world: World) -> None:
    invoice = world.billed(card="insufficient_funds")
    arrives(invoice)
    resolve_charges(now=NOW)
    assert Payment.objects.get().amount == 3_000_00
    assert GatewayFee.objects.get().amount == 20_00
    assert find_contradictions(NOW) == []


def test_what_is_taken_back_takes_its_fee_back(world: World) -> None:
    arrives(world.billed(card="", collect_by="transfer"))
    take_back_payment(payment=Payment.objects.get(), reason="typo", actor="Nan", now=NOW)
    assert [row.net for row in sums(lines_between(world.business, *YEAR), "USD")] == [0]
    assert sorted(row.fee or 0 for row in lines_between(world.business, *YEAR)) == [-20_00, 20_00]
    assert find_contradictions(NOW) == []


@pytest.mark.parametrize("fee", [-1, 2_980_00])
def test_a_fee_that_cannot_be_is_refused_where_it_was_typed(world: World, fee: int) -> None:
    with pytest.raises(NotOwed) as refused:
        arrives(issued(world, order(world)), fee=fee)
    assert refused.value.field == "fee"


def test_a_line_of_a_statement_has_its_fee_as_well(world: World) -> None:
    invoice = world.billed(card="", collect_by="transfer")
    (line,) = statement_lines.store_lines(
        business=world.business, lines=[bank_line(2_975_00)], now=NOW
    )
    statement_lines.match_line(line=line, invoice=invoice, fee=25_00, actor="Nan", now=NOW)
    invoice.refresh_from_db()
    line.refresh_from_db()
    assert (invoice.state, line.state) == ("paid", "matched")
    assert Payment.objects.get().amount == 3_000_00
    (came,) = lines_between(world.business, *YEAR)
    assert (came.gross, came.fee, came.net) == (3_000_00, 25_00, 2_975_00)
    assert find_contradictions(NOW) == []


def test_a_line_with_a_fee_that_cannot_be_stays_to_be_matched(world: World) -> None:
    invoice = world.billed(card="", collect_by="transfer")
    (line,) = statement_lines.store_lines(
        business=world.business, lines=[bank_line(2_975_00)], now=NOW
    )
    with pytest.raises(NotOwed):
        statement_lines.match_line(line=line, invoice=invoice, fee=2_975_00, actor="Nan", now=NOW)
    line.refresh_from_db()
    assert line.state == "open" and not Payment.objects.exists()


def bank_line(amount: int) -> BankLine:
    return BankLine(1, date(2026, 11, 3), amount, "USD", "BAAN COFFEE", "print-1")


def test_a_mistyped_fee_of_a_line_is_no_credit_of_the_client(world: World) -> None:
    invoice = world.billed(card="", collect_by="transfer")
    (line,) = statement_lines.store_lines(
        business=world.business, lines=[bank_line(3_000_00)], now=NOW
    )
    with pytest.raises(NotOwed) as refused:
        statement_lines.match_line(line=line, invoice=invoice, fee=2_500_00, actor="Nan", now=NOW)
    assert refused.value.field == "fee"
    assert not Payment.objects.exists()
