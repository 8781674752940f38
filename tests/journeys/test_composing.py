"""A proposal is written beside the page that its client will read, and nothing typed is lost."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Browser, Dialog, FrameLocator, Locator, Page, Route, expect

from agreements.models import Proposal
from agreements.proposals import lifecycle
from tests.journeys.conftest import look_for_faults
from tests.journeys.test_signing import desk
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class Writer:
    """A freelancer who writes a proposal in one tab."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.state = page.locator("[data-state]")
        self.seen: FrameLocator = page.frame_locator("iframe")

    def field(self, name: str) -> Locator:
        return self.page.locator(f"#id_{name}")

    def saved(self) -> None:
        """Wait until all that was typed is saved."""
        expect(self.state).to_have_attribute("aria-busy", "false")
        expect(self.state).to_contain_text("Saved ")

    def unfold(self, text: str) -> None:
        self.page.locator("summary", has_text=text).first.click()

    def turn(self, side: str) -> None:
        """On a narrow screen show the fields or the preview; on a wide one both are there."""
        knob = self.page.get_by_role("button", name=side, exact=True)
        if knob.is_visible():
            knob.click()


@pytest.fixture
def writer(page: Page, live_server: Any, world: World) -> Writer:
    """A tab with a new proposal."""
    client = world.client(now=timezone.now())
    desk(page, live_server, world, f"/clients/{client.pk}/propose/")
    return Writer(page)


@pytest.mark.parametrize("width", [1440, 390])
def test_what_is_typed_is_saved_and_seen_where_one_reads(
    writer: Writer, watched: Callable[[], None], width: int
) -> None:
    page, seen = writer.page, writer.seen
    page.set_viewport_size({"width": width, "height": 900})
    expect(writer.state).to_have_text("Saved as you type")
    watched()
    assert not Proposal.objects.exists()

    writer.field("recommended_because").fill("You want ลูกค้าประจำ who come back.")
    writer.saved()
    assert page.url.endswith(f"/proposals/{Proposal.objects.get().pk}/edit/")
    writer.turn("Preview")
    expect(seen.get_by_text("You want ลูกค้าประจำ who come back.").first).to_be_visible()
    tiers = seen.get_by_text("Growth", exact=True).first
    tiers.scroll_into_view_if_needed()
    before = frame_place(page)
    assert before > 0
    watched()

    writer.turn("Fields")
    fee = writer.field("tier-1-fee")
    fee.fill("5,432")
    expect(seen.get_by_text("$5,432").first).to_be_attached()
    assert frame_place(page) == before

    fee.fill("abc")
    expect(writer.state).to_contain_text("To correct: Tier 2: Fee")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(fee).to_be_focused()
    expect(fee).to_have_attribute("aria-invalid", "true")
    look_for_faults(page, accessibility=True)
    assert seen.get_by_text("$5,432").count()  # the client's page keeps the last readable fee
    page.reload()
    expect(fee).to_have_value("abc")
    fee.fill("5,000")
    writer.saved()
    expect(fee).not_to_have_attribute("aria-invalid", "true")
    recommend(writer)
    restate(writer)
    go_on(writer)


def recommend(writer: Writer) -> None:
    """What no single field is to blame for is said above, until it is mended."""
    page, recommended = writer.page, writer.field("tier-1-is_recommended")
    page.locator("[data-fold=tier-1] > summary").click()
    recommended.uncheck()
    expect(writer.state).to_contain_text("To correct: Recommend exactly one tier.")
    page.reload()
    faults = page.locator("#priced").get_by_text("Recommend exactly one tier.")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(faults).to_be_in_viewport()
    page.locator("[data-fold=tier-1] > summary").click()
    recommended.check()
    expect(faults).to_be_hidden()
    writer.saved()


def frame_place(page: Page) -> int:
    place: int = page.evaluate("document.querySelector('iframe').contentWindow.scrollY")
    return place


def restate(writer: Writer) -> None:
    """Another interval: fees, hours, deliverables and monthly extras follow, and the preview."""
    page = writer.page
    writer.unfold("Extras the client can add")
    page.get_by_role("button", name="Add an extra").click()
    last = page.locator("[data-rows=extra] fieldset").last
    last.get_by_label("Extra", exact=True).fill("Weekend posts")
    last.get_by_label("Price", exact=True).fill("500")
    writer.saved()
    writer.unfold("Every month")
    writer.field("interval").select_option("yearly")
    expect(writer.field("tier-0-fee")).to_have_value("$36,000")
    writer.saved()
    proposal = Proposal.objects.get()
    assert proposal.interval == "yearly"
    assert lifecycle.tiers_of(proposal)[0].amount == 36_000_00
    assert [one["amount"] for one in proposal.extras] == [6_000_00]
    writer.turn("Preview")
    expect(writer.seen.get_by_text("$6,000").first).to_be_attached()
    writer.turn("Fields")


