"""Emails about money: invoices, receipts, declined cards, transfers, refunds and disputes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from agreements.rules.terms import CollectBy
from billing.bank_transfer import transfers
from billing.charging import cancel_invoice, gateway_events, issue_one_off, refund, resolve, settle
from billing.charging.elsewhere import cards
from billing.charging.resolve import resolve_charges
from billing.emails import upcoming_charges
from billing.gateways.base import GatewayObject, GatewayUnknown, Outcome
from billing.gateways.sandbox.gateway import Sandbox, contest, refund_there
from billing.gateways.sandbox.models import (
    SandboxCard,
    SandboxDispute,
    SandboxIntent,
    SandboxRefund,
)
from billing.invoices.one_off import Order
from billing.models import BankDetails, Invoice, PaymentMethod, WithholdingCertificate
from billing.models.unpaid import UnpaidAction
from billing.runs import daily_audit, unpaid_periods
from billing.runs.billing_run import run_billing
from clients import client_records
from core.models import OutboxEmail
from core.models.notification import Event, Hears
from core.outbox import worded_kinds
from core.system import rows_set_aside
from tests import gateways
from tests.golden.stage import TODAY, Stage, a_running_period, case
from tests.world import NOW


def by_transfer(stage: Stage, **fields: Any) -> Invoice:
    return stage.billed(collect_by="transfer", card="", **fields)


def arrives(invoice: Invoice, amount: int, reference: str = "line 1") -> None:
    transfers.record_transfer(
        invoice=invoice, amount=amount, on=TODAY, reference=reference, actor="Nan", now=NOW
    )


@contextmanager
def answering(bank: Sandbox) -> Iterator[None]:
    """Answer every call to the sandbox with this gateway instead."""
    with gateways.registered(gateways.kind("sandbox", lambda: bank)):
        yield


class Deaf(Sandbox):
    """Says nothing of what became of a charge."""

    def lookup(self, handle: str) -> GatewayObject:
        raise GatewayUnknown("no answer")


@case("receipt")
def a_card_is_charged(stage: Stage) -> None:
    stage.billed(taxes=stage.taxes)


def an_invoice_to_transfer(stage: Stage) -> None:
    stage.invoice = by_transfer(stage, taxes=stage.taxes, withholding_percent=Decimal(3))


def a_charge_without_an_answer(stage: Stage) -> None:
    stage.invoice = stage.billed(card="lost_answer")


@case("receipt", variant="transfer", begins=an_invoice_to_transfer)
def a_transfer_arrives(stage: Stage) -> None:
    arrives(stage.invoice, stage.invoice.total)


@case("receipt", variant="part", begins=an_invoice_to_transfer)
def a_part_of_it_arrives(stage: Stage) -> None:
    arrives(stage.invoice, stage.invoice.total // 3)


@case("invoice")
def an_invoice_is_to_be_transferred(stage: Stage) -> None:
    by_transfer(stage, taxes=stage.taxes)


def given_back(stage: Stage, amount: int, *, to_card: bool) -> None:
    """A part of what was paid for the period."""
    why = {"reason": stage.words.reason, "actor": "Nan", "now": NOW}
    refund.refund_invoice(invoice=stage.invoice, amount=amount, to_card=to_card, **why)


@case("invoice", variant="credit", begins=a_running_period)
def credit_pays_the_next_invoice(stage: Stage) -> None:
    given_back(stage, stage.invoice.total, to_card=False)
    run_billing(now=NOW + timedelta(days=30), door="test")


@case("charge_ahead", begins=a_running_period)
def a_charge_is_announced(stage: Stage) -> None:
    upcoming_charges.queue_notices(now=NOW + timedelta(days=26))


def a_direct_debit_on_its_way(stage: Stage) -> None:
    stage.invoice = stage.billed(card="debit_succeeds", currency="EUR")


def bank_says(stage: Stage, **state: str) -> None:
    """Let the bank pay or refuse the direct debit, and learn of it."""
    SandboxIntent.objects.update(**state)
    handle = stage.invoice.collection.handle or ""
    gateway_events.read_gateway_object("sandbox", handle, account=None, now=NOW)


def a_paid_direct_debit(stage: Stage) -> None:
    a_direct_debit_on_its_way(stage)
    bank_says(stage, status="succeeded")


@case("charge_ahead", variant="debit", begins=a_paid_direct_debit)
def a_direct_debit_is_announced(stage: Stage) -> None:
    upcoming_charges.queue_notices(now=NOW + timedelta(days=26))


@case("charge_failed", variant="debit", begins=a_direct_debit_on_its_way)
def a_direct_debit_fails_and_is_tried_again(stage: Stage) -> None:
    bank_says(stage, status="declined", code="insufficient_funds")


@case("charge_failed", variant="debit_final", begins=a_direct_debit_on_its_way)
def a_direct_debit_fails_for_good(stage: Stage) -> None:
    bank_says(stage, status="declined", code="account_closed")


@case("payment_returned", begins=a_paid_direct_debit)
def a_bank_returns_a_direct_debit(stage: Stage) -> None:
    handle = stage.invoice.collection.handle or ""
    contest(handle, reason="debit_not_authorized", status="lost")
    gateway_events.read_gateway_object("sandbox", handle, account=None, now=NOW)


@case("charge_ahead", variant="no_card")
def a_charge_is_announced_where_there_is_no_card(stage: Stage) -> None:
    stage.billed(card="")
    upcoming_charges.queue_notices(now=NOW + timedelta(days=26))


@case("charge_ahead", variant="runs_out", begins=a_running_period)
@case("card_expires", begins=a_running_period)
def a_card_runs_out_before_its_charge(stage: Stage) -> None:
    PaymentMethod.objects.update(expires_on=TODAY)
    upcoming_charges.queue_notices(now=NOW + timedelta(days=26))


@case("card_removed", begins=a_running_period)
def a_card_is_removed_in_the_gateways_dashboard(stage: Stage) -> None:
    SandboxCard.objects.all().delete()
    cards.look_up_cards(now=NOW + timedelta(days=26))


@case("card_needed", variant="debit")
def there_is_neither_a_card_nor_an_account(stage: Stage) -> None:
    stage.billed(card="", currency="EUR")
    run_billing(now=NOW + timedelta(hours=1), door="test")


@case("card_needed")
def there_is_no_card(stage: Stage) -> None:
    stage.billed(card="")
    run_billing(now=NOW + timedelta(hours=1), door="test")


@case("charge_failed")
def a_card_is_declined_and_tried_again(stage: Stage) -> None:
    stage.billed(card="insufficient_funds")


def a_bank_account(stage: Stage) -> None:
    BankDetails.objects.create(
        business=stage.business,
        holder=stage.words.business_legal,
        account="DE89370400440532013000",
    )


@case("charge_failed", variant="transfer_instead")
def a_card_is_declined_and_a_bank_account_is_known(stage: Stage) -> None:
    a_bank_account(stage)
    stage.billed(card="insufficient_funds")


def a_period_unpaid(stage: Stage, action: UnpaidAction) -> Invoice:
    unpaid_periods.set_rule(business=stage.business, agreement=None, after=1, action=action)
    invoice = stage.billed(card="lost_card")
    unpaid_periods.watch(now=NOW + timedelta(days=2))
    return invoice


@case("unpaid_owner", "unpaid_client")
def work_is_paused_if_it_stays_unpaid(stage: Stage) -> None:
    a_period_unpaid(stage, UnpaidAction.PAUSE)


@case("unpaid_owner", variant="ask")
def the_owner_is_asked_about_unpaid_periods(stage: Stage) -> None:
    a_period_unpaid(stage, UnpaidAction.ASK)


@case("unpaid_owner", "unpaid_client", variant="hold")
def billing_is_held_if_it_stays_unpaid(stage: Stage) -> None:
    a_period_unpaid(stage, UnpaidAction.HOLD)


@case("unpaid_paid")
def everything_is_paid_after_work_was_paused(stage: Stage) -> None:
    invoice = a_period_unpaid(stage, UnpaidAction.PAUSE)
    unpaid_periods.watch(now=NOW + timedelta(days=9))
    cancel_invoice.write_off_invoice(
        invoice=invoice, reason="R", actor="Nan", now=NOW + timedelta(days=10)
    )
    resolve_charges(now=NOW + timedelta(days=11))
    unpaid_periods.watch(now=NOW + timedelta(days=11))


@case("invoice", variant="one_off")
def a_one_off_invoice_is_charged_later(stage: Stage) -> None:
    agreement = stage.running()
    order = Order(
        agreement.client, agreement.title, 200_00, "USD", CollectBy.CARD, UUID(int=7), agreement
    )
    order = replace(order, currency=agreement.currency)
    issue_one_off.issue_one_off(
        business=stage.business, order=order, confirmed=False, actor="Nan", now=NOW
    )


@case("charge_failed", variant="final")
def a_card_is_declined_for_good(stage: Stage) -> None:
    stage.billed(card="lost_card")


@case("confirm_charge")
def a_bank_asks_the_client_to_confirm(stage: Stage) -> None:
    stage.billed(card="requires_action")


@case("confirm_charge", variant="no_page", begins=a_charge_without_an_answer)
def a_bank_asks_the_client_to_confirm_and_has_no_page_for_it(stage: Stage) -> None:
    row = stage.invoice.collection
    found = GatewayObject(
        row.handle or "", Outcome.REQUIRES_ACTION, stage.invoice.total, stage.invoice.currency
    )
    settle.settle(row, found, now=NOW)


@case("paid_not_cancelled", begins=a_charge_without_an_answer)
def what_was_to_be_cancelled_is_paid(stage: Stage) -> None:
    cancel_invoice.void_invoice(
        invoice=stage.invoice, reason=stage.words.reason, actor="Nan", now=NOW
    )
    resolve.resolve_charges(now=NOW + timedelta(hours=2))


@case("part_paid", "receipt", variant="rest", begins=a_charge_without_an_answer)
def less_was_charged_before_a_backup_was_restored(stage: Stage) -> None:
    a_bank_account(stage)
    row, invoice = stage.invoice.collection, stage.invoice
    part = invoice.total * 2 // 3
    found = GatewayObject(row.handle or "", Outcome.SUCCEEDED, part, invoice.currency)
    settle.settle(row, found, now=NOW)


@case("still_unknown", begins=a_charge_without_an_answer)
def nobody_knows_what_became_of_a_charge(stage: Stage) -> None:
    with answering(Deaf()):
        resolve.resolve_charges(now=NOW + timedelta(days=2))


def an_invoice_that_cannot_be_made(stage: Stage) -> None:
    stage.running(taxes=[{"name": "VAT"}])
    run_billing(now=NOW, door="test")


@case("set_aside", begins=an_invoice_that_cannot_be_made)
def an_owner_hears_what_was_set_aside(stage: Stage) -> None:
    rows_set_aside._tell_owner(stage.business.pk, NOW)


@case(
    "set_aside_today", begins=an_invoice_that_cannot_be_made, languages=("en",)
)  # to whoever looks after the installation
def administrators_hear_what_was_set_aside(stage: Stage) -> None:
    rows_set_aside._tell_administrators(NOW)


@case("refunded", "credit_note", begins=a_running_period)
def a_part_is_refunded(stage: Stage) -> None:
    given_back(stage, stage.sum(1_000), to_card=True)
    refund.carry_out_refunds(now=NOW)


@case("refunded", variant="copy", begins=a_running_period)
def the_billing_contact_reads_of_a_refund(stage: Stage) -> None:
    client_records.add_contact(
        client=stage.invoice.client,
        name=stage.words.owner,
        email="books@client.example",
        gets_billing=True,
        now=NOW,
    )
    a_part_is_refunded(stage)
    addressed = OutboxEmail.objects.filter(kind="refunded", copy_of=None)
    addressed.update(kind="refunded_addressed")


@case("refund_elsewhere", begins=a_running_period)
def a_part_is_refunded_in_the_gateways_dashboard(stage: Stage) -> None:
    handle = stage.invoice.collection.handle or ""
    refund_there(handle, stage.sum(1_000))
    gateway_events.read_gateway_object("sandbox", handle, account=None, now=NOW)


@case("refund_elsewhere", variant="loss", begins=a_running_period)
def more_is_refunded_in_the_gateways_dashboard_than_was_left(stage: Stage) -> None:
    handle, rest = stage.invoice.collection.handle or "", stage.sum(1_000)
    given_back(stage, stage.invoice.total - rest, to_card=False)
    run_billing(now=NOW + timedelta(days=30), door="test")
    OutboxEmail.objects.all().delete()
    refund_there(handle, 2 * rest)
    gateway_events.read_gateway_object("sandbox", handle, account=None, now=NOW)


@case("refund_stuck", begins=a_running_period)
def a_refund_fails(stage: Stage) -> None:
    class Failing(Sandbox):
        def refund(self, *, handle: str, key: str, amount: int) -> None:
            super().refund(handle=handle, key=key, amount=amount)
            SandboxRefund.objects.filter(key=key).update(status="failed")

    given_back(stage, stage.sum(1_000), to_card=True)
    with answering(Failing()):
        refund.carry_out_refunds(now=NOW)


def contested(stage: Stage, outcome: str) -> None:
    """The cardholder goes to their bank, which decides, or not yet."""
    handle = stage.invoice.collection.handle or ""
    contest(handle)
    for state in (outcome,) if outcome == "inquiry" else dict.fromkeys(("open", outcome)):
        OutboxEmail.objects.all().delete()
        SandboxDispute.objects.update(status=state)
        gateway_events.read_gateway_object("sandbox", handle, account=None, now=NOW)


@case("disputed", variant="open", begins=a_running_period)
def a_payment_is_contested(stage: Stage) -> None:
    contested(stage, "open")


@case("disputed", variant="inquiry", begins=a_running_period)
def a_bank_asks_before_it_takes_money(stage: Stage) -> None:
    contested(stage, "inquiry")


@case("disputed", variant="won", begins=a_running_period)
def a_dispute_is_won(stage: Stage) -> None:
    contested(stage, "won")


@case("disputed", variant="lost", begins=a_running_period)
def a_dispute_is_lost(stage: Stage) -> None:
    contested(stage, "lost")


@case("overdue_client", "overdue_owner", begins=an_invoice_to_transfer)
def a_transfer_does_not_come(stage: Stage) -> None:
    transfers.send_reminders(now=NOW + timedelta(days=9))


@case("certificate_owed", begins=an_invoice_to_transfer)
def a_certificate_does_not_come(stage: Stage) -> None:
    arrives(stage.invoice, stage.invoice.total - stage.invoice.withholding)
    transfers.request_certificate(
        certificate=WithholdingCertificate.objects.get(), now=NOW + timedelta(days=20)
    )


@case(
    "audit", begins=a_running_period, languages=("en",)
)  # to whoever looks after the installation
def the_books_do_not_fit_together(stage: Stage) -> None:
    """The receipt of a payment was never announced: what was written before a case is forgotten."""
    daily_audit.run_audit(now=NOW + timedelta(hours=1))


@case("wording_test")
def a_business_looks_at_its_own_words(stage: Stage) -> None:
    facts = {"business": stage.business, "key": "invoice", "language": stage.language, "now": NOW}
    words = f"{stage.words.reason} {{{{name}}}}: {{{{amount}}}}, {{{{day}}}}"
    worded_kinds.send_test(subject="{{number}} · {{business}}", opening=words, **facts)


@case("first_payment")
def a_client_pays_for_the_first_time(stage: Stage) -> None:
    a_running_period(stage)


@case("payment", begins=a_running_period)
def a_client_pays_again(stage: Stage) -> None:
    stage.hears(Hears.NOW, Event.PAID)
    run_billing(now=NOW + timedelta(days=30), door="test")
