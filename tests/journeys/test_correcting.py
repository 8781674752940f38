"""A freelancer enters their name, corrects a contact, lowers an invoice and pays credit out."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from billing.books import ledger, owing
from billing.charging import refund
from core.models import User
from tests.journeys.test_signing import desk
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
def test_a_name_a_contact_an_invoice_and_credit_are_put_right(
    page: Page, live_server: Any, world: World, watched: Callable[[], None], width: int, theme: str
) -> None:
    now = timezone.now()
    paid = world.billed(now=now)
    refund.refund_invoice(
        invoice=paid, amount=800_00, reason="Late", actor="Nan", to_card=False, now=now
    )
    unpaid = world.billed(client=world.client("Rim Nam Hotel", now=now), card="", now=now)
    User.objects.filter(pk=world.business.owner.pk).update(name="")
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]

    desk(page, live_server, world, "/settings/")
    watched()
    page.get_by_role("link", name="Enter your name", exact=True).click()
    watched()
    page.get_by_label("Your name").fill("Nan Kittisak")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Your name")).to_have_value("Nan Kittisak")
    watched()

    page.goto(f"{live_server.url}/clients/{paid.client_id}/")
    watched()
    page.get_by_role("link", name="Edit Ploy").click()
    watched()
    page.get_by_label("Name").fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("This field is required.")).to_be_visible()
    watched()
    page.get_by_label("Name").fill("Ploy Srisuk")
    page.get_by_label("Email").fill("ploy@baan-coffee.example")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("send Ploy Srisuk a new portal link")).to_be_visible()
    watched()

    page.get_by_role("link", name="Pay out credit").click()
    expect(page.get_by_label("Amount")).to_have_value(re.compile(r"800"))
    watched()
    page.get_by_label("Amount").fill("300")
    page.get_by_role("button", name="Pay out credit").click()
    expect(page.get_by_text("Pay credit out to Baan Coffee?")).to_be_visible()
    watched()
    page.get_by_role("dialog").locator("[value=yes]").click()
    expect(page.get_by_text("It is on its way;")).to_be_visible()
    assert ledger.client_credit(paid.client_id, "USD") == 500_00
    watched()

    page.goto(f"{live_server.url}/invoices/{unpaid.pk}/")
    watched()
    page.get_by_role("link", name="Lower the amount").click()
    page.get_by_label("New amount to pay").fill("3,500")
    page.get_by_label("Reason").fill("Two posts fewer")
    page.get_by_role("button", name="Lower the amount").click()
    expect(page.get_by_text("A credit note is issued and emailed to the client.")).to_be_visible()
    page.get_by_role("dialog").locator("[value=yes]").click()
    expect(page.get_by_text("Write less than the $3,000 that is open.")).to_be_visible()
    watched()
    page.get_by_label("New amount to pay").fill("2,400")
    page.get_by_role("button", name="Lower the amount").click()
    watched()
    page.get_by_role("dialog").locator("[value=yes]").click()
    expect(page.get_by_text("The amount is lowered.")).to_be_visible()
    assert owing.amount_owed(unpaid) == 2_400_00
    watched()