def go_on(writer: Writer) -> None:
    """The button waits for a save that is on its way, and for what was typed after it."""
    page = writer.page

    def slow(route: Route) -> None:
        page.wait_for_timeout(1500)
        route.continue_()

    page.route("**/edit/", slow, times=1)
    with page.expect_request("**/edit/"):
        writer.field("recommended_because").fill("Typed before")
    writer.field("recommended_because").fill("Typed while the save was on its way")
    page.get_by_role("button", name="Review and send").click()
    expect(page.get_by_text("A draft: only you can see it.")).to_be_visible()
    assert Proposal.objects.get().recommended_because == "Typed while the save was on its way"


def test_two_tabs_show_each_other_what_differs_and_typing_on_decides_nothing(
    writer: Writer, page: Page
) -> None:
    writer.field("recommended_because").fill("Written first.")
    writer.saved()
    other = Writer(page.context.new_page())
    other.page.goto(page.url)
    other.field("recommended_because").fill("Written in the other tab.")
    other.saved()

    words = writer.field("intro")
    words.fill("")
    words.focus()
    page.keyboard.type("Hello ", delay=20)
    clash = page.get_by_role("alert").filter(has_text="changed in another tab")
    expect(clash).to_be_in_viewport()
    expect(clash).to_contain_text("Written in the other tab.")
    look_for_faults(page, accessibility=True)
    page.keyboard.type("from here on", delay=20)  # a space presses no button
    expect(words).to_have_value("Hello from here on")
    assert Proposal.objects.get().recommended_because == "Written in the other tab."
    clash.get_by_role("button", name="Use what was typed here").click()
    expect(clash).to_be_hidden()
    writer.saved()
    assert Proposal.objects.get().intro == "Hello from here on"

    other.field("intro").fill("Late")
    clash = other.page.get_by_role("alert").filter(has_text="changed in another tab")
    clash.get_by_role("button", name="Use what was saved there").click()
    expect(other.field("intro")).to_have_value("Hello from here on")
    page.close()
    sent_meanwhile(other)


def sent_meanwhile(writer: Writer) -> None:
    """What was sent is not changed by typing, and what was typed since is not taken away."""
    lifecycle.send_proposal(proposal=Proposal.objects.get(), actor="Nan", now=timezone.now())
    writer.field("intro").fill("Too late")
    over = writer.page.get_by_role("alert").filter(has_text="was sent or deleted elsewhere")
    expect(over).to_be_in_viewport()
    expect(writer.field("intro")).to_have_value("Too late")
    assert Proposal.objects.get().intro == "Hello from here on"
    assert leaves_with_a_warning(writer.page)


