"""An invoice that was charged in part is never charged again: the rest is transferred (rule 46)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from agreements.models import Period
from agreements.running.periods import open_due
from billing.bank_transfer import take_back, transfers
from billing.books import asked_words, owing, queries
from billing.books.invariants import find_contradictions
from billing.charging import cancel_invoice
from billing.charging.issue import issue_invoices
from billing.charging.resolve import resolve_charges
from billing.charging.retry import retry_now, retry_on
from billing.gateways.sandbox.models import SandboxIntent
from billing.invoices import compose_invoice
from billing.models import BankDetails, Charge, Collection, FoundObject, Invoice, Payment
from billing.rules.asking import PART_PAID, RETURNED, Step
from billing.rules.errors import NothingToRetry
from billing.runs.billing_run import run_billing
from core.models import OutboxEmail, SetAside
from core.outbox.emails import send_due
from tests.world import NOW, World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PART, REST = 2_000_00, 1_000_00  # US dollars, of an invoice over 3,000.00
THERE: dict[str, Any] = {"handle": "pi_old", "amount": PART, "currency": "USD"}
ACCOUNT = "DE89 3704 0044 0532 0130 00"


def part_paid(world: World) -> Invoice:
    """An invoice that was issued again after a restore; less was charged for it than it asks."""
    agreement = world.signed(card="succeeds")
    open_due(now=NOW)
    reference = str(compose_invoice.reference_of(Period.objects.get(agreement=agreement)))
    SandboxIntent.objects.create(
        **THERE, prepare_key="old", invoice_ref=reference, status="succeeded"
    )
    FoundObject.objects.create(
        **THERE,
        business=world.business,
        gateway="sandbox",
        reference=reference,
        outcome="succeeded",
        found_at=NOW,
    )
    run_billing(now=NOW, door="test")
    resolve_charges(now=NOW + HOUR)
    return Invoice.objects.get(agreement=agreement)


def fresh(invoice: Invoice) -> Invoice:
    related = ("collection", "agreement", "client", "business")
    return Invoice.objects.select_related(*related).get(pk=invoice.pk)


def bank(world: World) -> None:
    BankDetails.objects.create(
        business=world.business, holder="Studio", account=ACCOUNT.replace(" ", "")
    )


def transferred(invoice: Invoice, amount: int) -> None:
    transfers.record_transfer(
        invoice=invoice,
        amount=amount,
        on=NOW.date(),
        reference=f"T {amount}",
        actor="Nan",
        now=NOW + DAY,
    )


def is_left_to_its_owner(invoice: Invoice, at: Any) -> None:
    """Billing runs, charges nothing and stumbles over nothing; the invoice waits for a person."""
    run_billing(now=at, door="test")
    resolve_charges(now=at + HOUR)
    row = Collection.objects.get(invoice=invoice)
    assert (row.state, row.reason) == ("dunning", PART_PAID)
    assert Charge.objects.filter(invoice=invoice).count() == 1
    assert not SetAside.objects.open().exists()
    assert find_contradictions(at + HOUR) == []


@pytest.mark.parametrize(
    "retry",
    [
        lambda row: retry_now(collection=row, actor="Nan", now=NOW + DAY),
        lambda row: retry_on(
            collection=row, until=(NOW + 2 * DAY).date(), actor="Nan", now=NOW + DAY
        ),
    ],
    ids=["now", "on a later day"],
)
def test_whoever_tries_to_charge_the_rest_is_told_what_is_possible(
    world: World, retry: Callable[[Collection], Any]
) -> None:
    invoice = part_paid(world)
    with pytest.raises(NothingToRetry, match="transfer"):
        retry(fresh(invoice).collection)
    is_left_to_its_owner(invoice, NOW + 3 * DAY)


def test_a_new_card_is_neither_announced_nor_used_for_the_rest(world: World) -> None:
    invoice = part_paid(world)
    assert queries.amounts_for_new_card(invoice.client, now=NOW + DAY) == []
    world.card(invoice.client, "succeeds", NOW + DAY)
    assert fresh(invoice).collection.state == "dunning", "nothing is made due"
    is_left_to_its_owner(invoice, NOW + 2 * DAY)


def test_the_rest_can_be_lowered_below_what_a_card_can_be_charged(world: World) -> None:
    invoice = part_paid(world)
    cancel_invoice.reduce_invoice(
        invoice=invoice, amount=REST - 1, reason="R", actor="Nan", now=NOW + DAY
    )
    assert owing.amount_owed(fresh(invoice)) == 1
    is_left_to_its_owner(invoice, NOW + 2 * DAY)


def test_an_invoice_whose_rest_is_already_to_be_charged_goes_back_to_its_owner(
    world: World,
) -> None:
    """Earlier versions made it due: no run could charge it, and each set it aside."""
    invoice = part_paid(world)
    Collection.objects.filter(invoice=invoice).update(state="ready", reason="", next_at=NOW)
    is_left_to_its_owner(invoice, NOW + DAY)


def test_transfers_pay_the_rest_and_only_what_is_missing_stays_open(world: World) -> None:
    invoice = part_paid(world)
    transferred(invoice, REST // 4)
    is_left_to_its_owner(invoice, NOW + DAY)
    transferred(invoice, REST * 3 // 4)
    assert fresh(invoice).state == "paid"
    assert fresh(invoice).collection.state == "done"
    assert find_contradictions(NOW + 2 * DAY) == []


def test_a_transfer_that_is_taken_back_leaves_the_rest_to_the_owner_again(world: World) -> None:
    invoice = part_paid(world)
    transferred(invoice, REST)
    take_back.take_back_payment(
        payment=Payment.objects.get(gateway="transfer"), reason="R", actor="Nan", now=NOW + DAY
    )
    is_left_to_its_owner(invoice, NOW + 2 * DAY)


@pytest.mark.parametrize("close", [cancel_invoice.void_invoice, cancel_invoice.write_off_invoice])
def test_the_owner_closes_what_is_not_transferred(world: World, close: Any) -> None:
    invoice = part_paid(world)
    close(invoice=invoice, reason="R", actor="Nan", now=NOW + DAY)
    assert fresh(invoice).state in ("void", "written_off")
    assert fresh(invoice).collection.state == "done"
    assert find_contradictions(NOW + 2 * DAY) == []


def test_a_part_that_is_taken_while_the_invoice_is_being_voided_is_booked(world: World) -> None:
    world.signed(card="succeeds")
    open_due(now=NOW)
    assert issue_invoices(now=NOW) == 1
    invoice = Invoice.objects.get()
    SandboxIntent.objects.create(
        **THERE, prepare_key="old", invoice_ref=str(invoice.reference), status="succeeded"
    )
    Collection.objects.update(handle=THERE["handle"], amount=PART)
    cancel_invoice.void_invoice(invoice=invoice, reason="R", actor="Nan", now=NOW)
    resolve_charges(now=NOW)
    assert Payment.objects.get().amount == PART
    is_left_to_its_owner(invoice, NOW + DAY)


def test_the_owner_reads_what_is_possible_and_sees_no_button_that_cannot_work(
    world: World,
) -> None:
    invoice = part_paid(world)
    status = asked_words.status_of(fresh(invoice), now=NOW + DAY)
    assert status.asked.step == Step.REST
    browser = Browser()
    browser.force_login(world.business.owner)
    page = browser.get(reverse("dashboard:invoice", args=[invoice.pk])).content.decode()
    assert "$2,000 is paid and $1,000 is still open" in page
    assert "record the payment" in page
    assert "where clients transfer to" in page, "no account is entered yet"
    for address in ("invoice_retry", "invoice_postpone"):
        assert reverse(f"dashboard:{address}", args=[invoice.pk]) not in page
    assert "Charge again now" not in browser.get(reverse("dashboard:todo")).content.decode()
    assert "cannot be charged" in browser.get(reverse("dashboard:home")).content.decode()
    email = OutboxEmail.objects.get(kind="part_paid")
    assert "$1,000 is still open" in email.text
    assert f"/invoices/{invoice.pk}/" in email.text


def test_the_client_reads_how_to_transfer_the_rest(world: World) -> None:
    bank(world)
    invoice = part_paid(world)
    send_due(now=NOW + HOUR)
    receipt = OutboxEmail.objects.get(kind="receipt")
    assert "$1,000 is still open and is not charged" in receipt.text
    assert ACCOUNT in receipt.text
    assert "nothing for you to do" not in receipt.text
    status = asked_words.status_of(fresh(invoice), now=NOW + DAY)
    assert not status.asked.needs_card
    assert "by bank transfer" in status.client_text


def test_a_returned_part_can_be_charged_again(world: World) -> None:
    """A bank that took the part back leaves no charge that would forbid another one."""
    invoice = part_paid(world)
    Charge.objects.filter(invoice=invoice).update(state="returned")
    Collection.objects.filter(invoice=invoice).update(reason=RETURNED)
    retry_now(collection=fresh(invoice).collection, actor="Nan", now=NOW + DAY)
    assert Collection.objects.get(invoice=invoice).state == "ready"
