"""A month-end with ten clients: everything that waits is done in one list, by keys or by thumb."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from agreements.models import Agreement, Period
from agreements.proposals import client_actions
from billing.models import BankStatementLine, Invoice
from billing.runs.billing_run import run_billing
from core import nudge
from core.dates import local_day
from delivery.models import EarlyWarning, Report
from delivery.renewing import warning_texts
from delivery.reports import report_run
from delivery.requests import client_requests
from tests.journeys.conftest import NARROW
from tests.journeys.test_signing import desk
from tests.world import HERE, World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CLIENTS = ["Aurora", "Boreal", "Corona", "Delta", "Ember", "Fjord", "Gale", "Hill", "Iris", "Jade"]
PRESSES, SCREENS = 3, 10  # per client, and in all
THUMB = 44  # pixels
#: The key K of a keyboard that types Thai.
THAI_K = """document.activeElement.dispatchEvent(
    new KeyboardEvent("keydown", {key: "า", code: "KeyK", bubbles: true}))"""


class Hand:
    """Presses keys on a wide screen and buttons on a narrow one, and counts both."""

    def __init__(self, page: Page, width: int) -> None:
        self.page, self.by_thumb = page, width == NARROW
        self.presses = self.screens = 0
        page.on("load", lambda: setattr(self, "screens", self.screens + 1))

    def at(self) -> str:
        """The entry that is open."""
        return self.page.locator("[data-at]").get_attribute("data-at") or ""

    def press(self, button: Locator) -> None:
        self.presses += 1
        if self.by_thumb:
            box = button.bounding_box()
            assert box and box["height"] >= THUMB, button
        button.click()

    def key(self, name: str) -> None:
        self.presses += 1
        self.page.keyboard.press(name)

    def done(self, before: str) -> None:
        """Wait until the next entry is open, which then has the focus."""
        expect(self.page.locator(f"[data-at='{before}']")).to_have_count(0)
        left = self.page.locator("[data-at]")
        if left.count():
            expect(left).to_be_focused()

    def put_off(self) -> None:
        before = self.at()
        if self.by_thumb:
            self.press(self.page.locator("#open [data-later]"))
        else:
            self.key("l")
        self.done(before)

    def do(self, text: str = "", is_final: bool = True) -> None:
        """Do the open entry by its first button; `text` is typed before.

        What cannot be taken back takes Enter twice: the first comes to the button.
        """
        before = self.at()
        if self.by_thumb:
            if text:
                self.press(self.page.locator("#open textarea").first)
                self.page.keyboard.type(text)
            self.press(self.page.locator("#open [data-primary]"))
        elif text:
            self.key("Enter")
            self.page.keyboard.type(text)
            self.key("Control+Enter")
        else:
            self.key("Enter")
            if is_final:
                expect(self.page.locator("[data-primary]")).to_be_focused()
                self.key("Enter")
        self.done(before)


def month_end(world: World) -> None:
    """Ten clients at the end of a month: reports, transfers, requests, and what else there is."""
    now, then = timezone.now(), timezone.now() - timedelta(days=40)
    by_transfer = {"card": "", "collect_by": "transfer"}
    for n, name in enumerate(CLIENTS):
        ways = by_transfer if n < 2 else {}
        client = world.client(name, now=then, contact_email=f"p{n}@client.example")
        world.running(client, now=then, amount=1_000_00 + n * 100_00, signed_at=None, **ways)
    run_billing(now=then, door="test")
    for invoice in Invoice.objects.filter(collect_by="transfer").select_related("client"):
        BankStatementLine.objects.create(
            business=world.business,
            fingerprint=invoice.number,
            on=local_day(now, world.business.time_zone),
            currency="USD",
            amount=invoice.total,
            text=f"{invoice.client.name.upper()} {invoice.number}",
        )
    report_run.run_reports(now=now, door="test")
    agreements = list(Agreement.objects.order_by("client__name"))
    for agreement in agreements[2:4]:
        client_requests.create_request(
            contact=agreement.contact, agreement=agreement, text="A banner, please.", now=now
        )
    for days in (5, 0):
        run_billing(now=now - timedelta(days=days), door="test")
    period = Period.objects.filter(ends_on__gt=now.date()).latest("starts_on")
    EarlyWarning.objects.create(
        business=world.business,
        client=period.agreement.client,
        period=period,
        day=10,
        note="Two posts are late.",
        findings=[warning_texts.work_finding("posts", 0, 4, 2, 100)],
    )


def asked_and_signed(world: World) -> None:
    """A question about a proposal, and an agreement that waits for the second signature."""
    now = timezone.now()
    today = local_day(now, world.business.time_zone)
    asking = world.client("Harbor Hotel", now=now, contact_email="h@client.example")
    offered = world.proposal(asking, now=now, starts_on=today)
    client_actions.ask_question(
        proposal=offered, contact=offered.contact, text="Three drafts?", now=now, origin=HERE
    )
    signing = world.client("Island Inn", now=now, contact_email="i@client.example")
    proposal = world.proposal(signing, now=now, starts_on=today, countersigns=True)
    world.signed(world.picked(proposal, now=now), now=now)


def a_key_that_is_held_down_signs_nothing(page: Page) -> None:
    at = page.locator("[data-at]").get_attribute("data-at")
    for _repeat in range(4):
        page.keyboard.down("Enter")
    page.keyboard.up("Enter")
    page.wait_for_timeout(300)
    expect(page.locator("[data-at]")).to_have_attribute("data-at", str(at))
    page.locator("[data-at]").focus()


def keys_can_be_turned_off(page: Page, hand: Hand) -> None:
    """The keys move through the list, unless they are turned off (WCAG 2.1.4)."""
    first = hand.at()
    page.get_by_role("button", name="Turn off keyboard shortcuts").click()
    page.keyboard.press("j")
    expect(page.get_by_role("button", name="Turn on keyboard shortcuts")).to_be_visible()
    assert hand.at() == first
    page.get_by_role("button", name="Turn on keyboard shortcuts").click()
    page.keyboard.press("j")
    expect(page.locator(f"[data-at='{first}']")).to_have_count(0)
    page.evaluate(THAI_K)
    expect(page.locator(f"[data-at='{first}']")).to_be_focused()


@pytest.mark.parametrize("width", [1440, NARROW])
def test_a_month_end_with_ten_clients_takes_three_presses_each_and_ten_screens(
    page: Page,
    live_server: Any,
    settings: Any,
    world: World,
    watched: Callable[[], None],
    width: int,
) -> None:
    settings.SITE_URL = live_server.url
    page.set_viewport_size({"width": width, "height": 844})
    with nudge.muted():
        month_end(world)
        asked_and_signed(world)
    desk(page, live_server, world, "/")
    hand = Hand(page, width)
    hand.press(page.get_by_role("link", name="Work through the list"))
    expect(page.get_by_role("heading", name="To do", exact=True)).to_be_visible()
    watched()
    if not hand.by_thumb:
        keys_can_be_turned_off(page, hand)
    kinds = []
    while page.locator("[data-at]").count():
        kind = hand.at().partition("-")[0]
        kinds.append(kind)
        assert len(kinds) < 40, kinds
        if kinds.count(kind) == 1:
            watched()
        if kind == "invoice":  # its transfer has not arrived yet
            hand.put_off()
        elif kind in ("request", "question"):
            hand.do(text="Yes, by Friday.")
        else:
            if kind == "agreement" and not hand.by_thumb:
                a_key_that_is_held_down_signs_nothing(page)
            hand.do(is_final=kind != "report")
    expect(page.get_by_text("Nothing is waiting for you")).to_be_visible()
    watched()
    assert {"agreement", "question", "report", "request", "transfer", "warning"} <= set(kinds)
    assert hand.presses <= PRESSES * 10 and hand.screens <= SCREENS, (hand.presses, hand.screens)
    assert Report.objects.filter(reviewed_at=None).count() == 0
    assert BankStatementLine.objects.filter(state="matched").count() == 2

    page.get_by_text("Done before").click()
    page.get_by_role("button", name=re.compile("Undo.*report")).first.click()
    expect(page.locator("[data-at^=report-]")).to_be_focused()
    watched()

    page.context.clear_cookies()
    page.locator("[data-primary]").click()
    expect(page).to_have_url(re.compile("/accounts/login/"))
