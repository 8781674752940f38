"""A one-off invoice has the same number, taxes, charge and corrections as any other (rule 62)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from agreements.rules.terms import CollectBy
from billing.bank_transfer import payment_details
from billing.books import asking
from billing.books.invariants import find_contradictions
from billing.charging import cancel_invoice, issue_one_off, refund
from billing.charging.issue_one_off import IssuedAlike
from billing.emails import billing_pdfs
from billing.invoices.one_off import Order
from billing.models import Charge, Invoice
from billing.models.invoice import ONE_OFF
from billing.rules.asking import Step
from billing.runs import hold
from billing.runs.billing_run import run_billing
from core.errors import RuleError
from core.models import OutboxEmail, TaxRate
from core.outbox import emails
from tests.world import NOW, World


def order(world: World, **changes: Any) -> Order:
    wish: dict[str, Any] = {
        "client": changes.pop("client", None) or world.client(),
        "description": "Rush job",
        "amount": 200_00,
        "currency": "USD",
        "collect_by": CollectBy.TRANSFER,
        "form": uuid4(),
    }
    return Order(**wish | changes)


def issued(world: World, wish: Order, now: datetime = NOW, confirmed: bool = False) -> Invoice:
    return issue_one_off.issue_one_off(
        business=world.business, order=wish, confirmed=confirmed, actor="Nan", now=now
    )


def test_it_stands_in_the_series_with_taxes_and_books(world: World) -> None:
    retainer = world.billed()
    TaxRate.objects.create(business=world.business, name="VAT", percent=Decimal(7), is_used=True)
    invoice = issued(world, order(world))
    assert invoice.seq == retainer.seq + 1
    assert (invoice.subtotal, invoice.tax, invoice.total) == (200_00, 14_00, 214_00)
    assert (invoice.kind, invoice.agreement, invoice.period) == (ONE_OFF, None, None)
    assert invoice.lines.get().description == "Rush job"
    assert (invoice.due_on - invoice.issued_on).days == 7
    assert not find_contradictions(NOW)


def test_a_form_that_is_sent_twice_issues_one_invoice(world: World) -> None:
    wish = order(world)
    first, second = issued(world, wish), issued(world, wish)
    assert first.pk == second.pk
    assert Invoice.objects.count() == 1


def test_the_same_again_on_the_same_day_is_asked_about(world: World) -> None:
    wish = order(world)
    first = issued(world, wish)
    again = replace(wish, form=uuid4())
    with pytest.raises(IssuedAlike, match=first.number):
        issued(world, again)
    second = issued(world, again, confirmed=True)
    assert second.reference != first.reference
    later = issued(world, replace(wish, form=uuid4()), now=NOW + timedelta(days=1))
    assert len({first.reference, second.reference, later.reference}) == 3


def test_books_that_went_back_ask_the_gateway_for_the_same(world: World) -> None:
    wish = order(world)
    with transaction.atomic():
        reference = issued(world, wish).reference
        transaction.set_rollback(True)
    assert issued(world, replace(wish, form=uuid4())).reference == reference


def test_the_database_allows_one_invoice_of_a_form_and_of_what_is_billed(world: World) -> None:
    invoice = issued(world, order(world))
    columns = {f.attname: getattr(invoice, f.attname) for f in Invoice._meta.concrete_fields}
    for own in ({"form": uuid4()}, {"one_off": uuid4()}):
        twin = columns | {"id": uuid4(), "seq": 99, "number": "X-99"} | own
        with pytest.raises(IntegrityError), transaction.atomic():
            Invoice.objects.create(**twin)
    for wrong in ({"one_off": None}, {"contact_id": None}, {"kind": "fee"}):
        twin = columns | {"id": uuid4(), "seq": 98, "number": "X-98", "form": uuid4()}
        with pytest.raises(IntegrityError), transaction.atomic():
            Invoice.objects.create(**twin | {"one_off": uuid4()} | wrong)


def test_it_never_changes_once_issued(world: World) -> None:
    invoice = issued(world, order(world))
    for column in ("title", "one_off", "form", "time_zone", "contact"):
        value = {"contact": None, "one_off": uuid4(), "form": uuid4()}.get(column, "X")
        with pytest.raises(IntegrityError), transaction.atomic():
            Invoice.objects.filter(pk=invoice.pk).update(**{column: value})


def test_the_saved_card_is_charged_on_its_day_after_the_client_was_told(world: World) -> None:
    agreement = world.running()
    wish = order(world, client=agreement.client, collect_by=CollectBy.CARD)
    invoice = issued(world, wish)
    assert (invoice.due_on - invoice.issued_on).days == 5
    assert asking.asked_of(invoice, now=NOW).step == Step.CHARGE
    run_billing(now=NOW + timedelta(days=4), door="test")
    assert not Charge.objects.filter(invoice=invoice).exists()
    run_billing(now=NOW + timedelta(days=5, hours=5), door="test")
    invoice.refresh_from_db()
    assert invoice.is_paid
    assert OutboxEmail.objects.filter(kind="invoice", ref=str(invoice.pk)).exists()
    assert not find_contradictions(NOW + timedelta(days=6))


def test_a_declined_card_is_tried_again_and_everybody_is_told(world: World) -> None:
    agreement = world.running(card="insufficient_funds")
    wish = order(world, client=agreement.client, collect_by=CollectBy.CARD, due_on=NOW.date())
    invoice = issued(world, wish)
    for day in range(17):
        run_billing(now=NOW + timedelta(days=day, hours=5), door="test")
    assert Charge.objects.filter(invoice=invoice).count() == 5
    assert OutboxEmail.objects.filter(kind="charge_failed", text__contains="Rush job").exists()
    assert asking.asked_of(invoice, now=NOW + timedelta(days=17)).step == Step.SAVE_CARD


def test_without_an_agreement_the_client_is_reminded_at_their_own_hour(world: World) -> None:
    client = world.client(time_zone="Asia/Tokyo")
    invoice = issued(world, order(world, client=client))
    assert invoice.collection.next_at == datetime(2026, 11, 10, 0, 0, tzinfo=UTC)
    run_billing(now=NOW + timedelta(days=8), door="test")
    emails.send_due(now=NOW + timedelta(days=8))
    sent = OutboxEmail.objects.filter(kind="overdue_client", state="sent")
    assert sent.get().to == "ploy@baan.example"


def test_a_part_of_an_agreement_follows_its_terms_and_its_hold(world: World) -> None:
    agreement = world.running(taxes=[{"name": "VAT", "percent": "7"}])
    wish = order(
        world,
        client=agreement.client,
        agreement=agreement,
        collect_by=CollectBy.CARD,
        due_on=NOW.date(),
    )
    hold.hold_billing(agreement=agreement, reason="We talk", actor="Nan", now=NOW)
    invoice = issued(world, wish)
    assert (invoice.tax, invoice.agreement) == (14_00, agreement)
    run_billing(now=NOW + timedelta(hours=5), door="test")
    assert not Charge.objects.exists()
    hold.resume_billing(agreement=agreement, how="bill", actor="Nan", now=NOW + timedelta(hours=6))
    run_billing(now=NOW + timedelta(hours=6), door="test")
    assert set(Invoice.objects.values_list("state", flat=True)) == {"paid"}


def test_it_is_credited_refunded_and_voided_like_any_other(world: World) -> None:
    agreement = world.running()
    wish = order(world, client=agreement.client, collect_by=CollectBy.CARD, due_on=NOW.date())
    paid = issued(world, wish)
    open_one = issued(world, order(world, client=agreement.client, amount=50_00))
    run_billing(now=NOW, door="test")
    paid.refresh_from_db()
    refund.refund_invoice(
        invoice=paid, amount=80_00, reason="Late", actor="Nan", to_card=True, now=NOW
    )
    cancel_invoice.void_invoice(invoice=open_one, reason="Mistake", actor="Nan", now=NOW)
    run_billing(now=NOW + timedelta(hours=1), door="test")
    open_one.refresh_from_db()
    assert open_one.state == "void"
    assert paid.credit_notes.get().total == 80_00
    assert not find_contradictions(NOW + timedelta(hours=2))


def test_its_documents_say_what_it_is_for(world: World) -> None:
    invoice = issued(world, order(world))
    document = billing_pdfs.invoice_pdf(invoice=invoice, now=NOW)
    assert invoice.number in document.title
    assert payment_details.transfer_details(invoice) is not None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"collect_by": CollectBy.CARD}, "collect_by"),
        ({"currency": "EUR", "agreement": True}, "currency"),
        ({"agreement": True, "client": True}, "agreement"),
    ],
)
def test_what_could_not_be_collected_is_refused_at_its_field(
    world: World, changes: dict[str, Any], field: str
) -> None:
    agreement = world.running(card="")
    if changes.get("agreement"):
        changes = changes | {"agreement": agreement}
    client = world.client("Other") if changes.pop("client", None) else agreement.client
    with pytest.raises(RuleError) as refused:
        issued(world, order(world, **changes | {"client": client}))
    assert refused.value.field == field


def test_a_preview_saves_nothing(world: World) -> None:
    wish = order(world)
    row, draft = issue_one_off.preview(business=world.business, order=wish, now=NOW)
    assert (draft.figures.total, row.due_on) == (200_00, NOW.date() + timedelta(days=7))
    assert not Invoice.objects.exists()
    assert connection.in_atomic_block
