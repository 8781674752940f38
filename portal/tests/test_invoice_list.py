"""The client's invoices: what is to pay comes first, with how; each has its PDF."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from billing.models import Invoice
from billing.runs.billing_run import run_billing
from core import formats
from tests.test_tenancy import inside
from tests.world import World

pytestmark = pytest.mark.rendering
PAGE = reverse("portal:invoices")


def billed(world: World, **fields: object) -> Invoice:
    now = timezone.now()
    begun = now - timedelta(days=2)
    client = world.client(now=begun)
    agreement = world.running(client, now=begun, starts_on=begun.date(), **fields)
    run_billing(now=now, door="test")
    return Invoice.objects.get(agreement=agreement)


def test_what_is_to_pay_comes_first_with_sum_day_and_way(world: World) -> None:
    invoice = billed(world, card="", collect_by="transfer")
    page = inside(invoice.addressee).get(PAGE).text
    first = page[page.index('id="open"') : page.index("<table")]
    assert invoice.number in first and "$3,000" in first and formats.day(invoice.due_on) in first
    assert "How to pay" in first
    assert "To pay" in page and "Sent" not in page


def test_a_declined_card_is_replaced_from_the_list(world: World) -> None:
    invoice = billed(world, card="insufficient_funds")
    page = inside(invoice.addressee).get(PAGE).text
    first = page[page.index('id="open"') : page.index("<table")]
    assert "Save another card" in first and reverse("portal:method") in first


def test_when_all_is_paid_there_is_the_list_alone_and_each_has_its_pdf(world: World) -> None:
    invoice = billed(world)
    page = inside(invoice.addressee).get(PAGE).text
    assert 'id="open"' not in page
    assert reverse("portal:invoice_pdf", args=[invoice.pk]) in page


def test_who_never_saved_a_card_is_not_asked_for_another_one(world: World) -> None:
    invoice = billed(world, card="")
    run_billing(now=timezone.now() + timedelta(hours=2), door="test")
    browser = inside(invoice.addressee)
    for name, args in (("home", []), ("invoices", []), ("invoice", [invoice.pk])):
        page = browser.get(reverse(f"portal:{name}", args=args)).text
        assert "Save a card" in page and "another card" not in page, name
