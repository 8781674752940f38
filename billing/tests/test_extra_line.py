"""An extra line goes onto the next invoice of a retainer, once, and can be removed until then."""

import io
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from PIL import Image

from agreements.models import Agreement
from billing.books.invariants import find_contradictions
from billing.emails import upcoming_charges
from billing.invoices import extra_line
from billing.models import Invoice, NextLine
from billing.runs.billing_run import run_billing
from core.documents import store, verify
from core.documents.verify import Word
from core.errors import RuleError
from tests.world import NOW, World

NEXT = NOW + timedelta(days=31)


def add(agreement: Agreement, **changes: Any) -> NextLine:
    wish: dict[str, Any] = {
        "description": "Stock photos",
        "amount": 120_00,
        "on": NOW.date(),
        "ref": str(uuid4()),
        "kind": extra_line.ADDED,
        "upload": None,
    }
    return extra_line.add_extra_line(agreement=agreement, actor="Nan", now=NOW, **wish | changes)


@pytest.fixture
def agreement(world: World) -> Agreement:
    """A retainer whose first period is billed."""
    agreement = world.running(taxes=[{"name": "VAT", "percent": "7"}])
    run_billing(now=NOW, door="test")
    return agreement


def test_it_is_a_line_of_the_next_invoice_with_its_tax(agreement: Agreement) -> None:
    add(agreement)
    expected = upcoming_charges.next_charges([agreement], NOW.date())[0]
    assert expected.to_pay == 3_338_40
    for days in (0, 1):
        run_billing(now=NEXT + timedelta(days=days), door="test")
    invoice = Invoice.objects.get(period_start=NEXT.date().replace(day=2))
    assert [line.amount for line in invoice.lines.all()] == [3_000_00, 120_00]
    assert invoice.total == 3_338_40
    assert NextLine.objects.get().invoice == invoice
    assert not find_contradictions(NEXT)


def test_it_is_billed_by_one_invoice_however_often_the_job_runs(agreement: Agreement) -> None:
    line = add(agreement)
    for days in (31, 31, 61, 62):
        run_billing(now=NOW + timedelta(days=days), door="test")
    billed = [row for row in Invoice.objects.all() if row.lines.filter(amount=120_00).exists()]
    assert len(billed) == 1
    other = Invoice.objects.exclude(pk=billed[0].pk).first()
    for change in ({"invoice": other}, {"invoice": None}, {"removed_at": NOW}):
        with pytest.raises(IntegrityError), transaction.atomic():
            NextLine.objects.filter(pk=line.pk).update(**change)


def test_a_form_that_is_sent_twice_adds_one_line(agreement: Agreement) -> None:
    first = add(agreement, ref="the same")
    assert add(agreement, ref="the same").pk == first.pk
    assert NextLine.objects.count() == 1


def test_until_it_is_billed_it_can_be_removed(agreement: Agreement) -> None:
    line = add(agreement)
    extra_line.remove_extra_line(line=line, actor="Nan", now=NOW)
    assert upcoming_charges.next_charges([agreement], NOW.date())[0].to_pay == 3_210_00
    run_billing(now=NEXT, door="test")
    assert not Invoice.objects.filter(lines__amount=120_00).exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        NextLine.objects.filter(pk=line.pk).update(removed_at=None)


def test_what_is_billed_or_not_of_the_owner_stays(agreement: Agreement) -> None:
    line = add(agreement)
    overage = add(agreement, kind="overage")
    with pytest.raises(RuleError):
        extra_line.remove_extra_line(line=overage, actor="Nan", now=NOW)
    run_billing(now=NEXT, door="test")
    with pytest.raises(RuleError, match="RH-"):
        extra_line.remove_extra_line(line=line, actor="Nan", now=NEXT)


def picture() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (30, 20), "white").save(out, "PNG")
    return SimpleUploadedFile("receipt.png", out.getvalue())


def test_a_receipt_is_kept_as_a_document_that_is_not_ours(agreement: Agreement) -> None:
    line = add(agreement, upload=picture())
    assert line.document is not None
    pdf = store.read(line.document)
    assert pdf.startswith(b"%PDF-")
    assert verify.examine(pdf).word == Word.UNKNOWN


@pytest.mark.parametrize("content", [b"", b"<html>", b"MZ\0\0", b"%PDX-1.7", b"\x89PNG nonsense"])
def test_what_is_no_receipt_is_refused(agreement: Agreement, content: bytes) -> None:
    with pytest.raises(RuleError) as refused:
        add(agreement, upload=SimpleUploadedFile("r.pdf", content))
    assert refused.value.field == "file"


@pytest.mark.parametrize(
    ("minutes", "rate", "amount"), [(90, 120_00, 180_00), (20, 100_00, 33_33), (1, 30_00, 50)]
)
def test_hours_are_rounded_once(minutes: int, rate: int, amount: int) -> None:
    assert extra_line.price_of(minutes, rate) == amount
    assert Decimal(amount) == Decimal(rate * minutes / 60).quantize(Decimal(1))


def test_an_agreement_that_bills_no_more_takes_no_line(world: World) -> None:
    ended = world.running(state="ended", card="")
    with pytest.raises(RuleError):
        add(ended)
