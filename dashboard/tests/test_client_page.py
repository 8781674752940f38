"""A client's page says how things stand: hours, work, requests, reports, money and people."""

from datetime import timedelta

from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from billing.runs.billing_run import run_billing
from clients import client_records
from clients.models import Client
from core.dates import local_day
from delivery.hours import time_log
from delivery.requests import client_requests
from delivery.work.checklist_actions import open_checklists
from tests.browsers import logged_in
from tests.world import World


def owner(world: World) -> Browser:
    return logged_in(world.business.owner)


def test_everything_about_a_client_is_on_one_page(world: World) -> None:
    now = timezone.now() - timedelta(days=40)
    today = local_day(now, "Asia/Bangkok")
    agreement = world.signed(
        world.picked(now=now, starts_on=today, minimum_months=6, competitors=["Rival"]),
        now=now,
        card="insufficient_funds",
    )
    run_billing(now=now, door="test")
    run_billing(now=timezone.now(), door="test")
    open_checklists(now=timezone.now())
    time_log.log_time(
        agreement=agreement,
        on=local_day(timezone.now(), "Asia/Bangkok"),
        minutes=90,
        note="Work",
        now=timezone.now(),
    )
    client_requests.create_request(
        contact=agreement.contact, agreement=agreement, text="A webinar", now=timezone.now()
    )
    page = owner(world).get(reverse("dashboard:client", args=[agreement.client_id])).text
    for said in (
        "1.5 h of 20 h used",
        "0 of 4 done",
        "A webinar",
        "Still to pay",
        "31–60 days",
        "30 days’ notice: the earliest end is",
        "Rival",
        "Latest events",
        "Fit check, calls and objections",
    ):
        assert said in page, said


def test_a_prospect_shows_its_sale_first(world: World) -> None:
    page = owner(world).get(reverse("dashboard:client", args=[world.client().pk])).text
    assert "Fit check, calls and objections" not in page
    assert "Is this a retainer client?" in page
    assert "Still to pay" not in page


def test_two_entries_become_one_by_a_button(world: World) -> None:
    kept, gone = world.client("Aurora"), world.client("Aurora GmbH")
    browser = owner(world)
    assert (
        "seems to be entered twice" in browser.get(reverse("dashboard:client", args=[kept.pk])).text
    )
    answer = browser.post(reverse("dashboard:client_merge", args=[kept.pk, gone.pk]), follow=True)
    assert "Aurora GmbH is merged into Aurora." in answer.text
    assert "seems to be entered twice" not in answer.text
    assert Client.objects.count() == 1


def test_a_person_is_deactivated_and_let_in_again_on_the_page(world: World) -> None:
    client = world.client()
    client_records.add_contact(client=client, name="Bo", email="bo@x.example", now=timezone.now())
    person = client.contacts.get(name="Bo")
    browser, url = owner(world), reverse("dashboard:contact_access", args=[person.pk])
    assert "Bo gets no email any more" in browser.post(url, follow=True).text
    assert "Give access again" in browser.get(reverse("dashboard:client", args=[client.pk])).text
    assert "Bo may open the portal again" in browser.post(url, follow=True).text
    decides = reverse("dashboard:contact_access", args=[world.person(client).pk])
    assert "Make somebody else the decision maker first" in browser.post(decides, follow=True).text


def test_the_page_asks_as_often_for_many_rows_as_for_few(world: World) -> None:
    now = timezone.now()
    agreement = world.signed(
        world.picked(now=now, starts_on=local_day(now, "Asia/Bangkok")), now=now
    )
    run_billing(now=now, door="test")
    browser, url = owner(world), reverse("dashboard:client", args=[agreement.client_id])
    browser.get(url)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            browser.get(url)
        return len(queries)

    few = asked()
    for n in range(4):
        client_requests.create_request(
            contact=agreement.contact, agreement=agreement, text=f"Banner {n}", now=now
        )
        client_records.add_contact(
            client=agreement.client, name=f"P{n}", email=f"p{n}@x.example", now=now
        )
    assert asked() <= few + 1  # the requests' own
