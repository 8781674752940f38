"""The audit compares papers with their rows: numbers, titles, receipts, deferred tax (rule 15)."""

import pytest
from django.db import connection

from billing.books.invariants import find_contradictions
from billing.emails import billing_pdfs
from billing.models import Invoice, PaidPart
from core.database.frozen_rows import lifted
from core.models import Document
from tests.world import NOW, World

VAT = [{"name": "VAT", "percent": "7"}]

pytestmark = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="the triggers can be lifted on SQLite only"
)


def found() -> str:
    return "\n".join(find_contradictions(NOW))


def test_a_number_that_is_not_that_of_its_sequence(world: World) -> None:
    invoice = world.billed()
    assert not found()
    with lifted():
        Invoice.objects.filter(pk=invoice.pk).update(number="RH-2026-9005")
    assert "RH-2026-9005 is printed on document 1 of its series" in found()


def test_a_paper_with_another_number_than_its_row(world: World) -> None:
    invoice = world.billed()
    document = billing_pdfs.invoice_pdf(invoice=invoice, now=NOW)
    with lifted():
        Document.objects.filter(pk=document.pk).update(title="Invoice RH-2026-0009")
    assert "its document is titled “Invoice RH-2026-0009”" in found()


def test_a_payment_without_the_figures_of_its_receipt(world: World) -> None:
    world.billed()
    with lifted():
        PaidPart.objects.all().delete()
    assert "the figures of this receipt are missing" in found()


def test_tax_that_fell_due_without_a_payment(world: World) -> None:
    world.business.tax_on_payment = True
    world.business.save()
    world.billed(taxes=VAT)
    assert not found()
    with lifted():
        PaidPart.objects.update(tax=0, subtotal=3_210_00)
    assert "deferred in USD" in found()
