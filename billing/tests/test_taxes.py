"""Tax is exact to the unit and as agreed; clients may withhold tax (rules 8, 11, 12 and 19)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.contract import frozen_terms
from billing.bank_transfer import apply_credit, transfers
from billing.books import ledger, owing
from billing.books.invariants import find_contradictions
from billing.charging import cancel_invoice, refund
from billing.charging.cancel_invoice import reduce_invoice
from billing.models import Invoice, JournalEntry, Payment, Series, WithholdingCertificate
from billing.rules import taxes
from billing.rules.errors import NotOpen
from billing.runs.billing_run import run_billing
from billing.tests.by_transfer import THAI, TODAY, VAT, arrives, state
from core.models import OutboxEmail, TaxRate
from tests.world import NOW, World

CITY = {"name": "City tax", "percent": "9.975"}


def parts(invoice: Invoice) -> list[tuple[str, str, int]]:
    return [(row["name"], row["percent"], row["amount"]) for row in invoice.taxes]


def receive(certificate: WithholdingCertificate) -> WithholdingCertificate:
    return transfers.receive_certificate(
        certificate=certificate, number="50ทวิ 7", on=TODAY, now=NOW
    )


# Totals


def test_tax_is_added_to_the_price(world: World) -> None:
    invoice = world.billed(currency="THB", amount=30_000_00, taxes=[VAT])
    assert (invoice.subtotal, invoice.tax, invoice.total) == (30_000_00, 2_100_00, 32_100_00)
    assert parts(invoice) == [("VAT", "7", 2_100_00)]
    assert invoice.payments.get().amount == 32_100_00
    assert not find_contradictions(NOW)


def test_tax_is_taken_out_of_a_price_that_includes_it(world: World) -> None:
    invoice = world.billed(currency="THB", amount=32_100_00, taxes=[VAT], tax_mode="inclusive")
    assert (invoice.subtotal, invoice.tax, invoice.total) == (30_000_00, 2_100_00, 32_100_00)
    assert invoice.lines.get().amount == 32_100_00
    assert not find_contradictions(NOW)


def test_two_rates_are_two_lines_each_rounded_once(world: World) -> None:
    """8,180 at 9.975 % is 815.955, which is 815.96."""
    invoice = world.billed(amount=8_180_00, taxes=[VAT, CITY])
    assert parts(invoice) == [("VAT", "7", 572_60), ("City tax", "9.975", 815_96)]
    assert invoice.total == 8_180_00 + 572_60 + 815_96


def test_a_tax_is_computed_on_the_sum_of_its_lines_not_line_by_line() -> None:
    totals = taxes.compute_totals([5, 5, 5], [{"name": "T", "percent": "10"}], "exclusive")
    assert totals.tax == 2  # line by line it would be 3


def test_two_rates_included_in_a_price_are_taken_out_of_it(world: World) -> None:
    invoice = world.billed(amount=1_000_00, taxes=[VAT, CITY], tax_mode="inclusive")
    assert parts(invoice) == [("VAT", "7", 59_84), ("City tax", "9.975", 85_27)]
    assert (invoice.subtotal, invoice.total) == (1_000_00 - 59_84 - 85_27, 1_000_00)
    assert not find_contradictions(NOW)


@pytest.mark.parametrize(
    ("mode", "note"),
    [("reverse", "Reverse charge, Article 196"), ("exempt", "Exempt under section 81")],
)
def test_no_tax_is_charged_if_the_client_accounts_for_it_and_the_invoice_says_why(
    world: World, mode: str, note: str
) -> None:
    invoice = world.billed(amount=1_000_00, taxes=[VAT], tax_mode=mode, tax_note=note)
    assert (invoice.tax, invoice.total, invoice.taxes) == (0, 1_000_00, [])
    assert (invoice.tax_mode, invoice.tax_note) == (mode, note)
    assert not JournalEntry.objects.filter(credit="tax").exists()


@given(
    amounts=st.lists(st.integers(0, 10**9), min_size=1, max_size=5),
    rates=st.lists(st.decimals("0.001", "99.999", places=3), max_size=3),
    mode=st.sampled_from(["exclusive", "inclusive", "reverse", "exempt"]),
    withheld=st.decimals("0", "50", places=2),
)
def test_the_parts_of_an_invoice_always_add_up(
    amounts: list[int], rates: list[Decimal], mode: str, withheld: Decimal
) -> None:
    totals = taxes.compute_totals(
        amounts, [{"name": "T", "percent": str(rate)} for rate in rates], mode, withheld
    )
    assert totals.subtotal + totals.tax == totals.total
    assert totals.tax == sum(tax["amount"] for tax in totals.taxes)
    assert sum(amounts) == (totals.total if mode == "inclusive" else totals.subtotal)
    assert 0 <= totals.withholding <= totals.subtotal
    whole = 100 + (sum(rates) if mode == "inclusive" else 0)
    for rate, tax in zip(rates, totals.taxes, strict=False):
        assert abs(tax["amount"] * whole - sum(amounts) * rate) * 2 <= whole


def test_the_tax_of_a_price_without_tax_is_exact_to_half_a_unit() -> None:
    for amount in range(1, 2_000):
        totals = taxes.compute_totals([amount], [CITY], "exclusive")
        assert abs(totals.tax * 100_000 - amount * 9_975) <= 50_000


# What is frozen into the terms when a tier is picked


def test_the_rates_in_use_are_frozen_into_the_terms(world: World) -> None:
    client = world.client()
    for name, percent, is_used in (
        ("VAT", "7.000", True),
        ("City tax", "9.975", True),
        ("Old", "10", False),
    ):
        TaxRate.objects.create(
            business=world.business, name=name, percent=Decimal(percent), is_used=is_used
        )
    assert frozen_terms.freeze_tax(world.business, client) == {
        "mode": "exclusive",
        "rates": [CITY, VAT],
        "note": "",
        "withholding_percent": "0",
    }


def test_prices_that_include_tax_say_so(world: World) -> None:
    world.business.prices_include_tax = True
    TaxRate.objects.create(business=world.business, name="VAT", percent=Decimal("20"))
    terms = frozen_terms.freeze_tax(world.business, world.client())
    assert (terms["mode"], terms["rates"]) == ("inclusive", [{"name": "VAT", "percent": "20"}])


@pytest.mark.parametrize("treatment", ["reverse", "exempt"])
def test_a_client_with_reverse_charge_or_exemption_has_no_rates_but_a_note(
    world: World, treatment: str
) -> None:
    world.business.prices_include_tax = True
    TaxRate.objects.create(business=world.business, name="VAT", percent=Decimal("7"))
    client = world.client(
        tax_treatment=treatment, tax_note="Article 196", withholding_percent=Decimal("3.00")
    )
    assert frozen_terms.freeze_tax(world.business, client) == {
        "mode": treatment,
        "rates": [],
        "note": "Article 196",
        "withholding_percent": "3",
    }


def test_an_ordinary_client_gets_no_tax_note(world: World) -> None:
    assert frozen_terms.freeze_tax(world.business, world.client(tax_note="left over"))["note"] == ""


def test_the_rates_of_another_business_are_not_used(world: World) -> None:
    TaxRate.objects.create(business=World().business, name="VAT", percent=Decimal("7"))
    assert frozen_terms.freeze_tax(world.business, world.client())["rates"] == []


def test_later_changes_of_the_rates_do_not_change_a_signed_agreement(world: World) -> None:
    """The agreement keeps the rates that its client saw when the tier was picked."""
    rate = TaxRate.objects.create(business=world.business, name="VAT", percent=Decimal("7"))
    agreement = world.picked(world.proposal(world.client(withholding_percent=Decimal(3))))
    rate.percent = Decimal("10")
    rate.save()
    assert (agreement.tax_mode, agreement.taxes, agreement.withholding_percent) == (
        "exclusive",
        [VAT],
        3,
    )
    agreement.refresh_from_db()
    assert frozen_terms.terms_hash(agreement.tier, agreement.terms) == agreement.terms_hash


# Thailand: 30,000 + 7 % = 32,100; 31,200 arrive, and a certificate for 900


def test_a_thai_client_withholds_three_percent_of_the_price_before_tax(world: World) -> None:
    invoice = world.billed(**THAI)
    assert (invoice.subtotal, invoice.tax, invoice.total) == (30_000_00, 2_100_00, 32_100_00)
    assert invoice.withholding == owing.withholding_allowed(invoice) == 900_00


def test_an_invoice_paid_less_the_withheld_tax_is_not_underpaid(world: World) -> None:
    invoice = world.billed(**THAI)
    arrives(invoice, 31_200_00)
    certificate = WithholdingCertificate.objects.get()
    assert (certificate.invoice, certificate.amount, certificate.state) == (invoice, 900_00, "owed")
    assert state(invoice) == ("open", "sent")
    row = Invoice.objects.select_related("collection").get().collection
    assert (row.next_at, row.reason) == (None, "")
    assert transfers.send_reminders(now=NOW.replace(year=2027)) == 0
    assert not find_contradictions(NOW)


def test_the_certificate_settles_the_invoice(world: World) -> None:
    invoice = world.billed(**THAI)
    arrives(invoice, 31_200_00)
    certificate = receive(WithholdingCertificate.objects.get())
    assert (certificate.state, certificate.number, certificate.received_on) == (
        "received",
        "50ทวิ 7",
        TODAY,
    )
    assert state(invoice) == ("paid", "done")
    assert sorted((row.by, row.amount) for row in invoice.allocations.all()) == [
        ("certificate", 900_00),
        ("payment", 31_200_00),
    ]
    booked = JournalEntry.objects.get(kind="certificate")
    assert (booked.debit, booked.credit, booked.amount) == ("withheld", "receivable", 900_00)
    assert OutboxEmail.objects.filter(kind="receipt").count() == 1
    assert not find_contradictions(NOW)


def test_a_late_certificate_can_be_requested_once_a_day(world: World) -> None:
    arrives(world.billed(**THAI), 31_200_00)
    certificate = WithholdingCertificate.objects.get()
    for hour in (1, 2, 23):
        transfers.request_certificate(certificate=certificate, now=NOW.replace(hour=hour))
    transfers.request_certificate(certificate=certificate, now=NOW.replace(day=3))
    assert OutboxEmail.objects.filter(kind="certificate_owed").count() == 2


def test_a_certificate_is_booked_once(world: World) -> None:
    arrives(world.billed(**THAI), 31_200_00)
    certificate = receive(WithholdingCertificate.objects.get())
    with pytest.raises(NotOpen):
        receive(certificate)
    assert JournalEntry.objects.filter(kind="certificate").count() == 1


@pytest.mark.parametrize(("first", "second"), [(10_000_00, 21_200_00), (31_199_99, 1)])
def test_two_transfers_that_leave_only_the_withheld_tax_make_the_certificate_owed(
    world: World, first: int, second: int
) -> None:
    invoice = world.billed(**THAI)
    arrives(invoice, first)
    assert not WithholdingCertificate.objects.exists()
    arrives(invoice, second, "line 2")
    assert WithholdingCertificate.objects.get().amount == 900_00


def test_one_satang_less_is_underpaid_and_reminded(world: World) -> None:
    invoice = world.billed(**THAI)
    arrives(invoice, 31_199_99)
    assert not WithholdingCertificate.objects.exists()
    assert owing.amount_owed(invoice) == 900_01
    assert Invoice.objects.select_related("collection").get().collection.next_at


def test_client_credit_leaves_the_withheld_tax_to_its_certificate(world: World) -> None:
    first, later = world.billed(**THAI), NOW + timedelta(days=30)
    run_billing(now=later, door="test")
    arrives(first, 70_000_00)
    second = Invoice.objects.latest("seq")
    spent = apply_credit.apply_credit(client=first.client, currency="THB", now=later)
    assert (spent, owing.amount_owed(second)) == (31_200_00, 900_00)
    assert WithholdingCertificate.objects.get(invoice=second).state == "owed"


def test_a_full_transfer_pays_the_invoice_without_a_certificate(world: World) -> None:
    invoice = world.billed(**THAI)
    arrives(invoice, 32_100_00)
    assert not WithholdingCertificate.objects.exists()
    assert state(invoice) == ("paid", "done")


def test_a_certificate_after_the_invoice_was_paid_in_full_becomes_credit(
    world: World,
) -> None:
    """32,100 were transferred and 900 were paid to the tax office for the client."""
    invoice = world.billed(**THAI)
    arrives(invoice, 31_200_00)
    arrives(invoice, 900_00, "line 2")
    assert state(invoice) == ("paid", "done")
    receive(WithholdingCertificate.objects.get())
    assert ledger.client_credit(invoice.client_id, "THB") == 900_00
    assert not find_contradictions(NOW)


def test_a_transfer_of_part_of_the_withheld_tax_leaves_the_rest_to_the_certificate(
    world: World,
) -> None:
    invoice = world.billed(**THAI)
    arrives(invoice, 31_200_00)
    arrives(invoice, 300_00, "line 2")
    receive(WithholdingCertificate.objects.get())
    assert state(invoice) == ("paid", "done")
    assert ledger.client_credit(invoice.client_id, "THB") == 300_00
    assert not find_contradictions(NOW)


def test_a_certificate_for_a_written_off_or_void_invoice_becomes_credit(world: World) -> None:
    for correct, credit in (
        (cancel_invoice.write_off_invoice, 900_00),
        (cancel_invoice.void_invoice, 32_100_00),
    ):
        invoice = world.billed(client=world.client(), **THAI)
        arrives(invoice, 31_200_00, f"line {correct.__name__}")
        correct(invoice=invoice, reason="R", actor="Nan", now=NOW)
        receive(WithholdingCertificate.objects.get(invoice=invoice))
        assert ledger.client_credit(invoice.client_id, "THB") == credit
    assert not find_contradictions(NOW)


def test_less_tax_is_withheld_from_an_invoice_that_was_reduced(world: World) -> None:
    """A third is credited: 21,400 are owed, of which 600 may be withheld."""
    invoice = world.billed(**THAI)
    reduce_invoice(invoice=invoice, amount=10_700_00, reason="R", actor="Nan", now=NOW)
    assert owing.withholding_allowed(invoice) == 600_00
    arrives(invoice, 20_800_00)
    assert WithholdingCertificate.objects.get().amount == 600_00
    receive(WithholdingCertificate.objects.get())
    assert state(invoice) == ("paid", "done")
    assert not find_contradictions(NOW)


def test_the_withheld_part_of_a_transfer_is_not_charged_to_the_clients_card(
    world: World,
) -> None:
    invoice = world.billed(**THAI | {"collect_by": "card"})
    arrives(invoice, 31_200_00)
    world.card(invoice.client)
    run_billing(now=NOW, door="test")
    assert not invoice.charges.exists()
    assert state(invoice) == ("open", "sent")
    receive(WithholdingCertificate.objects.get())
    assert state(invoice) == ("paid", "done")
    assert not find_contradictions(NOW)


# The receipt is the tax invoice


def test_if_tax_is_due_on_payment_receipts_are_numbered_in_their_own_series(
    world: World,
) -> None:
    before = world.billed(client=world.client("A"))
    world.business.tax_on_payment = True
    world.business.save()
    after = [world.billed(client=world.client(name), taxes=[VAT]) for name in "BC"]
    assert before.payments.get().receipt_number == "RC-2026-0001"
    assert [row.payments.get().receipt_number for row in after] == ["TX-2026-0001", "TX-2026-0002"]
    assert {row.kind: row.last for row in Series.objects.all()} == {
        "invoice": 3,
        "receipt": 1,
        "tax_receipt": 2,
    }
    assert not find_contradictions(NOW)


def test_each_part_payment_has_its_own_tax_receipt(world: World) -> None:
    world.business.tax_on_payment = True
    world.business.save()
    invoice = world.billed(**THAI)
    arrives(invoice, 10_000_00)
    arrives(invoice, 21_200_00, "line 2")
    assert sorted(row.receipt_number for row in Payment.objects.all()) == [
        "TX-2026-0001",
        "TX-2026-0002",
    ]


# Credit notes


def test_a_credit_note_reduces_each_tax_in_proportion(world: World) -> None:
    invoice = world.billed(amount=10_000_00, taxes=[VAT, CITY])
    note, _ = refund.refund_invoice(
        invoice=invoice, amount=invoice.total // 2, reason="R", actor="Nan", to_card=False, now=NOW
    )
    assert [tax["amount"] for tax in note.taxes] == [350_00, 498_75]
    moved = {
        (row.debit, row.credit): row.amount
        for row in JournalEntry.objects.filter(kind="credit_note")
    }
    assert moved == {("revenue", "credit"): note.subtotal, ("tax", "credit"): 848_75}
