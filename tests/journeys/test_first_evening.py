"""The first evening: from sign-up to a proposal that was sent, with little to type and to read."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from agreements.models import Proposal
from core.models import Business, TaxRate
from tests.journeys.test_journey import letter

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MOST_TYPED, MOST_CLICKS, MOST_SHOWN = 8, 9, 25
SHOWN = """() => [...document.querySelectorAll('input, select, textarea')]
    .filter(one => one.type !== 'hidden' && one.checkVisibility()).length"""


class Newcomer:
    """Somebody at a browser; counts what is typed and clicked, and every field that is shown."""

    def __init__(self, page: Page, watched: Callable[[], None]) -> None:
        self.page, self.watched = page, watched
        self.typed = self.clicks = self.shown = 0

    def look(self) -> None:
        self.watched()
        self.shown += self.page.evaluate(SHOWN)

    def fill(self, label: str, text: str) -> None:
        self.page.get_by_label(label, exact=False).first.fill(text)
        self.typed += 1

    def press(self, name: str, inside: Locator | None = None) -> None:
        (inside or self.page).get_by_role("button", name=name, exact=True).click()
        self.clicks += 1


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of somebody in Berlin."""
    context = browser.new_context(locale="de-DE", timezone_id="Europe/Berlin")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("width", [1440, 390])
def test_a_newcomer_sends_a_proposal_in_one_evening(
    page: Page, live_server: Any, settings: Any, watched: Callable[[], None], width: int
) -> None:
    settings.SITE_URL = live_server.url
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{live_server.url}/accounts/signup/")
    mara = Newcomer(page, watched)
    sign_up(mara)
    set_up(mara)
    send(mara)
    counted = (mara.typed, mara.clicks, mara.shown)
    assert mara.typed <= MOST_TYPED and mara.clicks <= MOST_CLICKS, counted
    assert mara.shown <= MOST_SHOWN, counted
    business = Business.objects.get()
    assert (business.name, business.currency) == ("Studio Mara", "EUR")
    assert (business.time_zone, business.capacity_minutes) == ("Europe/Berlin", 120 * 60)
    assert str(TaxRate.objects.get()) == "VAT 19 %"
    offer = Proposal.objects.get()
    assert offer.state == "sent" and "{{" not in offer.intro
    assert offer.governing_law == "DE" and offer.service == "social"
    page.goto(live_server.url)
    expect(page.get_by_role("heading", name="Get started")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="first proposal")).to_contain_text("done")
    watched()
    page.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_text("Guaranteed every month")).to_be_visible()
    expect(page.get_by_role("heading", name="Get started")).not_to_be_visible()


def sign_up(mara: Newcomer) -> None:
    mara.look()
    mara.fill("Your name", "Mara Lindt")
    mara.fill("Email", "mara@studio.example")
    mara.fill("Password", "a quiet river 42")
    mara.press("Sign up")
    text = letter("account", "mara@studio.example")
    code = re.search(r"^\s*([A-Z0-9-]{6,9})\s*$", text, re.M)
    assert code
    mara.look()
    mara.fill("Code", code[1])
    mara.press("Confirm")


def choose(page: Page, country: str, currency: str) -> None:
    """Try another country; this is beside the way, so it does not count."""
    field = page.get_by_label("Country")
    if not field.is_visible():
        page.locator(".rh-fold summary").click()
    field.fill(country)
    field.press("Tab")
    expect(page.get_by_label("Currency")).to_have_value(currency)


def set_up(mara: Newcomer) -> None:
    expect(mara.page.get_by_text("Germany · EUR · Europe/Berlin · English")).to_be_visible()
    mara.look()
    for country, currency in {"Japan": "JPY", "Germany": "EUR"}.items():
        choose(mara.page, country, currency)
    mara.press("Save and continue")
    expect(mara.page.get_by_label("Tax on your invoices")).to_have_value("VAT")
    mara.look()
    mara.fill("Name of your business", "Studio Mara")
    mara.press("Save and continue")
    mara.look()
    mara.press("Save and continue")
    mara.look()
    mara.fill("Client", "Backhaus Nord")
    mara.fill("Decision maker", "Anna Weber")
    mara.fill("Their email", "anna@backhaus.example")
    mara.press("Write the proposal")


def send(mara: Newcomer) -> None:
    expect(mara.page.get_by_role("heading", name="New proposal")).to_be_visible()
    mara.look()
    mara.press("Review and send")
    expect(mara.page.get_by_text("A draft: only you can see it.")).to_be_visible()
    mara.look()
    mara.press("Send proposal")
    expect(mara.page.get_by_text("Send the proposal to Anna Weber?")).to_be_visible()
    mara.press("Send proposal", mara.page.get_by_role("dialog"))
    expect(mara.page.get_by_text("The proposal is on its way")).to_be_visible()
    mara.look()


def test_an_error_in_a_folded_part_unfolds_it(
    page: Page, live_server: Any, settings: Any, watched: Callable[[], None]
) -> None:
    settings.SITE_URL = live_server.url
    page.goto(f"{live_server.url}/accounts/signup/")
    mara = Newcomer(page, watched)
    sign_up(mara)
    set_up(mara)
    terms = page.locator("details", has_text="Terms:").first
    expect(terms).to_contain_text("3 months minimum, 30 days' notice")
    expect(terms.get_by_label("Notice in days")).not_to_be_visible()
    terms.locator("summary").click()
    terms.get_by_label("Notice in days").fill("9999")
    terms.get_by_label("Notice in days").press("Tab")
    expect(terms.locator("summary")).to_contain_text("changed, not saved yet")
    mara.press("Review and send")
    expect(page.get_by_label("Notice in days")).to_be_visible()
    expect(page.get_by_label("Notice in days")).to_be_focused()
    watched()
