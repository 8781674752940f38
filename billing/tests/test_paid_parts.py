"""Each settlement has its own part of net and tax, which falls due when it should (rule 42)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum
from hypothesis import given
from hypothesis import strategies as st

from billing.bank_transfer import transfers
from billing.books import client_statement
from billing.books.invariants import find_contradictions
from billing.charging import cancel_invoice, refund
from billing.models import Invoice, JournalEntry, PaidPart, WithholdingCertificate
from billing.rules import taxes
from billing.runs.billing_run import run_billing
from billing.tests.by_transfer import THAI, TODAY, VAT
from tests.world import NOW, World

CITY = {"name": "City tax", "percent": "9.975"}


def arrives(invoice: Invoice, amount: int, on: date = TODAY, now: datetime = NOW) -> None:
    transfers.record_transfer(
        invoice=invoice, amount=amount, on=on, reference=f"{amount} {on}", actor="Nan", now=now
    )


def parts(invoice: Invoice) -> list[tuple[str, int, int]]:
    return [(row.by, row.subtotal, row.tax) for row in PaidPart.objects.filter(invoice=invoice)]


def balance(account: str) -> int:
    debit = JournalEntry.objects.filter(debit=account).aggregate(sum=Sum("amount"))["sum"] or 0
    credit = JournalEntry.objects.filter(credit=account).aggregate(sum=Sum("amount"))["sum"] or 0
    return int(credit - debit)


@given(
    shares=st.lists(st.integers(1, 10**7), min_size=1, max_size=6),
    percents=st.lists(st.decimals("0.001", "30", places=3), max_size=3),
)
def test_all_parts_together_have_exactly_the_tax_of_the_invoice(
    shares: list[int], percents: list[Decimal]
) -> None:
    rates = [{"name": "T", "percent": str(percent)} for percent in percents]
    gross = sum(shares)
    totals = taxes.compute_totals([gross], rates, "inclusive")
    before, earlier = 0, [0] * len(rates)
    for share in shares:
        part = taxes.split_part(before, share, gross, totals.taxes, earlier)
        assert part.subtotal + part.tax == share
        assert part.subtotal >= 0
        earlier = [had + tax["amount"] for had, tax in zip(earlier, part.taxes, strict=True)]
        before += share
    assert earlier == [tax["amount"] for tax in totals.taxes]


def test_two_transfers_share_the_tax(thai: World) -> None:
    """10,700 and 20,500 with 900 withheld are 10,000 + 700 and 20,000 + 1,400."""
    invoice = thai.billed(**THAI)
    arrives(invoice, 10_700_00)
    arrives(invoice, 20_500_00)
    assert parts(invoice) == [
        ("payment", 10_000_00, 700_00),
        ("payment", 20_000_00, 1_400_00),
    ]
    assert [row.withheld for row in PaidPart.objects.all()] == [0, 900_00]
    assert [row.left for row in PaidPart.objects.all()] == [20_500_00, 0]
    assert not find_contradictions(NOW)


def test_what_was_received_beyond_the_invoice_is_no_part_of_it(thai: World) -> None:
    invoice = thai.billed(**THAI | {"withholding_percent": Decimal(0)})
    arrives(invoice, 40_000_00)
    part = PaidPart.objects.get()
    assert (part.gross, part.tax, part.beyond) == (32_100_00, 2_100_00, 7_900_00)


def test_withheld_tax_that_is_paid_in_money_after_all_is_no_second_supply(thai: World) -> None:
    invoice = thai.billed(**THAI)
    arrives(invoice, 31_200_00)
    arrives(invoice, 900_00)
    assert parts(invoice) == [("payment", 30_000_00, 2_100_00), ("payment", 0, 0)]
    assert not find_contradictions(NOW)


def test_a_part_never_changes(thai: World) -> None:
    arrives(thai.billed(**THAI), 10_700_00)
    part = PaidPart.objects.get()
    for change in (lambda: PaidPart.objects.update(tax=1), part.delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_an_issued_invoice_keeps_the_day_on_which_its_tax_falls_due(thai: World) -> None:
    invoice = thai.billed(**THAI)
    assert invoice.tax_on_payment
    with pytest.raises(IntegrityError), transaction.atomic():
        Invoice.objects.update(tax_on_payment=False)


# When tax falls due


def test_tax_on_payment_is_not_due_until_it_is_paid(thai: World) -> None:
    invoice = thai.billed(**THAI)
    assert (balance("tax"), balance("deferred")) == (0, 2_100_00)
    arrives(invoice, 10_700_00)
    assert (balance("tax"), balance("deferred")) == (700_00, 1_400_00)
    arrives(invoice, 20_500_00)
    assert (balance("tax"), balance("deferred")) == (2_100_00, 0)
    transfers.receive_certificate(
        certificate=WithholdingCertificate.objects.get(), number="7", on=TODAY, now=NOW
    )
    assert (balance("tax"), balance("deferred")) == (2_100_00, 0)


def test_tax_at_the_invoice_is_due_at_once(world: World) -> None:
    invoice = world.billed(**THAI)
    assert (balance("tax"), balance("deferred")) == (2_100_00, 0)
    arrives(invoice, 10_700_00)
    assert (balance("tax"), balance("deferred")) == (2_100_00, 0)


@pytest.mark.parametrize("paid", [0, 10_700_00, 33, 31_200_00])
def test_a_void_invoice_leaves_no_tax(thai: World, paid: int) -> None:
    invoice = thai.billed(**THAI)
    if paid:
        arrives(invoice, paid)
    cancel_invoice.void_invoice(invoice=invoice, reason="R", actor="Nan", now=NOW)
    assert (balance("tax"), balance("deferred")) == (0, 0)
    assert not find_contradictions(NOW)


def test_the_tax_of_what_is_written_off_never_falls_due(thai: World) -> None:
    invoice = thai.billed(**THAI)
    arrives(invoice, 10_700_00)
    cancel_invoice.write_off_invoice(invoice=invoice, reason="R", actor="Nan", now=NOW)
    assert (balance("tax"), balance("deferred"), balance("loss")) == (700_00, 0, -20_000_00)
    assert not find_contradictions(NOW)


def test_client_credit_that_pays_an_invoice_lets_its_tax_fall_due(thai: World) -> None:
    first = thai.billed(taxes=[VAT])
    refund.refund_invoice(
        invoice=first, amount=first.total, reason="R", actor="Nan", to_card=False, now=NOW
    )
    assert balance("tax") == 0
    run_billing(now=NOW + timedelta(days=30), door="test")
    second = Invoice.objects.exclude(pk=first.pk).get()
    assert parts(second) == [("balance", second.subtotal, second.tax)]
    assert (balance("tax"), balance("deferred")) == (second.tax, 0)
    assert not find_contradictions(NOW)


def test_totals_count_tax_in_the_month_in_which_it_falls_due(thai: World) -> None:
    invoice = thai.billed(**THAI)
    december = datetime(2026, 12, 20, 5, tzinfo=UTC)
    arrives(invoice, 31_200_00, date(2026, 12, 18), december)
    rows = {row.month.month: row for row in client_statement.totals_by_month(thai.business)}
    assert (rows[11].invoiced, rows[11].tax) == (32_100_00, 0)
    assert (rows[12].received, rows[12].tax) == (31_200_00, 2_100_00)


def test_a_payment_recorded_late_counts_on_the_day_it_arrived(thai: World) -> None:
    """Receipt and number are of the day of recording; everything else of the day of the money."""
    invoice = thai.billed(**THAI)
    january = datetime(2027, 1, 4, 5, tzinfo=UTC)
    arrives(invoice, 31_200_00, date(2026, 12, 31), january)
    payment = invoice.payments.get()
    assert payment.receipt_number == "TX-2027-0001"
    on = JournalEntry.objects.filter(kind__in=["payment", "tax_due"]).values_list("on", flat=True)
    assert set(on) == {date(2026, 12, 31)}
    assert PaidPart.objects.get().on == date(2026, 12, 31)
    totals = client_statement.totals_by_month(thai.business)
    assert {row.month.month for row in totals if row.received or row.tax} == {12}
    (entry,) = (
        row
        for row in client_statement.statement_entries(invoice.client)
        if row.number == "TX-2027-0001"
    )
    assert entry.on == date(2026, 12, 31)


def test_a_statement_lists_what_happened_on_one_day_in_the_order_of_the_numbers(
    world: World,
) -> None:
    client = world.client()
    for _ in range(3):
        world.running(client, **THAI)
    run_billing(now=NOW, door="test")
    for invoice in Invoice.objects.order_by("seq"):
        arrives(invoice, 1_000_00 + invoice.seq)
    numbers = [row.number for row in client_statement.statement_entries(client)]
    assert numbers == [f"{kind}-2026-{n:04}" for kind in ("RH", "RC") for n in (1, 2, 3)]
