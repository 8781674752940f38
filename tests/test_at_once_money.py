"""Workers, owners and clients act on the same money at once: no gap in numbers, nothing twice."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction

from agreements.changing.amend import AmendmentKind, Change
from agreements.models import Agreement, Amendment, Period
from agreements.running.periods import open_due
from agreements.signing import sign
from billing.bank_transfer import statement_import, transfers
from billing.books import document_numbers
from billing.books.invariants import find_contradictions
from billing.charging import cancel_invoice, collect, issue, refund, retry
from billing.gateways.sandbox.gateway import Sandbox
from billing.gateways.sandbox.models import SandboxCard as Card
from billing.gateways.sandbox.models import SandboxIntent as Intent
from billing.gateways.sandbox.models import SandboxRefund as GivenBack
from billing.invoices import upgrade_invoice
from billing.models import (
    BankStatementLine,
    Collection,
    CreditNote,
    Invoice,
    Payment,
    Refund,
    Series,
)
from billing.models.numbering import SeriesKind
from billing.rules.states import BANK_TRANSFER
from billing.runs.billing_run import run_billing
from core import links
from core.errors import RuleError
from core.models import OutboxEmail
from tests.at_once import at_once, refusals
from tests.factories import BusinessFactory
from tests.world import HERE, NOW, World

LATER = NOW + timedelta(hours=3)
PRICE = 3_000_00


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small batches and a slow gateway, so that others act between any two steps."""
    execute = Sandbox.execute

    def slow(*asked: Any, **more: Any) -> None:
        time.sleep(0.01)
        execute(*asked, **more)

    monkeypatch.setattr(Sandbox, "execute", slow)
    monkeypatch.setattr(collect, "BATCH", 4)
    monkeypatch.setattr(collect, "AHEAD", 8)


def due(studio: World, count: int, card: str = "succeeds", **fields: Any) -> list[Invoice]:
    """Invoices of different clients that were issued and are due to be charged now."""
    for n in range(count):
        studio.running(studio.client(f"Client {n}"), card, **fields)
    open_due(now=NOW)
    issue.issue_invoices(now=NOW)
    return list(Invoice.objects.order_by("seq").select_related("collection"))


def taken() -> Counter[str]:
    """Check that every charge of the gateway is recorded; return how often an invoice was paid."""
    there = Intent.objects.filter(status="succeeded").values_list("handle", "amount")
    here = Payment.objects.exclude(gateway=BANK_TRANSFER).values_list("reference", "amount")
    assert sorted(there) == sorted(here)
    return Counter(Intent.objects.filter(status="succeeded").values_list("invoice_ref", flat=True))


# Numbers


