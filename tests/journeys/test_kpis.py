"""KPIs in the browser: entered, corrected, imported; a warning and its note; the renewal risk."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from billing.runs.billing_run import run_billing
from core.dates import local_day
from core.outbox import emails
from delivery.models import EarlyWarning, Reading
from delivery.renewing import watch_pace
from delivery.rules import pace_rules
from delivery.work import checklist_actions
from tests.journeys.test_journey import enter, letter, link_in
from tests.journeys.test_signing import desk
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WHO = "ploy@baan.example"
TIER = {"name": "Growth", "deliverables": [{"title": "posts", "promised": 12}]}


@pytest.mark.parametrize("width", [1440, 390])
def test_a_kpi_reading_is_entered_corrected_and_imported_from_a_file(
    page: Page,
    live_server: Any,
    settings: Any,
    world: World,
    watched: Callable[[], None],
    width: int,
    tmp_path: Path,
) -> None:
    settings.SITE_URL = live_server.url
    page.set_viewport_size({"width": width, "height": 844})
    begun = local_day(timezone.now(), "Asia/Bangkok") - timedelta(days=12)
    agreement = world.running(
        starts_on=begun, anchor_day=begun.day, now=timezone.now() - timedelta(days=12)
    )
    run_billing(now=timezone.now(), door="test")
    own = f"{live_server.url}/agreements/{agreement.pk}/kpis/"

    desk(page, live_server, world, f"/agreements/{agreement.pk}/kpis/")
    expect(page.get_by_text("Agree on two or three KPIs")).to_be_visible()
    watched()
    page.get_by_role("link", name="Add a KPI").first.click()
    watched()
    page.get_by_label("Name").fill("Followers")
    page.get_by_label("At the start").fill("100")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("This field is required.")).to_be_visible()
    page.get_by_label("Monthly target").fill("200")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Not measured in this period yet.").first).to_be_visible()

    card = page.locator("section", has=page.get_by_role("heading", name="Followers"))
    card.get_by_role("textbox", name="Day").fill((begun - timedelta(days=3)).isoformat())
    card.get_by_role("textbox", name="Value").fill("150")
    card.get_by_role("button", name="Save").click()
    expect(page.get_by_text("No period of the agreement holds this day.")).to_be_visible()
    watched()
    for value in ("150", "155"):
        card.get_by_role("textbox", name="Day").fill((begun + timedelta(days=3)).isoformat())
        card.get_by_role("textbox", name="Value").fill(value)
        card.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Followers is corrected.")).to_be_visible()
    card.get_by_text("Readings and corrections").click()
    expect(card.get_by_text("corrected from 150 to 155")).to_be_visible()
    expect(card.get_by_text("On track")).to_be_visible()
    watched()

    table = tmp_path / "readings.csv"
    table.write_text(
        f"kpi,date,value\nFollowers,{begun + timedelta(days=5)},160\nNobody,{begun},1\n"
    )
    page.get_by_label("CSV file").set_input_files(table)
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_text("Line 3: There is no KPI called “Nobody”.")).to_be_visible()
    watched()
    assert Reading.objects.count() == 1
    table.write_text(f"kpi,date,value\nFollowers,{begun + timedelta(days=5)},160\n")
    page.get_by_label("CSV file").set_input_files(table)
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_text("New: 1. Corrected: 0. There already: 0.")).to_be_visible()
    watched()
    assert Reading.objects.count() == 1
    page.get_by_role("button", name="Save readings").click()
    expect(page.get_by_text("1 readings are new")).to_be_visible()
    assert Reading.objects.count() == 2

    page.get_by_role("link", name="Change or retire").click()
    watched()
    page.get_by_label("Monthly target").fill("300")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("/ 300")).to_be_visible()
    assert page.url == own

    page.goto(f"{live_server.url}/settings/api/")
    page.get_by_label("What it is for").fill("Nightly script")
    page.get_by_role("button", name="Make a key").click()
    expect(page.get_by_role("textbox", name="Key", exact=True)).to_have_value(re.compile("^rh_"))
    watched()


@pytest.mark.parametrize("width", [1440, 390])
def test_a_warning_leads_to_a_note_and_the_dashboard_says_who_may_not_renew(
    page: Page,
    live_server: Any,
    settings: Any,
    world: World,
    watched: Callable[[], None],
    width: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.SITE_URL = live_server.url
    page.set_viewport_size({"width": width, "height": 844})
    now = timezone.now()
    today = local_day(now, "Asia/Bangkok")
    monkeypatch.setattr(pace_rules, "DIGEST_DAYS", (today.day,))
    begun = today - timedelta(days=45)
    agreement = world.running(
        starts_on=begun, anchor_day=begun.day, now=now - timedelta(days=45), tier=TIER
    )
    for days in (45, 14):
        run_billing(now=now - timedelta(days=days), door="test")
    checklist_actions.open_checklists(now=now)
    assert watch_pace.warn_due(now=now) == 1

    desk(page, live_server, world, "/")
    expect(page.get_by_role("heading", name="At risk")).to_be_visible()
    watched()
    page.locator("section", has=page.get_by_role("heading", name="At risk")).get_by_role(
        "link"
    ).click()
    expect(page.get_by_role("heading", name="Renewal risk")).to_be_visible()
    expect(page.get_by_text("Only 0 h of 20 h were used in the last period.")).to_be_visible()
    watched()

    emails.send_due(now=timezone.now())
    mail = letter("early_warnings", world.business.owner.email)
    page.goto(link_in(mail))
    expect(page.get_by_text(re.compile("posts: 0 of 12 done, [56] expected"))).to_be_visible()
    watched()
    page.get_by_role("button", name="Send it to Ploy").click()
    expect(page.get_by_text("The note is on its way to Ploy.")).to_be_visible()
    watched()
    assert EarlyWarning.objects.get().sent_at
    emails.send_due(now=timezone.now())
    assert "20 h are still free" in letter("early_note", WHO)
    page.goto(f"{live_server.url}/warnings/")
    expect(page.get_by_text("Note sent")).to_be_visible()
    watched()

    page.goto(f"{live_server.url}/agreements/{agreement.pk}/reviews/")
    page.get_by_label("What comes next").fill("Two films in spring.")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("article").get_by_text("Two films in spring.")).to_be_visible()
    watched()
    page.get_by_role("button", name="Create document").click()
    page.get_by_role("button", name="Send Review").click()
    page.locator("dialog[open] .btn-primary").click()
    expect(page.get_by_text("The review is on its way.")).to_be_visible()
    watched()

    page.context.clear_cookies()
    emails.send_due(now=timezone.now())
    enter(page, link_in(letter("quarterly_review", WHO)))
    expect(page.get_by_text("Two films in spring.")).to_be_visible()
    watched()
