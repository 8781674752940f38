"""The client's and the owner's next payments are all of them, with and without a retainer."""

from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from agreements.models import Agreement
from billing.models import Invoice
from billing.runs.billing_run import run_billing
from billing.tests.test_one_off import issued, order
from clients import portal_links
from clients.models import Contact
from core import links
from tests.browsers import logged_in
from tests.world import World


def home(contact: Contact) -> str:
    browser = Browser()
    door = portal_links.portal_link(contact=contact, now=timezone.now())
    browser.post(f"/p/{links.token(door.id)}/")
    return browser.get(reverse("portal:home")).content.decode()


def overview(world: World) -> str:
    browser = logged_in(world.business.owner)
    return browser.get(reverse("dashboard:home")).content.decode()


@pytest.mark.parametrize("with_retainer", [False, True])
def test_a_one_off_invoice_without_an_agreement_is_a_next_payment(
    world: World, with_retainer: bool
) -> None:
    now = timezone.now()
    client = world.client(now=now)
    if with_retainer:
        world.running(client, now=now)
        run_billing(now=now, door="test")
    invoice = issued(world, order(world, client=client), now=now)
    shown = home(world.person(client))
    assert "Your next payments" in shown and "$200" in shown
    assert shown.count(reverse("portal:invoice", args=[invoice.pk])) >= 1
    assert "by bank transfer" in shown and "Where to transfer to" in shown
    assert "Rush job" in overview(world)


def test_what_an_ended_retainer_left_open_is_a_next_payment(world: World) -> None:
    now = timezone.now()
    agreement = world.running(now=now, card="", collect_by="transfer")
    run_billing(now=now, door="test")
    Agreement.objects.filter(pk=agreement.pk).update(
        state="ended", opens_at=None, ends_on=(now + timedelta(days=1)).date()
    )
    shown = home(agreement.contact)
    assert "Your next payments" in shown and Invoice.objects.get().number in shown


def test_the_invoices_of_another_client_are_none_of_theirs(world: World) -> None:
    now = timezone.now()
    issued(world, order(world, client=world.client(now=now)), now=now)
    agreement = world.running(world.client("Another", now=now), now=now)
    run_billing(now=now, door="test")
    assert "$200" not in home(agreement.contact)