def test_thirty_two_workers_number_a_thousand_invoices_without_a_gap(
    studio: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two workers for each of 16 agreements in four series, with clocks up to two days apart."""
    monkeypatch.setattr(
        issue, "BATCH", 7
    )  # small ones: the workers meet as often as with many more
    monkeypatch.setattr(issue, "AHEAD", 35)
    if (
        connection.vendor == "sqlite"
    ):  # writers get in in no fixed order: one may wait for all the others
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 120)
    worlds = [studio, World(), World(), World()]
    agreements = [world.running(world.client(), card="") for world in worlds for _ in range(4)]
    Period.objects.bulk_create(
        [period for agreement in agreements for period in days(agreement, 63)]
    )
    workers = [
        partial(issue.issue_invoices, now=NOW + timedelta(days=n % 3), only=agreements[n % 16])
        for n in range(32)
    ]
    assert sum(at_once(*workers)) == 16 * 63
    assert not issue.periods_to_invoice(NOW).exists()
    for world in worlds:
        papers = Invoice.objects.filter(business=world.business).order_by("seq")
        seqs, papers_numbers, periods, dates = zip(
            *papers.values_list("seq", "number", "period", "issued_on"), strict=True
        )
        assert list(seqs) == list(range(1, 4 * 63 + 1))
        assert len(set(papers_numbers)) == len(set(periods)) == 4 * 63
        assert list(dates) == sorted(dates)
        assert Series.objects.get(business=world.business).last == 4 * 63
    assert not document_numbers.find_gaps()
    assert not find_contradictions(NOW)


def days(agreement: Agreement, count: int) -> Iterator[Period]:
    """Add one due period for each day."""
    fee = {"due_at": NOW, "currency": "USD", "amount": PRICE, "minutes": 0}
    for n in range(count):
        span = {
            "starts_on": date(2020, 1, 1) + timedelta(n),
            "ends_on": date(2020, 1, 2) + timedelta(n),
        }
        yield Period(business_id=agreement.business_id, agreement=agreement, index=n, **span, **fee)


def test_workers_open_the_series_of_a_new_year_without_blocking_each_other(
    studio: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On New Year's Day no series exists, and workers visit the businesses in different orders."""
    one_by_one = partial(Series.objects.bulk_create, batch_size=1)  # makes a collision certain
    monkeypatch.setattr(Series.objects, "bulk_create", one_by_one)
    businesses = [business.pk for business in BusinessFactory.create_batch(60)]

    def begin(order: Sequence[Any]) -> int:
        with transaction.atomic():
            return len(
                document_numbers.lock_series(
                    dict.fromkeys(order, SeriesKind.INVOICE), dict.fromkeys(order, NOW.date())
                )
            )

    assert at_once(*[partial(begin, order) for order in (businesses, businesses[::-1])]) == [60] * 2
    assert Series.objects.count() == 60


# Charges


@pytest.mark.parametrize("workers", [2, 8])
def test_workers_that_bill_at_once_charge_each_invoice_once(
    studio: World, slowly: None, workers: int
) -> None:
    """Their clocks differ by more than a lease and a look-up, so each considers the others dead."""
    for card in ("succeeds", "lost_answer", "succeeds"):
        for n in range(8):
            studio.running(studio.client(f"{card} {n}"), card)

    def run(n: int) -> None:
        for turn in range(3):
            run_billing(now=NOW + (workers * turn + n) * timedelta(minutes=6), door="test")

    at_once(*[partial(run, n) for n in range(workers)])
    run_billing(now=LATER, door="test")
    assert taken() == {str(row.reference): 1 for row in Invoice.objects.all()}
    assert (
        Invoice.objects.filter(state="paid").count()
        == OutboxEmail.objects.filter(kind="receipt").count()
        == 24
    )
    assert not find_contradictions(LATER)


def test_workers_that_collect_at_once_ask_the_gateway_once_for_each_invoice(
    studio: World, slowly: None
) -> None:
    """With one clock the lease holds: no worker touches an invoice that another works on."""
    invoices = due(studio, 24)
    sent = at_once(*[partial(collect.collect, now=NOW)] * 8)
    assert sum(sent) == 24 == sum(taken().values())
    assert [invoice.charges.count() for invoice in invoices] == [1] * 24
    assert list(Intent.objects.values_list("executions", flat=True)) == [1] * 24
    assert not find_contradictions(NOW)


def test_cancelling_and_charging_at_once_ends_in_one_of_the_two(
    studio: World, slowly: None
) -> None:
    invoices = due(studio, 16)

    def cancel(some: Sequence[Invoice]) -> None:
        for each in some:
            with suppress(RuleError):
                cancel_invoice.void_invoice(invoice=each, reason="R", actor="Nan", now=NOW)

    at_once(
        partial(collect.collect, now=NOW),
        partial(cancel, invoices),
        partial(cancel, invoices[::-1]),
    )
    run_billing(now=LATER, door="test")
    charged = taken()
    for invoice in Invoice.objects.all():
        outcome = (invoice.state, charged[str(invoice.reference)], invoice.credit_notes.count())
        assert outcome in [("paid", 1, 0), ("void", 0, 1)]
    assert not find_contradictions(LATER)


def test_trying_again_at_once_from_several_tabs_is_one_more_charge(
    studio: World, slowly: None
) -> None:
    """The declined card is good now, and the owner retries repeatedly while workers run."""
    invoices = due(studio, 8, "lost_card")
    collect.collect(now=NOW)
    assert {row.state for row in Collection.objects.all()} == {"dunning"}
    Card.objects.update(behaviour="succeeds")

    def press() -> None:
        for invoice in invoices * 10:
            with suppress(RuleError):
                retry.retry_now(collection=invoice.collection, actor="Nan", now=NOW)

    def work() -> None:
        for _ in range(60):
            collect.collect(now=NOW)

    at_once(*[press] * 3, *[work] * 3)
    run_billing(now=LATER, door="test")
    assert taken() == {str(invoice.reference): 1 for invoice in invoices}
    assert {invoice.charges.count() for invoice in invoices} == {2}
    assert not find_contradictions(LATER)


# Refunds and bank transfers


def test_a_refund_asked_for_in_several_tabs_is_given_once(studio: World) -> None:
    """The refund goes to the card or becomes client credit."""
    for n in range(6):
        invoice = studio.billed(client=studio.client(f"Client {n}"))
        asked = {
            "invoice": invoice,
            "amount": PRICE,
            "reason": "R",
            "actor": "Nan",
            "to_card": n % 2 == 0,
        }
        answers = at_once(*[partial(refund.refund_invoice, **asked, now=NOW)] * 4)
        assert refusals(answers) == 3
        assert CreditNote.objects.get(invoice=invoice).total == PRICE
        at_once(*[partial(refund.carry_out_refunds, now=NOW)] * 4)
    assert list(Refund.objects.values_list("state", flat=True)) == ["succeeded"] * 3
    assert list(GivenBack.objects.values_list("amount", flat=True)) == [PRICE] * 3
    assert OutboxEmail.objects.filter(kind="refunded").count() == 3
    assert not find_contradictions(NOW)


def test_an_upgrade_signed_while_its_money_goes_back_is_one_of_the_two(studio: World) -> None:
    """Money that is refunded at the same moment is not credited to the upgrade as well."""
    change = Change(AmendmentKind.TIER, NOW.date(), amount=2 * PRICE)
    for n in range(4):
        invoice = studio.billed(client=studio.client(f"Client {n}"))
        agreement = invoice.agreement
        seen = upgrade_invoice.amounts_shown(
            upgrade_invoice.draft_upgrade(agreement=agreement, change=change, now=NOW)
        )
        row = upgrade_invoice.offer_upgrade(
            agreement=agreement, change=change, seen=seen, actor="Nan", now=NOW
        )
        begun = sign.request_code(
            paper=row, contact=agreement.contact, name="P", consented=True, now=NOW, origin=HERE
        )
        code = {
            "contact": agreement.contact,
            "code": links.code(begun.code_row),
            "now": NOW,
            "origin": HERE,
        }
        back = {
            "invoice": invoice,
            "amount": PRICE,
            "reason": "R",
            "actor": "Nan",
            "to_card": False,
            "now": NOW,
        }
        signed, given = at_once(
            partial(sign.sign_with_code, paper=row, **code), partial(refund.refund_invoice, **back)
        )
        row.refresh_from_db()
        assert refusals([given]) == 0
        assert (row.state, refusals([signed])) in [("signed", 0), ("void", 1)]
        assert agreement.upgrades.count() == (row.state == "signed")
    at_once(*[partial(issue.issue_invoices, now=NOW)] * 4)
    assert (
        Invoice.objects.filter(kind="upgrade").count()
        == Amendment.objects.filter(state="signed").count()
    )
    assert not find_contradictions(NOW)


def test_giving_up_and_being_paid_at_once_ends_in_one_of_the_two(studio: World) -> None:
    """Two people record the same transfer while a third writes the invoice off."""
    for n, invoice in enumerate(due(studio, 8, card="", collect_by="transfer")):
        came = {
            "amount": PRICE,
            "on": NOW.date(),
            "reference": f"line {n}",
            "actor": "Nan",
            "now": NOW,
        }
        paid = partial(transfers.record_transfer, invoice=invoice, **came)
        given_up = partial(
            cancel_invoice.write_off_invoice, invoice=invoice, reason="R", actor="Nan", now=NOW
        )
        assert refusals(at_once(paid, given_up, paid)) == 2
        invoice.refresh_from_db()
        assert (invoice.state, invoice.payments.count()) in [("paid", 1), ("written_off", 0)]
    assert not find_contradictions(NOW)


def test_a_bank_statement_imported_in_several_tabs_pays_each_invoice_once(studio: World) -> None:
    invoices = due(studio, 12, card="", collect_by="transfer")
    rows = [f"2026-11-0{1 + n % 2},{invoice.number},3000.00" for n, invoice in enumerate(invoices)]
    file = "\n".join(["Date,Description,Amount", *rows]).encode()
    asked = {
        "business": studio.business,
        "data": file,
        "currency": "USD",
        "actor": "Nan",
        "now": NOW,
    }
    answers = at_once(*[partial(statement_import.import_statement, **asked)] * 4)
    assert [sum(each.new for each in answers), sum(each.matched for each in answers)] == [12, 12]
    assert sorted(BankStatementLine.objects.values_list("state", flat=True)) == ["matched"] * 12
    assert sorted(Payment.objects.values_list("amount", flat=True)) == [PRICE] * 12
    assert {row.state for row in Invoice.objects.all()} == {"paid"}
    assert not find_contradictions(NOW)
