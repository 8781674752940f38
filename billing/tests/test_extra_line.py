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
from billing.charging import issue_one_off
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


def test_a_form_of_another_business_brings_no_line_of_it(agreement: Agreement) -> None:
    first = add(agreement, ref="the same")
    other = World().running()
    with pytest.raises(RuleError):
        add(other, ref="the same")
    assert NextLine.objects.get() == first


# When no further invoice comes


def ending(agreement: Agreement) -> Agreement:
    """Notice was given: the period that runs is the last one."""
    agreement.refresh_from_db()
    agreement.ends_on = (NOW + timedelta(days=30)).date()
    agreement.save(update_fields=["ends_on"])
    return agreement


def bill(agreement: Agreement, now: Any = NOW) -> Invoice:
    return issue_one_off.bill_waiting_lines(agreement=agreement, actor="Nan", now=now)


def test_after_a_notice_a_line_is_refused_though_the_next_period_was_planned(
    agreement: Agreement,
) -> None:
    with pytest.raises(RuleError):
        add(ending(agreement))


def test_lines_that_no_invoice_will_take_are_found_and_billed_by_one_of_their_own(
    agreement: Agreement, world: World
) -> None:
    add(agreement)
    add(agreement, description="Two hours", amount=200_00, kind="overage")
    assert not extra_line.left_over(world.business)
    ending(agreement)
    ((found, lines),) = extra_line.left_over(world.business)
    assert (found, len(lines)) == (agreement, 2)
    invoice = bill(agreement)
    assert [line.amount for line in invoice.lines.all()] == [120_00, 200_00]
    assert (invoice.total, invoice.agreement, invoice.kind) == (342_40, agreement, "one_off")
    assert set(NextLine.objects.values_list("invoice", flat=True)) == {invoice.pk}
    assert not extra_line.left_over(world.business)
    run_billing(now=NOW + timedelta(days=6), door="test")  # the card is charged on its day
    invoice.refresh_from_db()
    assert invoice.state == "paid"
    assert not find_contradictions(NOW)


def test_they_are_billed_once_and_never_where_an_invoice_is_still_to_come(
    agreement: Agreement,
) -> None:
    add(agreement)
    with pytest.raises(RuleError):
        bill(agreement)
    bill(ending(agreement))
    with pytest.raises(RuleError):
        bill(agreement)
    assert Invoice.objects.filter(kind="one_off").count() == 1


def test_after_the_end_they_wait_for_the_owner_and_without_a_card_they_are_transferred(
    world: World,
) -> None:
    agreement = world.running(card="")
    run_billing(now=NOW, door="test")
    add(agreement)
    Agreement.objects.filter(pk=agreement.pk).update(
        state="ended", opens_at=None, ends_on=NEXT.date()
    )
    agreement.refresh_from_db()
    run_billing(now=NEXT, door="test")
    assert len(extra_line.left_over(world.business)) == 1
    assert bill(agreement, NEXT).collect_by == "transfer"


def test_a_pause_a_renewal_and_a_period_without_its_invoice_take_them_still(
    agreement: Agreement, world: World
) -> None:
    add(agreement)
    own = Agreement.objects.filter(pk=agreement.pk)
    end = (NOW + timedelta(days=30)).date()
    for change in (
        {"state": "paused", "opens_at": None},
        {"state": "active", "ends_on": end, "renews": "alone"},
    ):
        own.update(**change)
        assert not extra_line.left_over(world.business)
    own.update(renews="no")
    assert extra_line.left_over(world.business)
    agreement.periods.update(state="due")
    assert not extra_line.left_over(world.business)
