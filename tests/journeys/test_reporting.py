"""A report in the browser: reviewed, read from the email, and answered with one button."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from agreements.models import Agreement, Period
from billing.runs.billing_run import run_billing
from core import links
from core.dates import local_day
from core.models import OutboxEmail
from core.outbox import emails
from delivery.hours import time_log
from delivery.kpis import kpi_changes
from delivery.models import Report
from delivery.reports import report_run
from delivery.work import checklist_actions
from tests.journeys.test_journey import come_in
from tests.journeys.test_signing import desk
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TIER = {"name": "Growth", "response_hours": 24, "deliverables": [{"title": "posts", "promised": 4}]}


def lived(world: World) -> Agreement:
    """A period that ended yesterday, with work, a checklist and four KPIs, one of them unread."""
    now = timezone.now()
    then = now - timedelta(days=40)
    begun = local_day(then, "Asia/Bangkok")
    agreement = world.running(starts_on=begun, anchor_day=begun.day, now=then, tier=TIER)
    run_billing(now=then, door="test")
    checklist_actions.open_checklists(now=then)
    period = Period.objects.get(index=0)
    checklist_actions.set_done(deliverable=period.deliverables.get(), done=4)
    time_log.log_time(agreement=agreement, on=begun, minutes=600, note="Content plan", now=then)
    facts = {"agreement": agreement, "unit": "", "less_is_better": False, "baseline": Decimal(100)}
    for n, name in enumerate(("Followers", "Sign-ups", "Visits", "Calls")):
        kpi = kpi_changes.add_kpi(
            name=name, target=Decimal(200), now=then + timedelta(seconds=n), **facts
        )
        if n < 3:
            kpi_changes.write_reading(
                kpi=kpi, period=period, value=Decimal(150 + 30 * n), on=begun, now=then
            )
    report_run.run_reports(now=now, door="test")
    return agreement


def mailed(kind: str) -> OutboxEmail:
    emails.send_due(now=timezone.now())
    row = OutboxEmail.objects.filter(kind=kind).latest("created_at")
    assert row.state == "sent", row.error
    return row


@pytest.mark.parametrize("width", [1440, 390])
def test_a_report_is_reviewed_sent_read_and_answered_with_one_button(
    page: Page,
    live_server: Any,
    settings: Any,
    world: World,
    watched: Callable[[], None],
    width: int,
) -> None:
    settings.SITE_URL = live_server.url
    page.set_viewport_size({"width": width, "height": 900})
    agreement = lived(world)
    report = Report.objects.get()

    desk(page, live_server, world, "/reports/?state=draft")
    watched()
    page.get_by_role("link", name="Baan Coffee").click()
    expect(page.get_by_text("is sent automatically")).to_be_visible()
    watched()
    preview = page.locator("#preview")
    expect(preview.get_by_text("all four posts")).to_be_visible()
    page.get_by_label("Your words to the client").fill("The best month so far.")
    expect(preview.get_by_text("The best month so far.")).to_be_visible()
    page.get_by_label("One decision wanted").fill("Shall we film two videos?")
    page.get_by_role("checkbox", name="Calls").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Choose three at most")).to_be_visible()
    expect(page.get_by_label("Your words to the client")).to_have_value("The best month so far.")
    watched()
    page.get_by_role("checkbox", name="Followers").uncheck()
    page.get_by_label("Send on").fill("2020-01-01T09:00")
    page.get_by_role("button", name="Save, and send then").click()
    expect(page.get_by_text("Choose a time within the next 60 days.")).to_be_visible()
    watched()
    page.get_by_role("button", name="Save and send", exact=True).click()
    page.get_by_role("dialog").locator("[value=yes]").click()
    expect(page.get_by_text("The report is on its way")).to_be_visible()
    expect(page.get_by_text("not recorded").first).to_be_visible()
    watched()

    page.context.clear_cookies()
    come_in(page, agreement.contact)
    page.goto(f"{live_server.url}/p/reports/")
    expect(page.get_by_text("waits for your answer")).to_be_visible()
    watched()
    page.context.clear_cookies()
    letter = mailed("report")
    assert "Calls: no reading" in letter.text and "Followers" not in letter.text
    pressed = re.search(r"(http\S+/p/\S+\?answer=yes)", links.fill(letter.text, letter.mark))
    assert pressed
    page.goto(pressed[1])
    expect(page.get_by_role("heading", name="Shall we film two videos?")).to_be_visible()
    assert not Report.objects.get().answer, "looking is not answering"
    watched()
    page.get_by_role("button", name="Yes, go ahead").click()
    expect(page.get_by_text("Thank you: your answer is on its way.")).to_be_visible()
    expect(page.get_by_text("The best month so far.")).to_be_visible()
    watched()
    page.wait_for_timeout(2500)  # time spent reading; the page counts whole seconds
    page.goto(f"{live_server.url}/p/reports/")
    watched()
    page.goto(pressed[1])
    expect(page.get_by_text("Yes, go ahead")).to_be_visible()

    page.context.clear_cookies()
    assert "answered: Yes, go ahead" in mailed("report_answered").text
    desk(page, live_server, world, f"/reports/{report.pk}/")
    expect(page.get_by_text("Yes, go ahead")).to_be_visible()
    watched()
    found = Report.objects.get()
    assert found.opened_at and found.answer == "yes" and found.document and found.read_seconds
