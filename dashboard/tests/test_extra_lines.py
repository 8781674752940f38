"""The owner adds lines to the next invoice; the client sees them before they are billed."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from agreements.models import Agreement
from billing.models import NextLine
from billing.runs.billing_run import run_billing
from clients import portal_links
from core import links
from delivery.requests import client_requests
from tests.browsers import logged_in
from tests.world import NOW, World


@pytest.fixture
def agreement(world: World) -> Agreement:
    return world.running(now=timezone.now() - timedelta(days=3))


@pytest.fixture
def client(world: World, agreement: Agreement) -> Browser:
    browser = Browser()
    door = portal_links.portal_link(contact=agreement.contact, now=timezone.now())
    browser.post(f"/p/{links.token(door.id)}/")
    return browser


def send(owner: Browser, agreement: Agreement, **typed: Any) -> Any:
    typed = {"description": "Stock photos", "form": str(uuid4())} | typed
    return owner.post(reverse("dashboard:extra_line", args=[agreement.pk]), typed)


def test_a_cost_with_its_receipt_is_seen_by_both_sides_and_removed(
    owner: Browser, client: Browser, agreement: Agreement
) -> None:
    receipt = SimpleUploadedFile("r.pdf", b"%PDF-1.7 a receipt")
    assert send(owner, agreement, amount="120", file=receipt).status_code == 302
    line = NextLine.objects.get()
    page = owner.get(reverse("dashboard:agreement", args=[agreement.pk])).content.decode()
    home = client.get(reverse("portal:home")).content.decode()
    for shown in (page, home):
        assert "Stock photos" in shown and "$120" in shown
    assert "On your next invoice" in home
    for browser, door in ((owner, "dashboard"), (client, "portal")):
        file = browser.get(reverse(f"{door}:extra_line_receipt", args=[line.pk]))
        assert file.content == b"%PDF-1.7 a receipt"
    owner.post(reverse("dashboard:extra_line_remove", args=[line.pk]))
    assert "Stock photos" not in client.get(reverse("portal:home")).content.decode()
    assert client.get(reverse("portal:extra_line_receipt", args=[line.pk])).status_code == 404


def test_hours_are_priced_at_the_rate(owner: Browser, agreement: Agreement) -> None:
    send(owner, agreement, description="Workshop", hours="1:30", rate="120")
    line = NextLine.objects.get()
    assert line.amount == 180_00
    assert line.description == "Workshop: 1.5 h at $120 an hour"


@pytest.mark.parametrize(
    ("typed", "field"),
    [({}, "amount"), ({"hours": "2"}, "rate"), ({"amount": "1", "hours": "2"}, "amount")],
)
def test_it_is_an_amount_or_hours(
    owner: Browser, agreement: Agreement, typed: dict[str, str], field: str
) -> None:
    page = send(owner, agreement, **typed)
    assert page.status_code == 422 and field in page.context["form"].errors
    assert not NextLine.objects.exists()


def test_the_value_of_a_request_is_billed_once(owner: Browser, agreement: Agreement) -> None:
    asked = client_requests.create_request(
        agreement=agreement,
        contact=agreement.contact,
        text="A landing page",
        now=timezone.now(),
    )
    url = reverse("dashboard:extra_line", args=[agreement.pk])
    page = owner.get(url, {"request": asked.pk})
    assert "A landing page" in page.content.decode()
    for _time in range(2):
        send(owner, agreement, description="A landing page", amount="300", request=str(asked.pk))
    assert NextLine.objects.get().ref == str(asked.pk)


def test_a_stranger_neither_sees_nor_removes_it(agreement: Agreement, owner: Browser) -> None:
    send(owner, agreement, amount="120")
    other = logged_in(World().business.owner)
    line = NextLine.objects.get()
    assert other.post(reverse("dashboard:extra_line_remove", args=[line.pk])).status_code == 404
    assert send(other, agreement, amount="5").status_code == 404
    run_billing(now=NOW, door="test")
    line.refresh_from_db()
    assert line.removed_at is None


def test_what_no_invoice_will_take_is_a_task_that_one_press_does(
    owner: Browser, world: World
) -> None:
    now = timezone.now()
    agreement = world.running(now=now - timedelta(days=3))
    run_billing(now=now, door="test")
    send(owner, agreement, kind="cost", amount="120")
    page = reverse("dashboard:agreement", args=[agreement.pk])
    bill = reverse("dashboard:bill_lines", args=[agreement.pk])
    end = owner.get(reverse("dashboard:agreement_end", args=[agreement.pk])).content.decode()
    assert "Stock photos" in end and "Waiting for the next invoice" in end
    assert bill not in owner.get(page).content.decode()
    assert (
        "no further invoice will include"
        not in owner.get(reverse("dashboard:home")).content.decode()
    )
    Agreement.objects.filter(pk=agreement.pk).update(
        state="ended", opens_at=None, ends_on=(now + timedelta(days=27)).date()
    )
    home = owner.get(reverse("dashboard:home")).content.decode()
    assert "one line for $120 is not billed" in home and f"{page}#next-lines" in home
    shown = owner.get(page).content.decode()
    assert bill in shown and "Add a line" not in shown
    answer = owner.post(bill, follow=True).content.decode()
    assert "is issued" in answer and "Stock photos" in answer
    assert (
        "no further invoice will include"
        not in owner.get(reverse("dashboard:home")).content.decode()
    )
    assert (
        "This agreement has no lines left to bill" in owner.post(bill, follow=True).content.decode()
    )
