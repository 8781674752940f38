"""From first contact to the notes of a call: fit check, booking, autosave, an objection."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from agreements.models import Proposal
from clients.calls import call_notes
from clients.models import Call, Client, FitCheck, Objection
from tests.journeys.test_signing import desk
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [1440, 390])
def test_a_prospect_is_checked_called_and_answered(
    page: Page, live_server: Any, world: World, watched: Callable[[], None], width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    client = world.client(now=timezone.now())
    desk(page, live_server, world, f"/clients/{client.pk}/")
    watched()
    check_the_fit(page, watched)
    book(page, watched)
    page = talk(page, watched)
    offer(page)
    hesitate(page, client, f"{live_server.url}/clients/{client.pk}/")


def check_the_fit(page: Page, watched: Callable[[], None]) -> None:
    page.get_by_role("link", name="Fit check").click()
    for question in ("recur every month", "budget for every month", "want to grow"):
        page.get_by_role("group", name=question).get_by_label("Yes").check()
    page.get_by_role("group", name="worked together").get_by_label("No", exact=True).check()
    page.get_by_role("button", name="What does it say?").click()
    verdict = page.get_by_role("region", name="The verdict")
    expect(verdict).to_contain_text("A paid trial first")
    expect(verdict).to_contain_text("Can you reach who decides?")
    watched()
    assert FitCheck.objects.get().reaches == ""
    verdict.get_by_role("link", name="Book a call").click()


def book(page: Page, watched: Callable[[], None]) -> None:
    page.get_by_label("Ploy, decides").uncheck()
    page.get_by_text("Somebody who is not in the list").click()
    page.get_by_label("Name", exact=True).fill("Dao Assistant")
    page.get_by_label("Email", exact=True).fill("dao@baan.example")
    page.get_by_label("This person decides").uncheck()
    page.get_by_role("button", name="Book the call").click()
    expect(page.get_by_text("Nobody on this call decides.")).to_be_visible()
    assert not Call.objects.exists()
    watched()
    page.get_by_label("Ploy, decides").check()
    page.get_by_role("button", name="Book the call").click()
    expect(page.get_by_role("heading", name="Call with Baan Coffee")).to_be_visible()
    row = Call.objects.get()
    assert {contact.name for contact in row.contacts.all()} == {"Ploy", "Dao Assistant"}
    assert Client.objects.get().state == "call_booked"


def talk(page: Page, watched: Callable[[], None]) -> Page:
    """By keyboard alone; the tab closes while the server is unreachable, and nothing is lost."""
    page.get_by_role("button", name="Start").press("Enter")
    page.get_by_label("Work of the next 3 to 6 months").focus()
    page.keyboard.type("Posts every day, คาเฟ่ใหม่ ☕")
    state = page.locator("[data-state]")
    expect(state).to_contain_text("Saved ")
    watched()
    assert Call.objects.get().needs == "Posts every day, คาเฟ่ใหม่ ☕"

    page.route(
        "**/calls/**",
        lambda route: route.abort() if route.request.method == "POST" else route.fallback(),
    )
    page.get_by_label("Their goals, in their words").fill("5,000 followers by summer")
    expect(state).to_have_text("Not saved, kept in this browser")
    again = page.context.new_page()
    again.set_viewport_size(page.viewport_size or {"width": 390, "height": 900})
    page.close()
    again.goto(page.url)
    expect(again.get_by_label("Their goals, in their words")).to_have_value(
        "5,000 followers by summer"
    )
    expect(again.locator("[data-state]")).to_contain_text("Saved ")
    expect(again.get_by_role("button", name="Stop")).to_be_visible()  # the timer kept running
    figure = again.get_by_role("group", name="KPI 1")
    figure.get_by_label("KPI").fill("Followers")
    figure.get_by_label("Today").fill("1,200")
    figure.get_by_label("Goal").fill("lots")
    again.get_by_label("Hours a month").fill("20")
    expect(again.locator("[data-state]")).to_contain_text("Not read as a number: lots")
    figure.get_by_label("Goal").fill("5,000")
    again.get_by_role("button", name="Save").first.click()
    expect(again.locator("[data-state]")).not_to_contain_text("lots")
    other_tab(again)
    found = call_notes.answers(Client.objects.get())
    assert (found.needs, found.minutes) == ("Posts every day, คาเฟ่ใหม่ ☕", 1200)
    assert found.kpi_lines == ["Followers: from 1200 to 5000"]
    return again


def other_tab(page: Page) -> None:
    """After a save elsewhere, nothing is overwritten until the person has chosen a version."""
    row = Call.objects.get()
    there = {name: getattr(row, name) for name in call_notes.TYPED} | {"budget": "about 4,000"}
    call_notes.write(call=row, typed=there, revision=row.revision, now=timezone.now())
    page.get_by_label("Budget you heard").fill("5k")
    expect(page.get_by_role("alert").filter(has_text="changed in another tab")).to_be_visible()
    assert Call.objects.get().budget == "about 4,000"
    page.get_by_role("button", name="Use what was typed here").click()
    expect(page.locator("[data-state]")).to_contain_text("Saved ")
    expect(page.locator("[data-conflict]")).to_be_hidden()
    assert Call.objects.get().budget == "5k"


def offer(page: Page) -> None:
    """From the completed notes to the sent proposal: four clicks, and no field to fill in."""
    page.get_by_role("link", name="Compose the proposal").click()
    page.get_by_role("button", name="Review and send").click()
    page.get_by_role("button", name="Send proposal").click()
    page.get_by_role("dialog").get_by_role("button", name="Send proposal").click()
    expect(page.get_by_text("The proposal is on its way")).to_be_visible()
    sent = Proposal.objects.get()
    assert sent.recommended_because == "Your goal is “5,000 followers by summer”."
    assert "Posts every day, คาเฟ่ใหม่" in sent.intro
    assert sent.kpis == ["Followers: from 1200 to 5000"]
    assert [tier.is_recommended for tier in sent.tiers.order_by("position")] == [True, False, False]


def hesitate(page: Page, client: Client, where: str) -> None:
    page.goto(where)
    page.get_by_role("button", name="Money").click()
    expect(page.get_by_text("Never answer with a discount", exact=False)).to_be_visible()
    expect(page.get_by_text("Walk away politely")).to_be_visible()
    page.get_by_label("Something else").check()
    page.get_by_label("In your own words").fill("What would it cost to do nothing?")
    page.get_by_role("button", name="Save note").click()
    assert Objection.objects.get().reply
    page.get_by_role("button", name="Money").click()
    expect(page.get_by_text("What would it cost to do nothing?")).to_be_visible()
    assert Objection.objects.filter(client=client, kind="money").count() == 2
