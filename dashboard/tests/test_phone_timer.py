"""The timer on a phone: its page, its worker, and what a device sends and is told."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from agreements.models import Agreement
from agreements.rules.states import AgreementState
from billing.runs.billing_run import run_billing
from delivery.models import Deliverable, TimeEntry, TimerEvent, TimerRun
from delivery.reports import report_run, send_reports
from delivery.work import checklist_actions
from tests.test_tenancy import logged_in
from tests.world import World

PAGE, STATE, EVENTS = "/timer/app/", "/timer/app/state/", "/timer/app/events/"
HOUR = timedelta(hours=1)
PROMISED = {"name": "Growth", "deliverables": [{"title": "posts", "promised": 4}]}


def noon(now: datetime) -> str:
    """The name of a time zone in which it is between noon and one o'clock."""
    return f"Etc/GMT{now.astimezone(UTC).hour - 12:+d}"  # west of Greenwich is positive there


@pytest.fixture
def agreement(world: World) -> Agreement:
    now = timezone.now()
    world.business.time_zone = noon(now)  # an hour that ends now is of one day
    world.business.save()
    begun = (now - timedelta(days=5)).date()
    found = world.running(
        starts_on=begun, anchor_day=begun.day, now=now - timedelta(days=5), tier=PROMISED
    )
    run_billing(now=now, door="test")
    checklist_actions.open_checklists(now=now)
    return found


@pytest.fixture
def owner(world: World) -> Browser:
    return logged_in(world.business.owner)


def state_of(browser: Browser) -> dict[str, Any]:
    answer = browser.get(STATE)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"
    return dict(answer.json())


def send(browser: Browser, events: Any, **more: Any) -> Any:
    body = {
        "account": state_of(browser)["account"],
        "device": str(UUID(int=1)),
        "sent": int(timezone.now().timestamp() * 1000),
        "events": events,
    } | more
    return browser.post(EVENTS, json.dumps(body), content_type="application/json")


def hour_of(agreement: Any) -> list[dict[str, Any]]:
    run, now = str(uuid4()), timezone.now()
    common = {"run": run, "agreement": str(agreement.pk), "note": "Posts", "deliverable": ""}
    return [
        common
        | {"id": run, "kind": "start", "counter": 1, "clock": int((now - HOUR).timestamp() * 1000)},
        common
        | {"id": str(uuid4()), "kind": "stop", "counter": 2, "clock": int(now.timestamp() * 1000)},
    ]


def test_a_device_learns_the_clients_the_deliverables_and_todays_time(
    owner: Browser, agreement: Agreement
) -> None:
    state = state_of(owner)
    (choice,) = state["agreements"]
    assert "Baan Coffee" in choice["label"]
    assert [one["title"] for one in choice["deliverables"]] == ["posts"]
    answer = send(owner, hour_of(agreement))
    assert answer.status_code == 200
    assert len(answer.json()["known"]) == 2
    assert {one["note"] for one in answer.json()["today"]} <= {"Posts"}
    assert sum(TimeEntry.objects.values_list("minutes", flat=True)) == 60


def test_what_runs_on_one_device_is_told_to_the_other(owner: Browser, agreement: Agreement) -> None:
    send(owner, hour_of(agreement)[:1])
    (run,) = state_of(owner)["running"]
    assert (run["agreement"], run["note"]) == (str(agreement.pk), "Posts")


