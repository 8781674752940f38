"""The whole journey in a real browser, from sign-up to the client reading the first report."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from billing.models import Invoice, Payment
from billing.runs.billing_run import run_billing
from clients import portal_links
from clients.models import Contact
from core import links
from core.models import OutboxEmail
from delivery.reports import report_run

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def letter(kind: str, to: str) -> str:
    """Return the latest email of a kind, with its links and codes filled in."""
    row = OutboxEmail.objects.filter(kind=kind, to=to).latest("created_at")
    assert row.state == "sent"
    return links.fill(row.text, row.mark)


def link_in(text: str) -> str:
    found = re.search(r"https?://\S+", text)
    assert found
    return found[0]


@pytest.mark.parametrize("width", [1440, 390])
def test_a_retainer_from_sign_up_to_the_report(
    page: Page, live_server: Any, settings: Any, watched: Callable[[], None], width: int
) -> None:
    settings.SITE_URL = live_server.url
    page.set_viewport_size({"width": width, "height": 900})
    sign_up(page, live_server.url, watched)
    propose(page, watched)

    page.context.clear_cookies()
    pick_and_sign(page, watched)
    save_card(page, watched)
    expect(page.get_by_role("heading", name="All done")).to_be_visible()
    watched()
    read_the_receipt(page, live_server.url, watched)
    assert Payment.objects.get().amount == 5_000_00
    assert "RC-" in letter("receipt", "ploy@baan.example") or "NS-" in letter(
        "receipt", "ploy@baan.example"
    )
    assert OutboxEmail.objects.get(kind="signed", to="ploy@baan.example").attachment

    next_month = timezone.now() + timedelta(days=32)
    run_billing(now=next_month, door="test")
    assert Invoice.objects.filter(state="paid").count() == 2
    report_run.run_reports(now=next_month, door="test")

    page.context.clear_cookies()
    log_in(page, live_server.url, watched)
    expect(page.get_by_text("$5,000").first).to_be_visible()
    send_the_report(page, live_server.url, watched)

    page.context.clear_cookies()
    enter(
        page, link_in(letter("report", "ploy@baan.example").partition("Read the whole report")[2])
    )
    expect(page.get_by_text("A strong first month.")).to_be_visible()
    watched()
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF").click()
    assert download.value.suggested_filename.endswith(".pdf")


def sign_up(page: Page, url: str, watched: Callable[[], None]) -> None:
    page.goto(f"{url}/accounts/signup/")
    watched()
    page.get_by_label("Your name").fill("Nan Kittisak")
    page.get_by_label("Email").fill("nan@studio.example")
    page.get_by_label("Password", exact=False).first.fill("a quiet river 42")
    page.get_by_role("button", name="Sign up").click()
    code = re.search(r"^\s*([A-Z0-9-]{6,9})\s*$", letter("account", "nan@studio.example"), re.M)
    assert code
    page.get_by_label("Code").fill(code[1])
    watched()
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("button", name="Save and continue").click()
    page.get_by_label("Name of your business").fill("Nan Studio")
    page.get_by_text("Your lowest hourly rate").click()
    page.get_by_label("Lowest hourly rate").fill("75")
    watched()
    page.get_by_role("button", name="Save and continue").click()
    page.get_by_role("link", name="Skip this step").click()
    page.get_by_role("link", name="Skip this step").click()
    expect(page.get_by_text("Your first retainer starts here")).to_be_visible()
    watched()


def log_in(page: Page, url: str, watched: Callable[[], None]) -> None:
    page.goto(f"{url}/accounts/login/")
    page.get_by_label("Email").fill("nan@studio.example")
    page.get_by_label("Password", exact=False).first.fill("a quiet river 42")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("Guaranteed every month")).to_be_visible()
    watched()


def propose(page: Page, watched: Callable[[], None]) -> None:
    page.get_by_role("link", name="Add a client").first.click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("This field is required.").first).to_be_visible()
    watched()
    page.get_by_label("Name", exact=False).first.fill("Baan Coffee Roasters")
    page.get_by_label("Decision maker").fill("Ploy Srisuk")
    page.get_by_label("Their email").fill("ploy@baan.example")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Baan Coffee Roasters")).to_be_visible()
    watched()
    page.get_by_role("link", name="New proposal").click()
    watched()
    fee = page.get_by_label("Fee", exact=False).nth(1)
    fee.fill("-5")
    page.get_by_role("button", name="Review and send").click()
    expect(page.get_by_text("The amount cannot be negative.")).to_be_visible()
    fee.fill("5,000")
    page.get_by_label("Why the recommended tier").fill("you want more regulars.")
    page.get_by_role("button", name="Review and send").click()
    expect(page.get_by_text("A draft: only you can see it.")).to_be_visible()
    watched()
    page.get_by_role("button", name="Send proposal").click()
    page.get_by_role("dialog").get_by_role("button", name="Send proposal").click()
    expect(page.get_by_text("The proposal is on its way")).to_be_visible()
    watched()


def enter(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_role("button", name=re.compile("^Open the ")).click()


def come_in(page: Page, contact: Contact) -> None:
    """Enter the portal as this person, by a link that was sent to them."""
    enter(page, links.url(portal_links.portal_link(contact=contact, now=timezone.now())))
    expect(page.get_by_role("heading", name=f"Hello {contact.name}")).to_be_visible()


def pick_and_sign(page: Page, watched: Callable[[], None]) -> None:
    page.goto(link_in(letter("proposal", "ploy@baan.example")))
    watched()
    page.get_by_role("button", name=re.compile("^Open the ")).click()
    expect(page.get_by_role("heading", name="Choose how we work together")).to_be_visible()
    watched()
    page.get_by_role("button", name="Choose Growth").click()
    watched()
    page.get_by_role("button", name="Email me the code to sign").click()
    expect(page.get_by_text("Please agree to sign electronically.")).to_be_visible()
    page.get_by_label("I have read the agreement", exact=False).check()
    page.get_by_role("button", name="Email me the code to sign").dblclick()
    expect(page.get_by_label("Code from the email")).to_be_visible()
    watched()
    page.get_by_label("Code from the email").fill("000")
    page.get_by_role("button", name="Sign the agreement").click()
    expect(page.get_by_text("This is not the code we sent.", exact=False)).to_be_visible()
    code = re.search(r"^\s*(\d{6})\s*$", letter("sign_code", "ploy@baan.example"), re.M)
    assert code
    page.get_by_label("Code from the email").fill(code[1])
    page.get_by_role("button", name="Sign the agreement").click()
    expect(page.get_by_role("heading", name="Signed. One step is left")).to_be_visible()
    watched()


def save_card(page: Page, watched: Callable[[], None]) -> None:
    page.get_by_role("button", name="Save a card").click()
    expect(page.get_by_text("Sandbox: no real money")).to_be_visible()
    watched()
    page.get_by_role("button", name="Save this card").click()


def read_the_receipt(page: Page, url: str, watched: Callable[[], None]) -> None:
    with page.expect_download() as download:
        page.get_by_role("link", name="Agreement").click()
    assert download.value.suggested_filename.endswith(".pdf")
    page.goto(f"{url}/p/")
    watched()
    page.goto(f"{url}/p/invoices/")
    watched()
    page.get_by_role("link", name=re.compile("^NS-")).click()
    watched()
    with page.expect_download() as download:
        page.get_by_role("link", name="Receipt").click()
    assert download.value.suggested_filename.endswith(".pdf")


def send_the_report(page: Page, url: str, watched: Callable[[], None]) -> None:
    page.goto(f"{url}/reports/")
    watched()
    page.get_by_role("link", name="Baan Coffee Roasters").click()
    page.get_by_label("Your words to the client").fill("A strong first month.")
    watched()
    page.get_by_role("button", name="Save and send").click()
    page.get_by_role("dialog").locator("[value=yes]").click()
    expect(page.get_by_text("The report is on its way.")).to_be_visible()
    watched()
