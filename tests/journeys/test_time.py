"""Time in the browser: a timer across pages, the week at a glance, an import from a tracker."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone
from playwright.sync_api import Page, expect

from agreements.models import Agreement, Period
from agreements.rules.states import AgreementState
from core.dates import local_day
from delivery.hours import timer
from delivery.models import Deliverable, TimeEntry, Timer, TimerEvent, TimerRun
from tests.journeys.test_signing import desk
from tests.test_lists import fill
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BACKEND = "django.contrib.auth.backends.ModelBackend"
PROMISED = {"name": "Growth", "deliverables": [{"title": "posts", "promised": 4}]}


@pytest.fixture(params=[1440, 390])
def width(request: pytest.FixtureRequest, page: Page) -> int:
    page.set_viewport_size({"width": request.param, "height": 844})
    return int(request.param)


@pytest.fixture
def agreement(world: World) -> Agreement:
    return world.under_way(tier=PROMISED)


def test_a_timer_runs_from_page_to_page_until_it_is_stopped(
    page: Page,
    live_server: Any,
    world: World,
    agreement: Agreement,
    watched: Callable[[], None],
    width: int,
) -> None:
    desk(page, live_server, world, "/time/")
    page.get_by_role("combobox", name="Client").select_option(index=1)
    page.get_by_label("For", exact=True).select_option(
        label="posts"
    )  # once it has been updated for the client
    page.get_by_role("button", name="Start the timer instead").click()
    clock = page.get_by_role("form", name="Timer")
    expect(clock).to_contain_text("Baan Coffee")
    watched()

    Timer.objects.update(
        started_at=timezone.now() - timedelta(minutes=65)
    )  # an hour passes, in another tab
    page.goto(f"{live_server.url}/clients/")
    expect(clock.get_by_role("timer")).to_contain_text("1:05:")
    before = clock.get_by_role("timer").inner_text()
    expect(clock.get_by_role("timer")).not_to_have_text(before)  # it keeps counting
    watched()
    clock.get_by_role("link").click()
    page.get_by_label("What is done").fill("Three posts")
    page.get_by_role("button", name="Save and let it run").click()
    expect(page.get_by_text("The timer keeps running.")).to_be_visible()
    watched()
    page.goto(f"{live_server.url}/agreements/")
    clock.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Recorded:", exact=False)).to_be_visible()
    assert page.url.endswith("/agreements/")
    expect(clock).to_have_count(0)
    watched()
    assert sum(entry.minutes for entry in TimeEntry.objects.all()) == 65
    assert {
        (entry.note, entry.deliverable and entry.deliverable.title)
        for entry in TimeEntry.objects.all()
    } == {("Three posts", "posts")}


def test_who_is_faster_than_the_list_of_deliverables_loses_no_choice(
    page: Page, live_server: Any, world: World, agreement: Agreement
) -> None:
    """While the list is read anew it is shut, and a shut field would not be sent."""
    deliverable = Deliverable.objects.get(title="posts")
    timer.start_timer(
        user=world.business.owner,
        agreement=agreement,
        deliverable=deliverable,
        now=timezone.now(),
    )
    page.route("**/time/promises/**", lambda route: None)  # it never answers
    desk(page, live_server, world, "/timer/")
    page.get_by_label("What is done").fill("Three posts")
    page.get_by_role("button", name="Save and let it run").click()
    expect(page.get_by_text("The timer keeps running.")).to_be_visible()
    assert Timer.objects.get().deliverable == deliverable


def test_a_timer_that_ran_through_the_night_asks_how_long_it_was(
    page: Page,
    live_server: Any,
    world: World,
    agreement: Agreement,
    watched: Callable[[], None],
    width: int,
) -> None:
    desk(page, live_server, world, "/timer/")
    watched()
    page.get_by_role("combobox", name="Client").select_option(index=1)
    page.get_by_role("button", name="Start the timer").click()
    expect(page.get_by_role("form", name="Timer")).to_be_visible()
    Timer.objects.update(started_at=timezone.now() - timedelta(hours=20))
    page.goto(f"{live_server.url}/")
    expect(page.get_by_text("has been running since", exact=False)).to_be_visible()
    page.get_by_role("form", name="Timer").get_by_role("button", name="Stop").click()
    expect(page.get_by_text("over twelve hours", exact=False).first).to_be_visible()
    watched()
    page.get_by_label("How long it really was").fill("30:00")
    page.get_by_role("button", name="Stop and record").click()
    expect(page.get_by_text("it cannot be more", exact=False)).to_be_visible()
    watched()
    page.get_by_label("How long it really was").fill("1.5")
    page.get_by_role("button", name="Stop and record").click()
    expect(page.get_by_text("Say what the work was", exact=False)).to_be_visible()
    watched()
    assert sum(entry.minutes for entry in TimeEntry.objects.all()) == 90


def test_a_week_is_filled_in_and_looked_at(
    page: Page,
    live_server: Any,
    world: World,
    agreement: Agreement,
    watched: Callable[[], None],
    width: int,
) -> None:
    desk(page, live_server, world, "/time/week/")
    watched()
    if width > 1000:
        page.locator(".rh-week td.is-today a").click()
    else:
        page.locator(".rh-week-list").get_by_role("link", name="Add time").last.click()
        page.get_by_role("combobox", name="Client").select_option(index=1)
    page.get_by_role("textbox", name="Time").fill("25:00")
    page.get_by_label("What was done").fill("Posts")
    page.get_by_role("button", name="Record time").click()
    expect(page.get_by_text("A day has 24 hours.")).to_be_visible()
    watched()
    page.get_by_role("textbox", name="Time").fill("1:30")
    page.get_by_role("button", name="Record time").click()
    expect(page.locator("#cell").get_by_role("link", name="Posts")).to_be_visible()
    expect(
        page.locator(".rh-week-table tfoot" if width > 1000 else ".rh-week-list")
    ).to_contain_text("1.5 h")
    watched()
    page.get_by_role("link", name="Previous week").click()
    page.get_by_role("link", name="This week").click()
    watched()


def test_hours_are_imported_from_another_tracker_without_the_bad_line(
    page: Page,
    live_server: Any,
    world: World,
    agreement: Agreement,
    watched: Callable[[], None],
    width: int,
) -> None:
    day = (local_day(timezone.now(), "Asia/Bangkok") - timedelta(days=2)).isoformat()
    rows = [
        "Email,Client,Project,Description,Billable,Start date,Start time,Duration",
        f'n@x.example,Baan Coffee,Social,"Posts, and more",Yes,{day},09:00:00,01:30:00',
        f"n@x.example,Baan Coffee,Social,Plan,Yes,{day},10:00:00,00:45:00",
        "n@x.example,Baan Coffee,Social,Broken,Yes,2026-02-31,10:00:00,00:45:00",
        f"n@x.example,Somebody,Things,Other,Yes,{day},12:00:00,00:45:00",
    ]
    file = {"name": "toggl.csv", "mimeType": "text/csv", "buffer": "\n".join(rows).encode()}
    desk(page, live_server, world, "/time/imports/")
    watched()
    for _time in range(2):
        page.set_input_files("input[type=file]", files=[file])  # type: ignore[list-item]
        page.get_by_role("button", name="Check the file").click()
        expect(page.get_by_text("“2026-02-31” is not a day.")).to_be_visible()
        watched()
        page.get_by_label("Somebody").select_option(label="leave it out")
        page.get_by_role("button", name="Check again").click()
        if _time:
            break
        expect(page.get_by_text("line 3 begins before line 2 ends")).to_be_visible()
        page.get_by_role("button", name="Import 2 entries").click()
        expect(
            page.get_by_text("Confirm that the lines that do not fit", exact=False)
        ).to_be_visible()
        watched()
        page.get_by_label("Without the 1 line that does not fit").check()
        page.get_by_role("button", name="Import 2 entries").click()
        expect(page.get_by_text("2 entries were imported.")).to_be_visible()
        watched()
        page.goto(f"{live_server.url}/time/imports/")
    expect(page.get_by_text("Nothing of this file can be imported", exact=False)).to_be_visible()
    assert TimeEntry.objects.count() == 2

    page.goto(f"{live_server.url}/time/imports/")
    watched()
    page.get_by_role("link", name="toggl.csv").last.click()
    page.get_by_role("button", name="Take the import back").click()
    page.get_by_role("dialog").locator("[value=yes]").click()
    expect(page.get_by_text("2 entries were taken back.")).to_be_visible()
    watched()
    assert not TimeEntry.objects.exists()


def test_a_phone_records_without_a_connection_and_two_devices_never_count_a_minute_twice(
    page: Page,
    live_server: Any,
    world: World,
    agreement: Agreement,
    watched: Callable[[], None],
    width: int,
) -> None:
    desk(page, live_server, world, "/timer/app/")
    client = page.get_by_label("Client")
    expect(client).to_be_visible()
    expect(page.get_by_text("Everything is sent.")).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    watched()

    page.context.set_offline(True)
    page.reload()  # the page opens without a connection
    page.get_by_label("What is done").fill("Posts on the train")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("1 timer is waiting to be sent.", exact=False)).to_be_visible()
    page.reload()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("Not sent yet")).to_be_visible()
    assert not TimeEntry.objects.exists()
    page.context.set_offline(False)
    expect(page.get_by_text("Everything is sent.")).to_be_visible()
    expect(page.locator("[data-today]")).to_contain_text("Posts on the train")
    page.reload()
    expect(page.get_by_text("Everything is sent.")).to_be_visible()
    assert TimeEntry.objects.get().note == "Posts on the train"
    assert TimeEntry.history.count() == 1
    watched()

    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("Everything is sent.")).to_be_visible()
    browser = page.context.browser
    assert browser
    tablet = browser.new_context(storage_state={"cookies": page.context.cookies(), "origins": []})
    other = tablet.new_page()
    other.goto(f"{live_server.url}/timer/app/")
    other.get_by_role("button", name="Stop", exact=True).click()  # it sees what runs on the phone
    expect(other.get_by_text("Everything is sent.")).to_be_visible()
    page.get_by_role("button", name="Stop", exact=True).click()  # which does not know of it yet
    expect(page.get_by_text("Everything is sent.")).to_be_visible()
    runs = list(TimerRun.objects.filter(problem=""))
    assert len(runs) == 2 and all(run.ended_at for run in runs)
    minutes = {run.started_at.replace(second=0, microsecond=0) for run in runs}
    assert sum(entry.minutes for entry in TimeEntry.objects.all()) <= len(minutes) + 1
    tablet.close()

    signed_in = page.context.cookies()
    page.context.clear_cookies()
    page.get_by_label("What is done").fill("After the session")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("You are signed out.", exact=False)).to_be_visible()
    page.evaluate("sessionStorage.setItem('rh-lists', '{}')")
    page.goto(f"{live_server.url}/accounts/login/")  # nothing of the person is left but what waits
    page.wait_for_function("() => caches.keys().then((names) => names.length === 0)")
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.endsWith(':state'))") == []
    assert page.evaluate("sessionStorage.getItem('rh-lists')") is None

    stranger = Browser()
    stranger.force_login(World().business.owner, backend=BACKEND)
    cookie = {"name": "sessionid", "value": stranger.cookies["sessionid"].value}
    page.context.add_cookies([cookie | {"url": live_server.url}])  # type: ignore[list-item]
    page.goto(f"{live_server.url}/timer/app/")
    expect(page.get_by_text("Everything is sent.")).to_be_visible()
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()
    assert not TimerEvent.objects.filter(note="After the session").exists()

    page.context.clear_cookies()
    page.context.add_cookies(signed_in)  # type: ignore[arg-type]
    page.goto(f"{live_server.url}/timer/app/")
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible()
    expect(page.get_by_text("Everything is sent.")).to_be_visible()
    assert TimerEvent.objects.get(note="After the session").business == world.business


def test_stopping_on_a_phone_changes_only_what_the_person_touched(
    page: Page, live_server: Any, world: World, agreement: Agreement
) -> None:
    desk(page, live_server, world, "/timer/app/")
    page.get_by_label("What is done").fill("Posts")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("Everything is sent.")).to_be_visible()
    Agreement.objects.update(state=AgreementState.ENDED)  # so it is no longer to be chosen
    page.reload()
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible()
    expect(page.get_by_label("Client").locator("option:checked")).to_contain_text(agreement.title)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("Everything is sent.")).to_be_visible()
    kept = "Object.keys(localStorage).filter((key) => key.includes(':refused:')).length"
    page.evaluate("""() => {
      const key = `rh-phone:${localStorage.getItem("rh-phone:account")}:refused:x`;
      localStorage.setItem(key, JSON.stringify({ note: "What nobody can read" }));
    }""")
    page.reload()
    expect(page.get_by_text("What nobody can read")).to_be_visible()
    page.get_by_role("button", name="Remove it from this device").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove it from this device").click()
    expect(page.get_by_text("What nobody can read")).to_be_hidden()
    assert page.evaluate(kept) == 0
    assert sorted(TimerEvent.objects.values_list("kind", flat=True)) == ["start", "stop"]
    assert TimerRun.objects.get().agreement == agreement


def test_one_of_many_agreements_is_searched(
    page: Page,
    live_server: Any,
    world: World,
    agreement: Agreement,
    watched: Callable[[], None],
    width: int,
) -> None:
    fill(world, agreement, 120)
    now = timezone.now()
    today = local_day(now, world.business.time_zone)
    wanted = Agreement.objects.get(client__name="Client 0118")
    period = Period.objects.create(
        business=world.business,
        agreement=wanted,
        index=1,
        starts_on=today,
        ends_on=today + timedelta(days=9),
        due_at=now,
        currency="USD",
        amount=1,
        minutes=60,
    )
    own = {"business": world.business, "period": period}
    Deliverable.objects.create(position=1, title="reels", promised=2, **own)

    desk(page, live_server, world, "/time/")
    watched()
    form = page.locator("main form").filter(has=page.get_by_role("button", name="Record time"))
    form.get_by_role("searchbox", name="Search for a client or an agreement").fill("0118")
    expect(form.get_by_role("combobox", name="Client")).to_have_value(str(wanted.pk))
    form.get_by_label("For", exact=True).select_option(label="reels")
    form.get_by_label("Time").fill("1:30")
    form.get_by_label("What was done").fill("Cut the first one")
    watched()
    form.get_by_role("button", name="Record time").click()
    expect(page.get_by_text("Recorded: 1:30 for Client 0118.")).to_be_visible()
    assert TimeEntry.objects.get(note="Cut the first one").deliverable is not None
    desk(page, live_server, world, "/time/week/")
    expect(page.get_by_text("50 of 121 agreements.")).to_be_visible()
    watched()