def test_who_sends_too_often_is_asked_to_wait_and_nothing_is_lost(
    owner: Browser, agreement: Agreement, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The device forgets only what is known, so it sends the rest later."""
    monkeypatch.setattr("dashboard.time.views.phone.SENDS_ALLOWED", 1, raising=False)
    assert send(owner, hour_of(agreement)).status_code == 200
    answer = send(owner, hour_of(agreement))
    assert (answer.status_code, answer["Retry-After"]) == (429, "300")
    assert answer.json().keys() == {"error"}
    assert TimerEvent.objects.count() == 2


def test_what_a_running_timer_is_for_is_named_even_if_it_can_no_longer_be_chosen(
    owner: Browser, agreement: Agreement
) -> None:
    posts = Deliverable.objects.get()
    start, _stop = hour_of(agreement)
    send(owner, [start | {"deliverable": str(posts.pk)}])
    Agreement.objects.filter(pk=agreement.pk).update(state=AgreementState.ENDED)
    state = state_of(owner)
    assert state["agreements"] == []
    assert "Baan Coffee" in state["running"][0]["label"]
    assert state["running"][0]["title"] == "posts"


def test_events_of_another_account_are_not_taken(owner: Browser, agreement: Agreement) -> None:
    answer = send(owner, hour_of(agreement), account="somebody-else")
    assert answer.status_code == 409
    assert not TimerEvent.objects.exists()


def test_who_is_not_signed_in_is_told_so_and_nothing_is_taken(agreement: Agreement) -> None:
    for answer in (
        Browser().get(STATE),
        Browser().post(EVENTS, "{}", content_type="application/json"),
        Browser().get(PAGE),
    ):
        assert answer["Location"].startswith("/accounts/login/")
    assert not TimerEvent.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "null",
        "{",
        '{"events": 3}',
        "[" * 100_000,
        '{"account": 1, "device": [], "sent": "x", "events": []}',
        "\\ud800",
    ],
)
def test_what_is_no_batch_is_refused_with_a_sentence(owner: Browser, body: str) -> None:
    answer = owner.post(EVENTS, body, content_type="application/json")
    assert answer.status_code in (400, 409)
    assert answer.json()["error"]


def test_a_bad_event_is_answered_and_the_good_ones_are_taken(
    owner: Browser, agreement: Agreement
) -> None:
    answer = send(owner, [{"id": "x"}, *hour_of(agreement)])
    assert answer.status_code == 200
    (refused,) = answer.json()["refused"]
    assert refused["id"] == "x" and refused["why"]
    assert TimerEvent.objects.count() == 2


def test_half_a_character_in_a_note_stops_no_batch(owner: Browser, agreement: Agreement) -> None:
    """A browser that cuts an emoji in two sends half of it."""
    start, stop = hour_of(agreement)
    answer = send(owner, [start | {"note": "Posts \ud83d"}, stop])
    assert (answer.status_code, answer.json()["refused"]) == (200, [])
    assert [(row.note, row.minutes) for row in TimeEntry.objects.all()] == [("Posts", 60)]


def test_the_page_that_a_device_keeps_says_nothing_of_anybody(
    owner: Browser, world: World, agreement: Agreement
) -> None:
    """It is kept on the device, where somebody else may sign in."""
    page = owner.get(PAGE)
    for name in ("Baan Coffee", world.business.name, world.business.owner.email, "csrf"):
        assert name not in page.text
    assert "worker-src 'self'" in page["Content-Security-Policy"]
    assert "worker-src 'none'" in owner.get("/time/")["Content-Security-Policy"]


def test_the_worker_keeps_this_page_and_its_files_alone(owner: Browser) -> None:
    worker = Browser().get("/timer/app/worker.js")
    assert worker["Content-Type"].startswith("text/javascript")
    assert "Service-Worker-Allowed" not in worker  # so its scope is its own folder
    kept = json.loads(re.findall(r"const FILES = (\[.*?\]);", worker.text)[0])
    assert kept and all(path.startswith("/static/") for path in kept)
    page = owner.get(PAGE).text
    (version,) = re.findall(r'const NAME = "([^"]+)";', worker.text)
    assert f'data-phone="{version}"' in page
    asked = set(re.findall(r'(?:src|href)="(/static/[^"#]+)"', page))
    assert asked <= set(kept) | {path for path in asked if path.endswith((".png", "icon.svg"))}


def test_the_page_can_be_put_on_the_home_screen(owner: Browser) -> None:
    address = re.search(r'rel="manifest" href="([^"]+)"', owner.get(PAGE).text)
    assert address
    manifest = Browser().get(address[1]).json()
    assert (manifest["start_url"], manifest["scope"]) == (PAGE, PAGE)
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    assert {"192x192", "512x512"} <= {icon["sizes"] for icon in manifest["icons"]}


def test_signing_in_anew_empties_what_the_device_kept_of_the_last_person() -> None:
    assert "js/phone_forget" in Browser().get("/accounts/login/").text


def test_how_many_queries_a_device_takes_does_not_grow(
    owner: Browser, world: World, agreement: Agreement
) -> None:
    state_of(owner)
    with CaptureQueriesContext(connection) as few:
        state_of(owner)
    for number in range(3):
        world.running(world.client(f"Client {number}"), card="")
        send(owner, hour_of(agreement))
    with CaptureQueriesContext(connection) as many:
        state_of(owner)
    assert len(many) == len(few)


def test_a_timer_to_decide_is_recorded_or_discarded_on_the_page_of_the_timer(
    owner: Browser, agreement: Agreement
) -> None:
    for _time in range(2):
        start, stop = hour_of(agreement)
        send(owner, [start | {"clock": stop["clock"]}, stop | {"clock": start["clock"]}])
    assert state_of(owner)["undecided"] == 2
    page = owner.get("/timer/").text
    assert "The clock of the device was wrong" in page
    first, second = TimerRun.objects.order_by("pk")
    work = {"agreement": str(agreement.pk), "on": str(first.started_at.date()), "note": "Posts"}
    address = reverse("dashboard:timer_decide", args=[first.pk])
    for wrong in ({}, work | {"minutes": ""}, work | {"on": "x", "minutes": "1"}):
        assert owner.post(address, wrong).status_code == 422
    assert owner.post(address, work | {"minutes": "0:40"}).status_code == 302
    assert owner.post(reverse("dashboard:timer_forget", args=[second.pk])).status_code == 302
    assert [row.minutes for row in TimeEntry.objects.all()] == [40]
    assert state_of(owner)["undecided"] == 0


def test_what_runs_on_a_phone_is_shown_and_stopped_on_the_page_of_the_timer(
    owner: Browser, agreement: Agreement
) -> None:
    send(owner, hour_of(agreement)[:1])
    run = TimerRun.objects.get()
    page = owner.get("/timer/").text
    address = reverse("dashboard:timer_end", args=[run.pk])
    assert "Running on a device" in page and address in page
    for _time in range(2):
        assert owner.post(address).status_code == 302
    assert [row.minutes for row in TimeEntry.objects.all()] == [60]
    assert state_of(owner)["running"] == []
    assert "Running on a device" not in owner.get("/timer/").text


def test_a_form_in_the_place_of_a_batch_is_refused_as_well(owner: Browser) -> None:
    for posted in ({}, {"events": "x"}, {"once": "y"}):
        assert owner.post(EVENTS, posted).status_code == 400


def test_the_time_of_an_agreement_that_has_ended_can_still_be_recorded(
    owner: Browser, agreement: Agreement
) -> None:
    posts = Deliverable.objects.get()
    start, stop = hour_of(agreement)
    start |= {"deliverable": str(posts.pk)}
    send(owner, [start | {"clock": stop["clock"]}, stop | {"clock": start["clock"]}])
    Agreement.objects.filter(pk=agreement.pk).update(state=AgreementState.ENDED)
    run = TimerRun.objects.get()
    address = reverse("dashboard:timer_decide", args=[run.pk])
    page = owner.get(address).text
    assert str(agreement.pk) in page and str(posts.pk) in page
    work = {"agreement": str(agreement.pk), "on": str(run.started_at.date()), "note": "Posts"}
    work |= {"minutes": "0:40", "deliverable": str(posts.pk)}
    assert owner.post(address, work).status_code == 302
    assert [(row.minutes, row.deliverable) for row in TimeEntry.objects.all()] == [(40, posts)]


def test_the_page_of_a_decision_shows_what_is_recorded_already(
    owner: Browser, agreement: Agreement
) -> None:
    events = hour_of(agreement)
    send(owner, events)
    change = events[1] | {"id": str(uuid4()), "kind": "change", "counter": 3, "agreement": ""}
    send(owner, [change])
    run = TimerRun.objects.get(problem="client")
    page = owner.get(reverse("dashboard:timer_decide", args=[run.pk])).text
    assert "Recorded so far" in page and "1 h" in page
    answer = owner.post(reverse("dashboard:timer_forget", args=[run.pk]), follow=True)
    assert "Discarded. Nothing was recorded." in answer.text
    assert not TimeEntry.objects.exists()


def test_what_a_report_counts_is_shown_and_only_the_rest_is_asked_for(
    owner: Browser, agreement: Agreement
) -> None:
    events = hour_of(agreement)
    send(owner, events)
    period = TimeEntry.objects.get().period
    later = timezone.now() + timedelta(days=40)
    run_billing(now=later, door="test")
    report_run.run_reports(now=later, door="test")
    send_reports.send_report(report=period.report, actor="Nan", now=later)
    half = events[1] | {"id": str(uuid4()), "clock": events[1]["clock"] - 30 * 60_000}
    send(owner, [half], device=str(UUID(int=2)))
    run = TimerRun.objects.get(problem="sent")
    address = reverse("dashboard:timer_decide", args=[run.pk])
    assert "In a report that was sent" in owner.get(address).text
    work = {"agreement": str(agreement.pk), "on": str(run.started_at.date()), "note": "Posts"}
    answer = owner.post(address, work | {"minutes": "0:30"}, follow=True)
    assert "Nothing more was recorded" in answer.text
    assert [entry.minutes for entry in TimeEntry.objects.all()] == [60]
