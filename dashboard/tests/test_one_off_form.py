"""A one-off invoice is issued in three fields, after its total was seen (rule 62)."""

import re
from typing import Any

from django.test import Client as Browser
from django.urls import reverse

from billing.models import Invoice
from clients.models import Client
from tests.world import World

NEW = "dashboard:one_off"


def hidden(page: Any, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page.content.decode())
    assert found, name
    return found[1]


def previewed(owner: Browser, client: Client, **more: str) -> tuple[Any, dict[str, str]]:
    """The page with the total, and what its form sends when the invoice is issued."""
    start = owner.get(reverse(NEW), {"client": client.pk})
    typed = {"client": str(client.pk), "description": "Rush job", "amount": "200", "with_tax": "on"}
    typed |= {"form": hidden(start, "form")} | more
    page = owner.post(reverse(NEW), typed)
    return page, typed | {"issue": "yes"}


def test_three_fields_a_total_and_one_press(owner: Browser, world: World) -> None:
    page, sends = previewed(owner, world.client())
    assert "$200" in page.content.decode() and not Invoice.objects.exists()
    sends["seen"] = hidden(page, "seen")
    answer = owner.post(reverse(NEW), sends)
    invoice = Invoice.objects.get()
    assert answer["Location"] == reverse("dashboard:invoice", args=[invoice.pk])
    assert "Rush job" in owner.get(answer["Location"]).content.decode()
    assert owner.post(reverse(NEW), sends)["Location"] == answer["Location"]
    assert Invoice.objects.count() == 1


def test_a_total_that_changed_since_is_shown_first(owner: Browser, world: World) -> None:
    page, sends = previewed(owner, world.client())
    sends |= {"seen": hidden(page, "seen"), "amount": "2000"}
    page = owner.post(reverse(NEW), sends)
    assert page.status_code == 200 and "$2,000" in page.content.decode()
    assert not Invoice.objects.exists()


def test_it_follows_the_clients_retainer_unless_told_otherwise(
    owner: Browser, world: World
) -> None:
    agreement = world.running(currency="EUR", collect_by="transfer", card="")
    page, _sends = previewed(owner, agreement.client)
    assert page.context["row"].agreement == agreement
    assert page.context["row"].currency == "EUR"
    page, _sends = previewed(owner, agreement.client, agreement="none", currency="USD")
    assert page.context["row"].agreement is None
    assert page.context["row"].currency == "USD"


def test_the_same_once_more_is_asked_about(owner: Browser, world: World) -> None:
    client = world.client()
    for _time in range(2):
        page, sends = previewed(owner, client)
        sends["seen"] = hidden(page, "seen")
        page = owner.post(reverse(NEW), sends)
    assert Invoice.objects.count() == 1 and "Issue it once more." in page.content.decode()
    assert owner.post(reverse(NEW), sends | {"confirmed": "on"}).status_code == 302
    assert Invoice.objects.count() == 2


def test_a_refused_field_says_why(owner: Browser, world: World) -> None:
    page, _sends = previewed(owner, world.client(), collect_by="card")
    assert page.status_code == 422 and page.context["form"].errors["collect_by"]
    page, _sends = previewed(owner, world.client(), amount="-3")
    assert page.context["form"].errors["amount"]
    page, _sends = previewed(owner, World().client())
    assert page.context["form"].errors["client"] and not Invoice.objects.exists()
