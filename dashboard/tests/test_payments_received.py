"""Recording a transfer: a surprising one is asked about, a wrong one is taken back (rule 44)."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from billing.bank_transfer import apply_credit, transfers
from billing.books import ledger, owing
from billing.books.invariants import find_contradictions
from billing.emails import billing_pdfs
from billing.models import Invoice, Payment
from billing.runs.billing_run import run_billing
from core.dates import local_day
from core.documents import store
from tests.browsers import logged_in
from tests.test_stored_totals import text_of
from tests.world import NOW, World

pytestmark = [pytest.mark.rendering, pytest.mark.whole_documents]


def billed(world: World) -> Invoice:
    return world.billed(collect_by="transfer", card="", now=timezone.now())


def typed(world: World, invoice: Invoice, **other: str) -> str:
    """Type a transfer into the form; returns the page that follows."""
    today = local_day(timezone.now(), "Asia/Bangkok")
    fields = {"amount": "3000", "on": today.isoformat(), "reference": "line 1"} | other
    url = reverse("dashboard:invoice_transfer", args=[invoice.pk])
    return logged_in(world.business.owner).post(url, fields, follow=True).content.decode()


def test_a_sum_far_above_what_is_open_is_asked_about_first(world: World) -> None:
    invoice = billed(world)
    page = typed(world, invoice, amount="99999999")
    assert "$99,999,999 arrived, although only $3,000 is open." in page
    assert not Payment.objects.exists()
    typed(world, invoice, amount="99999999", confirmed="on")
    assert Payment.objects.get().amount == 99_999_999_00


def test_a_day_before_the_invoice_is_asked_about_and_a_later_one_refused(world: World) -> None:
    invoice = billed(world)
    early, late = (timezone.now() + timedelta(days=days) for days in (-9, 3))
    page = typed(world, invoice, on=early.date().isoformat())
    assert "before the invoice was issued" in page
    page = typed(world, invoice, on=late.date().isoformat(), confirmed="on")
    assert "This day has not come yet." in page
    assert not Payment.objects.exists()


def test_a_payment_is_taken_back_and_its_receipt_is_marked(world: World) -> None:
    invoice = billed(world)
    typed(world, invoice)
    payment = Payment.objects.get()
    issued = billing_pdfs.receipt_pdf(payment=payment, now=NOW)
    browser = logged_in(world.business.owner)
    url = reverse("dashboard:payment_take_back", args=[payment.pk])
    page = browser.post(url, {"reason": "Another client's money"}, follow=True).content.decode()
    assert "Another client&#x27;s money" in page
    assert Invoice.objects.get().is_open
    marked = billing_pdfs.current_receipt_pdf(payment=Payment.objects.get(), now=NOW)
    assert marked != issued
    assert "Cancelled" in text_of(store.read(marked))
    assert "Cancelled" not in text_of(store.read(issued))
    assert not find_contradictions(timezone.now())


def test_credit_pays_the_oldest_open_invoices(world: World) -> None:
    agreement = world.running(collect_by="transfer", card="", starts_on=date(2026, 11, 2))
    for days in (0, 30, 61):
        run_billing(now=NOW + timedelta(days=days), door="test")
    first, second, third = Invoice.objects.filter(agreement=agreement).order_by("seq")
    now = NOW + timedelta(days=70)
    transfers.record_transfer(
        invoice=third,
        amount=7_000_00,
        on=date(2027, 1, 3),
        reference="r",
        actor="Nan",
        now=now,
    )
    assert apply_credit.apply_credit(client=first.client, currency="USD", now=now) == 4_000_00
    assert Invoice.objects.get(pk=first.pk).is_paid
    assert owing.amount_owed(second) == 2_000_00
    assert ledger.client_credit(first.client_id, "USD") == 0
    assert apply_credit.apply_credit(client=first.client, currency="USD", now=now) == 0
    assert not find_contradictions(now)
