"""A card whose bank asks for a confirmation leads there by a button, and back to the payment."""

from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from agreements.models import Agreement
from billing.books import queries
from billing.charging import gateway_events
from billing.models import Collection
from billing.runs.billing_run import run_billing
from core.dates import local_day
from tests.test_tenancy import inside
from tests.world import World

pytestmark = pytest.mark.rendering


@pytest.fixture
def waiting(world: World) -> Agreement:
    """Signed, with a card whose bank asks the cardholder to confirm the first charge."""
    now = timezone.now()
    picked = world.picked(now=now, starts_on=local_day(now, "Asia/Bangkok"))
    agreement = world.signed(picked, now=now, card="requires_action")
    run_billing(now=now, door="test")
    return agreement


def test_every_page_about_the_payment_has_the_button_to_the_bank(waiting: Agreement) -> None:
    client, collection = inside(waiting.contact), Collection.objects.get()
    assert collection.action_url
    for url in (
        reverse("portal:charging", args=[waiting.pk]),
        reverse("portal:charging_state", args=[waiting.pk]),
        reverse("portal:method"),
        reverse("portal:home"),
        reverse("portal:invoice", args=[collection.invoice_id]),
    ):
        page = client.get(url).text
        assert f'href="{collection.action_url}"' in page, url
        assert "Confirm at your bank" in page and "$3,000" in page, url
        assert "We are asking your bank" not in page, url


def test_the_bank_leads_back_to_the_payment(waiting: Agreement) -> None:
    client, collection = inside(waiting.contact), Collection.objects.get()
    assert "Your bank asks whether" in client.get(collection.action_url).text
    answer = client.post(collection.action_url)
    assert answer["Location"] == reverse("portal:confirmed")
    answer = client.get(answer["Location"])
    charging = reverse("portal:charging", args=[waiting.pk])
    assert answer["Location"] == f"{charging}?confirmed"
    page = client.get(answer["Location"]).text
    assert "We are asking your bank" in page and "Confirm at your bank" not in page
    resolve_now()
    assert "All done. Welcome aboard" in client.get(charging).text
    assert "Back to the payment" in client.get(collection.action_url).text


def test_a_later_charge_leads_back_to_its_invoice(waiting: Agreement) -> None:
    client = inside(waiting.contact)
    client.post(Collection.objects.get().action_url)
    resolve_now()
    run_billing(now=timezone.now() + timedelta(days=32), door="test")
    (invoice,) = queries.charges_to_confirm(waiting.client)
    page = reverse("portal:invoice", args=[invoice.pk])
    assert client.get(reverse("portal:confirmed"))["Location"] == f"{page}?confirmed"
    shown = client.get(f"{page}?confirmed").text
    assert "Your bank is being asked" in shown and "Confirm at your bank" not in shown


def test_whoever_comes_from_the_bank_without_a_session_reads_what_follows(
    waiting: Agreement, world: World
) -> None:
    other = inside(world.person(world.client("Other")))
    assert other.get(reverse("portal:confirmed"))["Location"] == reverse("portal:home")
    stranger = Browser().get(reverse("portal:confirmed"))
    assert stranger.status_code == 200
    assert "You can close this page" in stranger.text
    assert waiting.client.name not in stranger.text and "$3,000" not in stranger.text


def resolve_now() -> None:
    gateway_events.apply_events(now=timezone.now())