def leaves_with_a_warning(page: Page) -> bool:
    """Whether the browser asks before it closes the page; it is closed."""
    asked: list[str] = []

    def hear(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", hear)
    page.close(run_before_unload=True)
    page.context.pages or page.context.new_page()
    page.wait_for_event("close") if not page.is_closed() else None
    return asked == ["beforeunload"]


def test_nothing_typed_is_lost_when_the_session_ends_or_the_server_is_away(
    writer: Writer, page: Page, live_server: Any, world: World
) -> None:
    writer.field("recommended_because").fill("Before")
    writer.saved()
    session = [one for one in page.context.cookies() if one["name"] == "sessionid"]
    page.context.clear_cookies(name="sessionid")
    writer.field("recommended_because").fill("Typed while signed out")
    ended = page.get_by_role("alert").filter(has_text="signed out")
    expect(ended).to_be_in_viewport()
    look_for_faults(page, accessibility=True)
    writer.unfold("Every month")
    writer.field("interval").select_option("yearly")
    page.wait_for_timeout(1000)
    expect(writer.field("tier-0-fee")).to_have_value("3000")  # not yet restated, and still there
    expect(page.locator("#priced input[type=password]")).to_have_count(0)  # no page to sign in on
    assert Proposal.objects.get().interval == "monthly"

    page.context.add_cookies([{**session[0]}])  # type: ignore[typeddict-item]
    expect(writer.field("tier-0-fee")).to_have_value("$36,000")
    writer.saved()
    expect(ended).to_be_hidden()
    kept = Proposal.objects.get()
    assert (kept.recommended_because, kept.interval) == ("Typed while signed out", "yearly")

    def away(route: Route) -> None:
        if route.request.method == "POST":
            route.abort()
        else:
            route.fallback()

    page.route("**/edit/", away)
    writer.field("recommended_because").fill("Typed on a train")
    expect(writer.state).to_have_text("Not saved, kept in this browser")
    again = Writer(page.context.new_page())
    assert leaves_with_a_warning(page)
    again.page.goto(f"{live_server.url}/proposals/{kept.pk}/edit/")
    expect(again.field("recommended_because")).to_have_value("Typed on a train")
    again.saved()
    assert Proposal.objects.get().recommended_because == "Typed on a train"


@pytest.mark.parametrize("width", [390, 1440])
def test_without_javascript_a_button_saves_and_what_cannot_be_read_stays(
    browser: Browser, page: Page, live_server: Any, world: World, width: int
) -> None:
    client = world.client(now=timezone.now())
    desk(page, live_server, world, f"/clients/{client.pk}/")
    still = browser.new_context(
        java_script_enabled=False,
        storage_state=page.context.storage_state(),
        viewport={"width": width, "height": 900},
    ).new_page()
    still.goto(f"{live_server.url}/clients/{client.pk}/propose/")
    seen = still.frame_locator("iframe")
    expect(seen.get_by_text("Proposal for Baan Coffee")).to_be_visible()
    expect(still.get_by_role("button", name="Preview")).to_be_hidden()
    still.locator("#id_tier-1-fee").fill("abc")
    still.locator("#id_recommended_because").fill("Kept")
    still.get_by_role("button", name="Review and send").click()
    expect(still.get_by_text("Write an amount, like 3,000.")).to_be_visible()
    expect(still.locator("#id_tier-1-fee")).to_have_value("abc")
    expect(still.locator("#id_recommended_because")).to_have_value("Kept")
    expect(seen.get_by_text("Proposal for Baan Coffee")).to_be_visible()
    still.locator("#id_tier-1-fee").fill("5,500")
    # By a key: while the frame loads, the page may move under the mouse.
    still.get_by_role("button", name="Review and send").press("Enter")
    expect(still.get_by_text("A draft: only you can see it.")).to_be_visible()
    assert Proposal.objects.get().recommended_because == "Kept"
    still.context.close()


def test_a_picture_is_seen_at_once_goes_when_told_and_another_can_take_its_place(
    writer: Writer, page: Page, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    files = []
    for color in ("teal", "orange"):
        files.append(tmp_path / f"{color}.png")
        Image.new("RGB", (60, 30), color).save(files[-1])
    writer.unfold("What you will do")
    for place in (0, 1):
        writer.field(f"section-{place}-title").fill(f"Section {place}")
        writer.field(f"section-{place}-body").fill("Words.")
        writer.field(f"section-{place}-picture").set_input_files(files[place])
    pictures = writer.seen.locator("main img[src*=picture]")
    expect(pictures).to_have_count(2)
    writer.saved()
    orange = Proposal.objects.get().sections[1]["picture"]
    shown = pictures.nth(1).get_attribute("src")

    first = writer.field("section-0-removes")
    first.check()
    expect(pictures).to_have_count(1)
    writer.field("section-0-picture").set_input_files(files[0])
    expect(pictures).to_have_count(2)
    writer.saved()
    expect(first).not_to_be_checked()
    writer.field("section-0-title").fill("Plan")
    writer.saved()
    assert all("picture" in row for row in Proposal.objects.get().sections)

    writer.field("section-0-title").fill("")
    writer.field("section-0-body").fill("")
    expect(pictures).to_have_count(1)
    writer.saved()
    assert [row["picture"] for row in Proposal.objects.get().sections] == [orange]
    assert pictures.first.get_attribute("src") != shown  # another address, so never the old one


def test_whoever_goes_on_while_the_server_is_away_is_led_on_once_it_is_back(
    writer: Writer, page: Page
) -> None:
    writer.field("recommended_because").fill("Before")
    writer.saved()
    page.route("**/edit/", lambda route: route.abort(), times=1)
    writer.field("recommended_because").fill("Now")
    page.get_by_role("button", name="Review and send").click()
    expect(page.get_by_text("A draft: only you can see it.")).to_be_visible()
    assert Proposal.objects.get().recommended_because == "Now"


@pytest.mark.parametrize("width", [390, 1440])
def test_the_tiers_of_another_package_are_taken_over_only_after_asking(
    writer: Writer, watched: Callable[[], None], width: int
) -> None:
    page, fee = writer.page, writer.page.get_by_label("Fee").first
    page.set_viewport_size({"width": width, "height": 900})
    fee.fill("4,321")
    writer.saved()
    writer.unfold("Package:")
    page.get_by_label("Begin with a package").select_option("seo")
    page.get_by_role("button", name="Use this package").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Everything else stays")
    watched()
    dialog.get_by_role("button", name="Cancel").click()
    expect(fee).to_have_value("4,321")
    page.get_by_role("button", name="Use this package").click()
    dialog.get_by_role("button", name="Replace the tiers").click()
    expect(fee).not_to_have_value("4,321")
    writer.saved()
    draft = Proposal.objects.get()
    assert draft.tiers.get(position=1).amount != 4_321_00
    page.reload()
    expect(page.get_by_label("Fee").first).not_to_have_value("4,321")
    expect(page.get_by_text("Tiers of another package")).to_be_visible()
    watched()
