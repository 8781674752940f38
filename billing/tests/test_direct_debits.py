"""Direct debits are paid after days, and can be returned after they were paid (rule 53)."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from agreements.models import Agreement
from billing.books import asked_words, asking
from billing.books.invariants import find_contradictions
from billing.charging import cancel_invoice, refund, retry, saved_cards
from billing.charging.collect import collect
from billing.charging.reconcile import reconcile
from billing.charging.resolve import resolve_charges
from billing.gateways import accounts
from billing.gateways.sandbox.gateway import contest
from billing.gateways.sandbox.ledger import PretendedProcessor
from billing.gateways.sandbox.models import SandboxDispute
from billing.models import (
    Charge,
    Dispute,
    Invoice,
    JournalEntry,
    Payment,
    PaymentMethod,
    PaymentReversal,
)
from billing.recovery import compare
from billing.rules.asking import Step, Way
from billing.rules.method_kinds import MethodKind, debits_in, expected_on
from billing.runs.billing_run import run_billing
from billing.tests.test_disputes import look
from core.models import OutboxEmail
from tests.world import NOW, World


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let days pass at the bank."""

    def pass_days(days: int) -> datetime:
        monkeypatch.setattr(
            PretendedProcessor, "clock", lambda self: timezone.now() + timedelta(days=days)
        )
        return NOW + timedelta(days=days)

    return pass_days


def debited(world: World, behaviour: str = "debit_succeeds", **fields: Any) -> Invoice:
    """An invoice in euro whose direct debit was sent to the bank."""
    return world.billed(card=behaviour, **{"currency": "EUR"} | fields)


def fresh(invoice: Invoice) -> Invoice:
    return Invoice.objects.select_related("collection", "agreement").get(pk=invoice.pk)


def returned(world: World, later: Any) -> Invoice:
    """A paid direct debit that the bank has returned; the daily comparison has found it."""
    invoice = debited(world, "debit_returns")
    resolve_charges(now=later(4))
    assert fresh(invoice).state == "paid"
    assert reconcile(now=later(9)) == []
    return fresh(invoice)


def mails(kind: str) -> list[str]:
    return sorted(OutboxEmail.objects.filter(kind=kind).values_list("to", flat=True))


# On its way


def test_a_direct_debit_is_on_its_way_until_the_bank_has_paid_it(world: World, later: Any) -> None:
    invoice = debited(world)
    assert Charge.objects.get().state == "processing"
    for days in (1, 2):
        now = later(days)
        assert run_billing(now=now, door="test").charged == 0
        resolve_charges(now=now)
    asked = asking.asked_of(fresh(invoice), now=NOW)
    assert (asked.step, asked.way, asked.on) == (Step.ON_ITS_WAY, Way.DEBIT, date(2026, 11, 10))
    assert asked.to_pay == invoice.total
    assert not Payment.objects.exists()
    assert not OutboxEmail.objects.exclude(kind="invoice").exists()
    resolve_charges(now=later(4))
    assert fresh(invoice).state == "paid"
    assert len(mails("receipt")) == 1
    assert Payment.objects.get().method_label == "SEPA Direct Debit ···· 3000"
    assert find_contradictions(later(4)) == []


def test_while_it_is_on_its_way_nothing_else_can_charge_the_invoice(
    world: World, later: Any
) -> None:
    invoice = debited(world)
    world.card(invoice.client)  # another method is saved meanwhile
    assert run_billing(now=later(1), door="test").charged == 0
    with pytest.raises(Exception, match="nothing to try again"):
        retry.retry_now(collection=fresh(invoice).collection, actor="Nan", now=later(1))
    charge = Charge.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Charge.objects.create(
            business=charge.business,
            collection=charge.collection,
            invoice=charge.invoice,
            n=2,
            method=charge.method,
            currency="EUR",
            amount=1,
            sent_at=NOW,
        )


def test_one_that_is_being_cancelled_stays_paid_if_the_bank_pays_it(
    world: World, later: Any
) -> None:
    invoice = debited(world)
    cancel_invoice.void_invoice(invoice=invoice, reason="R", actor="Nan", now=NOW)
    resolve_charges(now=later(1))
    assert fresh(invoice).state == "open"
    resolve_charges(now=later(4))
    assert fresh(invoice).state == "paid"
    assert mails("paid_not_cancelled") == [world.business.owner.email]


# Refused


def test_an_account_without_money_is_debited_twice_more_at_most(world: World, later: Any) -> None:
    invoice = debited(world, "debit_fails")
    for days in range(1, 25):
        collect(now=later(days))
        resolve_charges(now=later(days))
    assert [charge.state for charge in Charge.objects.order_by("n")] == ["failed"] * 3
    asked = asking.asked_of(fresh(invoice))
    assert (asked.step, asked.reason) == (Step.SAVE_CARD, "insufficient_funds")
    texts = OutboxEmail.objects.filter(kind="charge_failed")
    assert texts.filter(to="ploy@baan.example").count() == 3


# Returned


def test_a_late_return_opens_the_invoice_again(world: World, later: Any) -> None:
    invoice = returned(world, later)
    assert (invoice.state, invoice.collection.state) == ("open", "dunning")
    asked = asking.asked_of(invoice)
    assert (asked.to_pay, asked.paid, asked.reason) == (invoice.total, 0, "returned")
    reversal, payment = PaymentReversal.objects.get(), Payment.objects.get()
    assert (reversal.payment, reversal.amount) == (payment, payment.amount)
    assert Charge.objects.get().state == "returned"
    assert Dispute.objects.get().state == "returned"
    rows = JournalEntry.objects.filter(kind="reversal").values_list("debit", "credit", "amount")
    assert list(rows) == [("receivable", "cash", invoice.total)]
    assert mails("payment_returned") == sorted(["ploy@baan.example", world.business.owner.email])
    assert find_contradictions(later(9)) == []
    look(invoice)  # a webhook tells of it once more, and the list names it again
    assert reconcile(now=later(10)) == []
    assert PaymentReversal.objects.count() == 1
    assert mails("payment_returned") == sorted(["ploy@baan.example", world.business.owner.email])


