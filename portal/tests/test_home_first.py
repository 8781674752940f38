"""The first screen of a client: what needs them, hours in one line, payment, report."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from agreements.models import Agreement
from billing.bank_transfer import transfers
from billing.models import Invoice
from billing.runs.billing_run import run_billing
from tests.test_tenancy import inside
from tests.world import World

pytestmark = pytest.mark.rendering


def part(page: str, name: str) -> str:
    """The text of the card with this id, without tags."""
    found = re.search(rf'id="{name}".*?</section>', page, re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", found[0] if found else "").split())


def home(agreement: Agreement) -> str:
    return inside(agreement.contact).get(reverse("portal:home")).text


def months(world: World, n: int, **fields: Any) -> Agreement:
    """An agreement that was billed `n` times, a month apart."""
    now = timezone.now()
    begun = now - timedelta(days=31 * (n - 1) + 3)
    agreement = world.running(
        world.client(now=begun, time_zone="UTC"), now=begun, starts_on=begun.date(), **fields
    )
    for past in reversed(range(n)):
        run_billing(now=now - timedelta(days=31 * past), door="test")
    return agreement


def test_with_nothing_to_do_the_one_button_asks_for_something(world: World) -> None:
    page = home(months(world, 1))
    assert part(page, "needs") == "" and page.count("btn-primary") == 2  # the dialog has one
    assert "20 h are left" in part(page, "r1") and "Hours used" not in page
    assert "$3,000" in part(page, "charge")


def test_what_needs_the_client_comes_first_and_has_the_one_button(world: World) -> None:
    agreement = months(world, 1, card="insufficient_funds")
    page = home(agreement)
    invoice = Invoice.objects.get(agreement=agreement)
    waits = part(page, "needs")
    assert invoice.number in waits and "$3,000" in waits and "Save another card" in waits
    assert page.index('id="needs"') < page.index('id="r1"')
    assert page.count("btn-primary") == 2
    assert "btn-outline-secondary" in page[: page.index("Ask for something")].rpartition("<a")[2]


def test_many_unpaid_invoices_are_one_line_with_their_sum(world: World) -> None:
    page = home(months(world, 4, card="", collect_by="transfer"))
    assert part(page, "charge").count("$3,000") == 2  # the newest, and the next one
    waits = part(page, "needs")
    assert "3 invoices are unpaid: $9,000" in waits and waits.count("See the invoices") == 1


def test_an_unpaid_invoice_counts_however_old_it_is(world: World) -> None:
    agreement = months(world, 5, card="", collect_by="transfer")
    old, *later = Invoice.objects.filter(agreement=agreement).order_by("issued_on")
    now = timezone.now()
    for invoice in later:
        transfers.record_transfer(
            invoice=invoice,
            amount=invoice.total,
            on=now.date(),
            reference=invoice.number,
            actor="Nan",
            now=now,
        )
    waits = part(home(agreement), "needs")
    assert old.number in waits and "How to pay" in waits


def test_a_client_without_debts_or_signatures_is_asked_nothing_by_transfer(world: World) -> None:
    """An invoice that is not due yet is a payment to come, and no trouble."""
    page = home(months(world, 1, card="", collect_by="transfer"))
    assert part(page, "needs") == "" and "by bank transfer" in part(page, "charge")
