"""What is announced is what is charged, waiting lines and credit included (rules 14, 23)."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from agreements.models import Agreement
from billing.charging.refund import refund_invoice
from billing.emails import invoice_emails, upcoming_charges
from billing.models import Invoice, NextLine
from billing.runs.billing_run import run_billing
from core.dates import local_day
from tests.browsers import logged_in
from tests.world import NOW, World

VAT = [{"name": "VAT", "percent": "7"}]
DECEMBER = date(2026, 12, 2)


@pytest.fixture
def billed(world: World) -> Agreement:
    """A retainer whose first month is paid; 107.00 of it became the client's credit."""
    agreement = world.running(amount=1_000_00, taxes=VAT)
    run_billing(now=NOW, door="test")
    refund_invoice(
        invoice=Invoice.objects.get(),
        amount=107_00,
        reason="Goodwill",
        actor="Nan",
        to_card=False,
        now=NOW,
    )
    return agreement


def test_credit_lowers_what_is_announced_as_it_lowers_what_is_charged(billed: Agreement) -> None:
    announced = upcoming_charges.charge_on(billed, DECEMBER)
    assert announced
    run_billing(now=NOW + timedelta(days=30), door="test")
    second = Invoice.objects.get(period__index=1)
    assert second.collection.amount == announced.to_pay == 963_00


def test_a_line_that_waits_is_announced(billed: Agreement) -> None:
    NextLine.objects.create(
        business=billed.business,
        agreement=billed,
        kind="carried",
        ref=billed.pk,
        description="A part of a day",
        starts_on=NOW.date(),
        ends_on=DECEMBER,
        amount=10_00,
    )
    letter = invoice_emails.compose_charge_ahead(f"{billed.pk}:{DECEMBER}", NOW)
    assert "$973.70" in letter.context["subject"]


def test_credit_of_one_client_is_announced_once(world: World, billed: Agreement) -> None:
    other = world.running(billed.client, card="", amount=50_00, starts_on=date(2026, 11, 20))
    charges = upcoming_charges.next_charges([billed, other], NOW.date())
    assert [(charge.on.day, charge.to_pay) for charge in charges] == [
        (20, 0),
        (2, 1_070_00 - 57_00),
    ]


def test_the_overview_shows_the_sum_and_the_way(world: World) -> None:
    now = timezone.now()
    day = local_day(now, "Asia/Bangkok") + timedelta(days=3)
    world.running(
        now=now,
        starts_on=day,
        anchor_day=day.day,
        card="",
        collect_by="transfer",
        currency="THB",
        amount=30_000_00,
        taxes=VAT,
        withholding_percent=3,
    )
    page = logged_in(world.business.owner).get("/").content.decode()
    assert "transfer due on" in page
    assert "฿31,200" in page