def test_nothing_is_charged_for_it_until_a_person_has_decided(world: World, later: Any) -> None:
    invoice = returned(world, later)
    for days in range(10, 30):
        assert collect(now=later(days)) == 0
    world.card(invoice.client, now=later(30))
    assert collect(now=later(30)) == 1
    invoice = fresh(invoice)
    assert invoice.state == "paid"
    payments = invoice.payments.order_by("created_at")
    assert [row.after_returns for row in payments] == [0, 1]
    assert find_contradictions(later(30)) == []
    assert reconcile(now=later(30)) == []


def test_what_was_returned_is_not_taken_for_money_that_the_books_have_lost(
    world: World, later: Any
) -> None:
    """Comparing after the database went back finds the object, which no collection has any more."""
    invoice = returned(world, later)
    compare.compare(now=later(10))
    assert not compare.open_objects().exists()
    world.card(invoice.client, now=later(10))
    assert collect(now=later(10)) == 1
    assert fresh(invoice).state == "paid"


def test_the_database_allows_one_charged_payment_after_each_return(
    world: World, later: Any
) -> None:
    invoice = returned(world, later)
    payment = Payment.objects.get()
    charge = Charge.objects.get()
    charge.pk, charge.n, charge.state = None, 2, "failed"
    charge.save(force_insert=True)
    payment.pk, payment.charge = None, charge
    payment.reference, payment.receipt_number, payment.seq = "other", "other", 99
    with pytest.raises(IntegrityError, match=r"after_returns|one_charged_payment_per_return"):
        payment.save(force_insert=True)
    assert invoice.state == "open"


def test_a_bank_that_holds_the_money_first_ends_in_the_same_books(world: World, later: Any) -> None:
    invoice = debited(world)
    resolve_charges(now=later(4))
    invoice = fresh(invoice)
    contest(invoice.collection.handle or "", reason="debit_not_authorized")
    look(invoice)
    assert fresh(invoice).state == "paid"
    SandboxDispute.objects.update(status="lost")
    look(invoice)
    assert (fresh(invoice).state, Dispute.objects.get().state) == ("open", "returned")
    assert find_contradictions(later(4)) == []


def test_what_was_refunded_before_its_return_is_a_loss_for_a_person(
    world: World, later: Any
) -> None:
    invoice = debited(world, "debit_returns")
    resolve_charges(now=later(4))
    refund.refund_invoice(
        invoice=fresh(invoice), amount=100, reason="R", actor="Nan", to_card=True, now=later(4)
    )
    refund.carry_out_refunds(now=later(4))
    assert reconcile(now=later(9)) == []
    assert (fresh(invoice).state, Dispute.objects.get().state) == ("paid", "lost")
    assert find_contradictions(later(9)) == []


# Offered


def test_a_scheme_is_offered_where_the_account_and_every_currency_can_take_it(
    world: World,
) -> None:
    client = world.running(card="", currency="EUR").client
    assert saved_cards.debits_for(client) == [MethodKind.SEPA]
    world.business.debits_on = False
    world.business.save()
    client.business.refresh_from_db()
    assert saved_cards.debits_for(client) == []
    client.business.debits_on = True
    world.running(client, card="", currency="USD")
    assert saved_cards.debits_for(client) == []
    assert debits_in(["GBP"], ["sepa_debit"]) == []
    assert debits_in(["USD"], list(MethodKind)) == [MethodKind.ACH]
    assert debits_in([], list(MethodKind)) == []


def test_an_account_is_never_debited_in_another_currency(world: World, later: Any) -> None:
    invoice = debited(world)
    dollars = world.running(invoice.client, card="", currency="USD")
    run_billing(now=NOW, door="test")
    other = Invoice.objects.get(agreement=dollars)
    assert not Charge.objects.filter(invoice=other).exists()
    status = asked_words.status_of(fresh(other), now=NOW)
    assert "cannot be debited in this currency" in status.client_text
    assert mails("card_needed") == ["ploy@baan.example"]


def test_a_saved_account_does_not_expire_and_keeps_its_kind(world: World) -> None:
    agreement = world.running(card="debit_succeeds", currency="EUR")
    method = PaymentMethod.objects.get(client=agreement.client)
    assert (method.kind, method.expires_on, method.is_debit) == ("sepa_debit", None, True)
    assert not saved_cards.runs_out(method, date(2099, 1, 1))
    assert Agreement.objects.get().pk == agreement.pk
    assert accounts.debits_of(world.business) == [MethodKind.SEPA, MethodKind.BACS]


@pytest.mark.parametrize(
    ("kind", "sent", "day"),
    [
        ("sepa_debit", date(2026, 11, 2), date(2026, 11, 10)),
        ("bacs_debit", date(2026, 11, 6), date(2026, 11, 12)),
        ("us_bank_account", date(2026, 11, 7), date(2026, 11, 12)),
    ],
)
def test_the_expected_day_counts_working_days(kind: str, sent: date, day: date) -> None:
    assert expected_on(kind, sent) == day
