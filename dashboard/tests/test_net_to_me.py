"""The pages that say what is left of the money that came in (rule 69) and of an hour (rule 70)."""

from datetime import timedelta
from typing import Any

from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from billing.charging.elsewhere.fees import read_fees
from billing.models import FeeLookup, Payment
from billing.runs.billing_run import run_billing
from clients import portal_links
from core import links
from core.dates import local_day
from delivery.hours import time_log
from tests.world import World

VAT = [{"name": "VAT", "percent": "7"}]
PAGE, MONTH = "dashboard:net_to_me", "dashboard:net_month"


def opened(owner: Browser, name: str, **asked: Any) -> str:
    answer = owner.get(reverse(name), asked)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().replace("\xa0", " ").split())


def test_a_month_says_what_is_left_and_leads_to_its_payments(owner: Browser, world: World) -> None:
    now = timezone.now()
    invoice = world.billed(now=now, taxes=VAT)
    before = opened(owner, PAGE)
    assert "$3,210" in before and "$210" in before and "1 fee not known yet" in before
    read_fees(now=now)
    after = opened(owner, PAGE)
    assert "$93.09" in after and "$2,906.91" in after and "fee not known" not in after
    day = local_day(now, world.business.time_zone).replace(day=1)
    assert f"{reverse(MONTH)}?of={day:%Y-%m-%d}" in after
    listed = opened(owner, MONTH, of=f"{day:%Y-%m-%d}")
    assert invoice.number in listed and invoice.client.name in listed
    assert "$93.09" in listed and "$2,906.91" in listed


def test_a_fee_that_is_not_known_is_said_and_never_shown_as_nothing(
    owner: Browser, world: World
) -> None:
    now = timezone.now()
    world.billed(now=now)
    assert "Not known yet" in opened(owner, MONTH)
    FeeLookup.objects.create(business=world.business, payment=Payment.objects.get(), asked_at=now)
    shown = opened(owner, MONTH)
    assert "Not known" in shown and "Not known yet" not in shown


def test_the_file_has_every_line_of_the_year_in_figures(owner: Browser, world: World) -> None:
    now = timezone.now()
    invoice = world.billed(now=now, taxes=VAT)
    read_fees(now=now)
    answer = owner.get(reverse(PAGE), {"as": "csv"})
    assert answer["Content-Type"].startswith("text/csv")
    head, line = answer.content.decode("utf-8-sig").splitlines()
    assert head.startswith("Date,What,Client,Invoice")
    assert invoice.number in line
    assert line.endswith(",USD,3210.00,93.09,,0.00,210.00,2906.91")
    assert len(owner.get(reverse(MONTH), {"as": "csv"}).content.splitlines()) == 2
    none = owner.get(reverse(MONTH), {"as": "csv", "of": "2020-01-01"})
    assert len(none.content.splitlines()) == 1


def test_a_currency_stands_for_itself(owner: Browser, world: World) -> None:
    now = timezone.now()
    world.billed(now=now)
    world.running(world.client("Second"), now=now, currency="EUR")
    run_billing(now=now, door="test")
    shown = opened(owner, PAGE)
    assert "$3,000" in shown and "€3,000" in shown


def test_another_year_and_nonsense_in_the_address(owner: Browser, world: World) -> None:
    world.billed(now=timezone.now())
    assert "$3,000" not in opened(owner, PAGE, year="2020")
    for year in ("x", "0", "99999", "-1", "２０２６"):
        assert "Net to me" in opened(owner, PAGE, year=year)
    assert "Nothing came in this month" in opened(owner, MONTH, of="2020-02-01")


def test_the_hours_against_the_fee_are_shown_beside_the_lowest_rate(
    owner: Browser, world: World
) -> None:
    world.business.currency, world.business.floor_rate = "USD", 130_00
    world.business.save()
    began = timezone.now() - timedelta(days=40)
    agreement = world.running(now=began)
    run_billing(now=began, door="test")
    for day in range(3):
        at = began + timedelta(days=day)
        time_log.log_time(
            agreement=agreement,
            on=local_day(at, world.business.time_zone),
            minutes=500,
            note="Work",
            now=at,
        )
    run_billing(now=timezone.now(), door="test")
    shown = opened(owner, PAGE)
    assert "$120" in shown and "$130" in shown and "Below your lowest rate" in shown
    client = opened_client(owner, agreement.client_id)
    assert "$120" in client and "Below your lowest rate" in client


