"""A client pays every quarter by transfer: from the proposal to the money, in a real browser."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from agreements.models import Period, Proposal
from billing.models import Invoice
from billing.runs.billing_run import run_billing
from core.dates import add_months
from tests.journeys.test_composing import Writer
from tests.journeys.test_journey import letter, link_in
from tests.journeys.test_signing import desk
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def offer(page: Page, site: Any, world: World) -> str:
    """Propose a quarterly retainer paid by transfer, and return the address of its client."""
    client = world.client(now=timezone.now())
    desk(page, site, world, f"/clients/{client.pk}/propose/")
    writer = Writer(page)
    writer.unfold("Every month")
    writer.field("interval").select_option("quarterly")
    expect(writer.field("tier-0-fee")).to_have_value("$9,000")
    writer.field("collect_by").select_option("transfer")
    writer.field("tier-1-fee").fill("12,000")
    writer.field("recommended_because").fill("you want more regulars.")
    writer.saved()
    page.get_by_role("button", name="Review and send").click()
    expect(page.get_by_text("Your bank account is missing", exact=False)).to_be_visible()
    page.get_by_role("link", name="Say how clients pay you").click()
    page.get_by_label("Account holder").fill("Nan Kittisak")
    page.get_by_label("Account number or IBAN").fill("DE89370400440532013000")
    page.get_by_role("button", name="Save").first.click()
    page.goto(f"{site.url}/proposals/{Proposal.objects.get().pk}/")
    page.get_by_role("button", name="Send proposal").click()
    page.get_by_role("dialog").get_by_role("button", name="Send proposal").click()
    expect(page.get_by_text("The proposal is on its way")).to_be_visible()
    return client.contacts.get().email


def sign(page: Page, email: str, watched: Callable[[], None]) -> None:
    """Choose and sign as the client, who never meets the word card."""
    page.goto(link_in(letter("proposal", email)))
    page.get_by_role("button", name=re.compile("^Open the ")).click()
    expect(page.get_by_text("$12,000").first).to_be_visible()
    watched()
    page.get_by_role("button", name="Choose Growth").click()
    page.get_by_label("I have read the agreement", exact=False).check()
    page.get_by_role("button", name="Email me the code to sign").click()
    code = re.search(r"^\s*(\d{6})\s*$", letter("sign_code", email), re.M)
    assert code
    page.get_by_label("Code from the email").fill(code[1])
    page.get_by_role("button", name="Sign the agreement").click()
    expect(page.get_by_role("heading", name=re.compile("Signed|All done"))).to_be_visible()
    assert not re.search(r"\bcard\b", page.locator("main").inner_text(), re.I)
    watched()


@pytest.mark.parametrize("width", [1440, 390])
def test_a_quarter_is_offered_signed_billed_and_paid_by_transfer(
    page: Page,
    live_server: Any,
    world: World,
    settings: Any,
    watched: Callable[[], None],
    width: int,
) -> None:
    settings.SITE_URL = live_server.url
    page.set_viewport_size({"width": width, "height": 900})
    email = offer(page, live_server, world)
    page.context.clear_cookies()
    sign(page, email, watched)
    run_billing(now=timezone.now() + timedelta(minutes=5), door="test")
    invoice, period = Invoice.objects.get(), Period.objects.get()
    assert period.ends_on == add_months(period.starts_on, 3)
    assert (invoice.subtotal, invoice.state) == (12_000_00, "open")
    page.goto(f"{live_server.url}/p/invoices/{invoice.pk}/")
    expect(page.get_by_text("$12,000").first).to_be_visible()
    watched()
    page.context.clear_cookies()
    desk(page, live_server, world, "/")
    expect(page.get_by_text("$4,000").first).to_be_visible()
    page.goto(f"{live_server.url}/invoices/{invoice.pk}/")
    page.get_by_role("link", name="Record payment").click()
    watched()
    page.get_by_label("Bank reference").fill(invoice.number)
    page.get_by_role("button", name="Record payment").click()
    expect(page.get_by_text("The payment is recorded.")).to_be_visible()
    assert Invoice.objects.get().state == "paid"
