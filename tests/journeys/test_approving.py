"""A client approves what was delivered and asks for a change; a colleague sees no money."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from agreements.models import Period
from billing.runs.billing_run import run_billing
from clients import client_records
from delivery.models import Request
from delivery.requests import owner_replies
from delivery.work import checklist_actions, hand_over
from tests.browsers import logged_in
from tests.journeys.test_journey import come_in
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_client_answers_what_was_delivered_and_it_is_delivered_again(
    page: Page, browser: Browser, site: str, world: World, watched: Callable[[], None]
) -> None:
    now = timezone.now()
    begun = now - timedelta(days=12)
    tier = {"name": "Growth", "deliverables": [{"title": "posts", "promised": 12}]}
    agreement = world.running(now=begun, starts_on=begun.date(), tier=tier)
    run_billing(now=begun, door="test")
    checklist_actions.open_checklists(now=begun)
    posts = Period.objects.get(agreement=agreement).deliverables.get()
    for title in ("Reel: the new menu", "Reel: behind the bar"):
        hand_over.hand_over(
            deliverable=posts, actor="Nan", now=now, title=title, url="https://drive.example/1"
        )
    checklist_actions.set_done(deliverable=posts, done=3)
    come_in(page, agreement.contact)
    waits = page.get_by_role("region", name="Waiting for you")
    expect(waits.get_by_text("3 delivered items wait for your approval")).to_be_visible()
    waits.get_by_role("link", name="Review and answer").click()
    watched()

    page.get_by_role("button", name="Approve Reel: the new menu").click()
    expect(page.get_by_role("button", name="Take approval back")).to_be_visible()
    page.get_by_text("Ask for a change Reel: behind the bar").click()
    page.get_by_label("What should change?").locator("visible=true").fill("It is too dark.")
    watched()
    page.get_by_role("button", name="Send").locator("visible=true").click()
    expect(page.get_by_text("Change requested")).to_be_visible()
    watched()

    owner_replies.answer_with_handover(
        request=Request.objects.get(),
        actor="Nan",
        now=timezone.now(),
        url="https://drive.example/2",
        text="Here it is.",
    )
    page.reload()
    expect(page.get_by_text("New version")).to_be_visible()
    page.get_by_role("button", name="Approve all").click()
    page.get_by_role("dialog").get_by_role("button", name="Approve all").click()
    expect(page.get_by_text("3 of 3 approved.")).to_be_visible()
    watched()

    owner = browser.new_context()
    session = logged_in(world.business.owner).cookies["sessionid"].value
    owner.add_cookies([{"name": "sessionid", "value": session, "url": site}])
    desk = owner.new_page()
    desk.goto(f"{site}/periods/{posts.period_id}/work/")
    expect(desk.get_by_text("3 of 3 approved")).to_be_visible()


def test_a_colleague_without_money_sees_the_work_alone(
    page: Page, browser: Browser, site: str, world: World, watched: Callable[[], None]
) -> None:
    now = timezone.now()
    agreement = world.running(now=now, starts_on=now.date())
    run_billing(now=now, door="test")
    anna = client_records.add_contact(
        client=agreement.client, name="Anna", email="anna@baan.example", sees_money=False, now=now
    )
    come_in(page, anna)
    expect(page.get_by_role("link", name="Invoices")).to_have_count(0)
    watched()
    page.goto(f"{site}/p/invoices/")
    expect(page.get_by_text("Ploy can show them to you")).to_be_visible()
    decider = browser.new_context().new_page()
    come_in(decider, agreement.contact)
    decider.goto(f"{site}/p/people/")
    decider.get_by_role("button", name="Show prices and payments Anna").click()
    expect(decider.get_by_role("button", name="Hide prices and payments Anna")).to_be_visible()
    page.goto(f"{site}/p/invoices/")
    expect(page.get_by_role("heading", name="Invoices")).to_be_visible()
