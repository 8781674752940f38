"""A transfer that was recorded by mistake is taken back by rows that say so (rule 44)."""

from datetime import timedelta

import pytest
from django.db.models import Sum

from billing.bank_transfer import take_back, transfers
from billing.books import asking, client_statement, ledger
from billing.books.invariants import find_contradictions
from billing.charging import refund
from billing.models import Invoice, JournalEntry, Payment, PaymentReversal, WithholdingCertificate
from billing.rules.errors import NotOpen, NotOwed
from billing.runs.billing_run import run_billing
from billing.tests.by_transfer import THAI, arrives, state
from tests.world import NOW, World


def taken_back(payment: Payment) -> PaymentReversal:
    fresh = Payment.objects.select_related("invoice").get(pk=payment.pk)
    return take_back.take_back_payment(payment=fresh, reason="Typed wrong", actor="Nan", now=NOW)


def balance(account: str) -> int:
    debit = JournalEntry.objects.filter(debit=account).aggregate(sum=Sum("amount"))["sum"] or 0
    credit = JournalEntry.objects.filter(credit=account).aggregate(sum=Sum("amount"))["sum"] or 0
    return int(debit - credit)


def test_everything_stands_as_before_and_both_rows_are_kept(thai: World) -> None:
    invoice = thai.billed(**THAI)
    payment = arrives(invoice, 99_999_99)
    reversal = taken_back(payment)
    assert (reversal.applied, reversal.beyond) == (32_100_00, 67_899_99)
    assert state(invoice) == ("open", "sent")
    asked = asking.asked_of(Invoice.objects.get(pk=invoice.pk), now=NOW)
    assert (asked.to_pay, asked.withheld, asked.paid) == (31_200_00, 900_00, 0)
    assert ledger.client_credit(invoice.client_id, "THB") == 0
    assert (balance("cash"), balance("tax"), balance("deferred")) == (0, 0, -2_100_00)
    statement = client_statement.statement_entries(invoice.client)
    assert [row.amount for row in statement] == [32_100_00, -99_999_99, 99_999_99]
    assert client_statement.totals_by_month(thai.business)[0].received == 0
    assert not find_contradictions(NOW)


def test_the_same_transfer_can_be_recorded_again_and_pays(thai: World) -> None:
    invoice = thai.billed(**THAI)
    taken_back(arrives(invoice, 3_120_00))
    again = arrives(invoice, 31_200_00)
    assert again.amount == 31_200_00
    assert WithholdingCertificate.objects.get().is_owed
    taken_back(again)
    assert not WithholdingCertificate.objects.get().is_owed
    arrives(invoice, 31_200_00)
    assert WithholdingCertificate.objects.get().is_owed
    assert not find_contradictions(NOW)


def test_reminders_go_on_after_it(thai: World) -> None:
    invoice = thai.billed(**THAI)
    taken_back(arrives(invoice, 32_100_00))
    assert transfers.send_reminders(now=NOW + timedelta(days=9)) == 1
    assert state(invoice) == ("open", "sent")


def test_a_payment_is_taken_back_once(thai: World) -> None:
    payment = arrives(thai.billed(**THAI), 32_100_00)
    taken_back(payment)
    with pytest.raises(NotOpen):
        taken_back(payment)


def test_credit_that_was_spent_meanwhile_is_not_taken(world: World) -> None:
    invoice = world.billed(collect_by="transfer", card="")
    payment = arrives(invoice, 4_000_00)
    run_billing(now=NOW + timedelta(days=30), door="test")
    with pytest.raises(NotOwed):
        taken_back(payment)


def test_what_was_refunded_or_charged_is_not_taken_back(world: World) -> None:
    by_card = world.billed(client=world.client("A"))
    with pytest.raises(NotOpen):
        taken_back(by_card.payments.get())
    invoice = world.billed(client=world.client("B"), collect_by="transfer", card="")
    payment = arrives(invoice, 3_000_00)
    refund.refund_invoice(
        invoice=invoice, amount=1_00, reason="R", actor="Nan", to_card=True, now=NOW
    )
    with pytest.raises(NotOpen):
        taken_back(payment)


def test_a_card_is_not_charged_before_a_person_decides(world: World) -> None:
    invoice = world.billed(card="insufficient_funds")
    arrives(invoice, 3_000_00)
    run_billing(now=NOW + timedelta(hours=1), door="test")
    assert state(invoice) == ("paid", "done")
    taken_back(invoice.payments.get())
    run_billing(now=NOW + timedelta(days=2), door="test")
    assert state(invoice) == ("open", "dunning")
    assert not find_contradictions(NOW + timedelta(days=2))
