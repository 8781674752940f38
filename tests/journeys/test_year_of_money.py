"""A year of clients who pay in different ways, in a real browser, and a table made by hand.

The clock of the product is moved from one day on which something is due to the next. What people
do, they do on the pages: the freelancer records transfers and certificates, a client whose card is
declined saves another one. `bin/test year` lives the whole year, every run its first two months.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from billing.books.invariants import find_contradictions
from billing.models import Invoice, WithholdingCertificate
from billing.runs.billing_run import run_billing
from clients import portal_links
from clients.models import Client
from core import links
from core.outbox import emails
from tests.clock import Clock
from tests.journeys.test_journey import enter
from tests.journeys.test_signing import desk
from tests.test_year import due_after
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DAY = timedelta(days=1)
START = datetime(2027, 1, 31, 3, 0, tzinfo=UTC)
VAT = [{"name": "VAT", "percent": "7"}]

MONTHS = [
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
]
LAST_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
NEW_CARD = START + 38 * DAY  # 10 March: three tries failed


def billed_on(months: int) -> list[str]:
    """The days on which a retainer from the 31st is billed in 2027."""
    return [f"{LAST_DAYS[n]} {MONTHS[n]} 2027" for n in range(months)]


def after(month: int, day: int) -> str:
    """A day of the month after."""
    return f"{day} {MONTHS[(month + 1) % 12]} {2027 + (month + 1) // 12}"


def by_transfer(months: int) -> list[str]:
    """30,000 + 7 %, 3 % withheld: paid on the 4th, and the certificate comes on the 10th."""
    rows = []
    for n, day in enumerate(billed_on(months)):
        rows += [
            f"{day} | Invoice | ฿32,100 | ฿32,100",
            f"{after(n, 4)} | Payment | -฿31,200 | ฿900",
            f"{after(n, 10)} | Withholding certificate | -฿900 | ฿0",
        ]
    return rows


def by_card(months: int) -> list[str]:
    """1,000 + 7 %, charged on the day."""
    rows = []
    for day in billed_on(months):
        rows += [f"{day} | Invoice | €1,070 | €1,070", f"{day} | Payment | -€1,070 | €0"]
    return rows


def by_debit(months: int) -> list[str]:
    """200, which the bank of the client pays three days after it was debited."""
    rows = []
    for n, day in enumerate(billed_on(months)):
        rows += [f"{day} | Invoice | €200 | €200", f"{after(n, 3)} | Payment | -€200 | €0"]
    return rows


def declined_once(months: int) -> list[str]:
    """500, declined on 28 February, and paid on 10 March by the card that the client saved then."""
    rows = []
    for n, day in enumerate(billed_on(months)):
        paid = "10 March 2027" if n == 1 else day
        rows += [f"{day} | Invoice | $500 | $500", f"{paid} | Payment | -$500 | $0"]
    return rows


@pytest.fixture
def months(request: pytest.FixtureRequest) -> int:
    return 12 if request.config.getoption("--every-day") else 2


def test_every_account_agrees_with_the_table_made_by_hand(
    page: Page,
    live_server: Any,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    watched: Callable[[], None],
    months: int,
) -> None:
    settings.SITE_URL = live_server.url
    monkeypatch.setattr(timezone, "datetime", Clock)
    Clock.at = START
    world = World()
    clients = {
        "transfer": retainer(
            world,
            "Siam Trading",
            card="",
            collect_by="transfer",
            currency="THB",
            amount=30_000_00,
            taxes=VAT,
            withholding_percent=Decimal(3),
        ),
        "card": retainer(world, "Berlin Design", currency="EUR", amount=1_000_00, taxes=VAT),
        "yearly": retainer(
            world,
            "Kyoto Tea",
            interval="yearly",
            currency="JPY",
            amount=107_000,
            taxes=VAT,
            tax_mode="inclusive",
        ),
        "debit": retainer(
            world, "Paris Atelier", card="debit_succeeds", currency="EUR", amount=200_00
        ),
        "declined": retainer(world, "Austin Labs", card="fails_later", amount=500_00),
    }
    last = datetime(2027 + months // 12, months % 12 + 1, 10, 4, tzinfo=UTC)  # of the certificates
    live(page, live_server, world, clients, last)

    assert find_contradictions(Clock.at) == []
    tables = {
        name: statement(page, live_server, client, watched) for name, client in clients.items()
    }
    assert tables["transfer"] == by_transfer(months)
    assert tables["card"] == by_card(months)
    assert tables["yearly"] == [
        "31 January 2027 | Invoice | ¥107,000 | ¥107,000",
        "31 January 2027 | Payment | -¥107,000 | ¥0",
    ]
    assert tables["debit"] == by_debit(months)
    assert tables["declined"] == declined_once(months)
    desk(page, live_server, world, "/jobs/")  # no worker runs here, which that page says in words
    expect(page.get_by_text("has never reported").first).to_be_visible()
    watched()


def retainer(world: World, name: str, **fields: Any) -> Client:
    client = world.client(name, now=START)
    world.running(client, now=START, starts_on=START.date(), anchor_day=31, title=name, **fields)
    return client


def live(page: Page, site: Any, world: World, clients: dict[str, Client], last: datetime) -> None:
    """Move the clock to each day on which something is due, run the jobs, and let people act."""
    while Clock.at <= last:
        run_billing(now=Clock.at, door="test")
        emails.send_due(now=Clock.at)
        today = Clock.at.date()
        for invoice in Invoice.objects.filter(client=clients["transfer"], state="open"):
            if today >= invoice.issued_on + 4 * DAY and not invoice.payments.exists():
                record_transfer(page, site, world, invoice)
        for paper in WithholdingCertificate.objects.filter(state="owed"):
            if today >= paper.invoice.issued_on + 10 * DAY:
                file_certificate(page, site, world, paper)
        declined = Invoice.objects.filter(client=clients["declined"], state="open")
        if declined.exists() and Clock.at >= NEW_CARD:
            save_another_card(page, site, clients["declined"])
            run_billing(now=Clock.at, door="test")
        Clock.at = next_day_of_something()


def next_day_of_something() -> datetime:
    """The next morning on which a job has something to do, or (on the 4th and 10th) a person."""
    due = min((at for at in due_after(Clock.at) if at), default=Clock.at)
    morning = Clock.at + DAY
    while morning < due and morning.day not in (4, 10):
        morning += DAY
    return morning


def record_transfer(page: Page, site: Any, world: World, invoice: Invoice) -> None:
    desk(page, site, world, f"/invoices/{invoice.pk}/")
    page.get_by_role("link", name="Record payment").click()
    expect(page.get_by_label("Amount")).to_have_value("฿31,200")
    page.get_by_label("Bank reference").fill(invoice.number)
    page.get_by_role("button", name="Record payment").click()
    expect(page.get_by_text("The payment is recorded.")).to_be_visible()


def file_certificate(page: Page, site: Any, world: World, paper: WithholdingCertificate) -> None:
    desk(page, site, world, "/certificates/")
    row = page.get_by_role("listitem").filter(has_text=paper.invoice.number)
    row.get_by_label("Certificate number").fill(f"50/{paper.invoice.number}")
    row.get_by_role("button", name="Mark as received").click()
    expect(row.get_by_text("Received")).to_be_visible()


def save_another_card(page: Page, site: Any, client: Client) -> None:
    come_in(page, site, client)
    page.goto(f"{site.url}/p/payment/")
    page.get_by_role("button", name="Save another card").click()
    page.get_by_role("button", name="Save this card").click()
    expect(page.get_by_text("Visa ···· 4242").first).to_be_visible()


def come_in(page: Page, site: Any, client: Client) -> None:
    """Open the portal as the client's decision maker."""
    page.context.clear_cookies()
    contact = client.contacts.get()
    link = portal_links.portal_link(contact=contact, now=Clock.at)
    enter(page, f"{site.url}/p/{links.token(link.id)}/")


def statement(page: Page, site: Any, client: Client, watched: Callable[[], None]) -> list[str]:
    """What the client reads in the portal: the day, what, the amount, and the balance after it."""
    come_in(page, site, client)
    page.goto(f"{site.url}/p/statement/")
    watched()
    rows = page.locator("tbody tr").all()
    cells = [[cell.inner_text() for cell in row.locator("td, th").all()] for row in rows]
    return [" | ".join([day, what.rpartition(" ")[0], *sums]) for day, what, *sums in cells]