def test_the_hours_of_many_clients_are_shown_a_page_at_a_time_the_lowest_rate_first(
    owner: Browser, world: World
) -> None:
    began = timezone.now() - timedelta(days=40)
    for n in range(52):
        euro = {"currency": "EUR"} if n == 51 else {}
        world.running(world.client(f"Client {n:02}", now=began), now=began, **euro)
    run_billing(now=began, door="test")
    run_billing(now=timezone.now(), door="test")
    first = opened(owner, PAGE).split("Effective hourly rate")[1]
    assert first.count("/clients/") == 50 and "Client 51" not in first
    second = opened(owner, PAGE, after="50").split("Effective hourly rate")[1]
    assert second.count("/clients/") == 2 and second.index("Client 50") < second.index("Client 51")


def opened_client(owner: Browser, pk: Any) -> str:
    answer = owner.get(reverse("dashboard:client", args=[pk]))
    return answer.content.decode().replace("\xa0", " ")


def test_the_pages_take_as_many_queries_for_many_payments(owner: Browser, world: World) -> None:
    now = timezone.now()

    def queries(name: str) -> int:
        opened(owner, name)
        with CaptureQueriesContext(connection) as asked:
            opened(owner, name)
        return len(asked)

    world.billed(now=now)
    read_fees(now=now)
    few = {name: queries(name) for name in (PAGE, MONTH)}
    for n in range(60):
        world.running(world.client(f"Client {n}"), now=now)
    run_billing(now=now, door="test")
    read_fees(now=now)
    assert {name: queries(name) for name in (PAGE, MONTH)} == few
    assert "after=50" in opened(owner, MONTH)


def test_the_page_of_an_invoice_says_what_the_gateway_took_and_the_client_never_reads_it(
    owner: Browser, world: World
) -> None:
    now = timezone.now()
    invoice = world.billed(now=now)
    page = reverse("dashboard:invoice", args=[invoice.pk])
    assert "Gateway fee" not in owner.get(page).content.decode()
    read_fees(now=now)
    shown = owner.get(page).content.decode()
    assert "Gateway fee" in shown and "$87" in shown
    browser = Browser()
    door = portal_links.portal_link(contact=world.person(invoice.client), now=now)
    browser.post(f"/p/{links.token(door.id)}/")
    for url in (
        reverse("portal:home"),
        reverse("portal:invoice", args=[invoice.pk]),
        reverse("portal:statement"),
        reverse("portal:statement") + "?as=csv",
    ):
        answer = browser.get(url)
        assert answer.status_code == 200 and "$87" not in answer.content.decode()
        assert "87.00" not in answer.content.decode()


def test_a_banks_fee_is_entered_with_the_transfer(owner: Browser, world: World) -> None:
    now = timezone.now()
    invoice = world.billed(now=now, card="", collect_by="transfer")
    page = reverse("dashboard:invoice_transfer", args=[invoice.pk])
    assert "Bank fee" in owner.get(page).content.decode()
    day = local_day(now, world.business.time_zone).isoformat()
    typed = {"amount": "2980", "fee": "2980", "on": day, "reference": "x"}
    assert "A bank takes less than what arrived." in owner.post(page, typed).content.decode()
    owner.post(page, typed | {"fee": "20"})
    assert Payment.objects.get().amount == 3_000_00
    listed = opened(owner, MONTH)
    assert "$20" in listed and "$2,980" in listed


def test_one_client_can_be_looked_at_alone(owner: Browser, world: World) -> None:
    now = timezone.now()
    first = world.billed(now=now)
    world.running(world.client("Second"), now=now, amount=1_234_00)
    run_billing(now=now, door="test")
    page = owner.get(reverse("dashboard:client", args=[first.client_id])).content.decode()
    assert f"{reverse(PAGE)}?client={first.client_id}" in page
    for name in (PAGE, MONTH):
        shown = opened(owner, name, client=str(first.client_id))
        assert "$3,000" in shown and "$1,234" not in shown and first.client.name in shown
        assert f"client={first.client_id}" in shown
        assert "$4,234" in opened(owner, name, client=str(World().client().pk))
    answer = owner.get(reverse(PAGE), {"as": "csv", "client": str(first.client_id)})
    assert len(answer.content.splitlines()) == 2
