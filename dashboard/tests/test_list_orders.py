"""Lists sort by their columns: names by their language, and pages go on in the same order."""

import importlib
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from agreements.contract import governing_laws
from agreements.proposals import packages
from clients import client_records
from clients.models import Client
from core.lists.name_order import name_key
from tests.test_tenancy import logged_in
from tests.world import World

NAMES = ["20 Minuten", "Adler", "Ärzte am Ring", "Zebra", "กมล", "เกษม", "แก้วใจ", "ขวัญ"]


@pytest.fixture
def owner(world: World) -> Browser:
    return logged_in(world.business.owner)


def shown(browser: Browser, view: str, asked: dict[str, str], name: Any) -> list[Any]:
    """The names of all rows of a list, page after page."""
    found, asked = [], dict(asked)
    while True:
        answer = browser.get(reverse(f"dashboard:{view}"), asked)
        found += [name(row) for row in answer.context["page"].rows]
        after = answer.context["page"].after
        if not after:
            return found
        asked["after"] = after


def test_clients_are_listed_by_their_language_on_every_page(world: World, owner: Browser) -> None:
    for n in range(4):
        for name in reversed(NAMES):
            world.client(f"{name} {n}")
    wanted = [f"{name} {n}" for name in NAMES for n in range(4)]
    assert shown(owner, "clients", {}, str) == wanted
    assert shown(owner, "clients", {"sort": "-name"}, str) == wanted[::-1]


def test_a_client_who_is_renamed_finds_their_new_place(world: World, owner: Browser) -> None:
    renamed, _other = world.client("Zebra"), world.client("Mango")
    client_records.change_client(client=renamed, name="Äpfel")
    assert shown(owner, "clients", {}, str) == ["Äpfel", "Mango"]


def test_rows_of_before_get_their_place_and_an_interrupted_migration_goes_on(world: World) -> None:
    step = importlib.import_module("clients.migrations.0012_fill_name_keys")
    rows = [world.client(name) for name in NAMES]
    Client.objects.filter(pk__in=[row.pk for row in rows[2:]]).update(name_key=b"")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        step.fill(apps, None, size=4)
    assert [row.name for row in Client.objects.order_by("name_key")] == NAMES
    assert all(bytes(row.name_key) == name_key(row.name) for row in Client.objects.all())
    assert len([one for one in asked if one["sql"].startswith("UPDATE")]) == 2


def test_people_packages_and_countries_are_in_the_same_order(world: World, owner: Browser) -> None:
    client, now = world.client("Baan"), timezone.now()
    for name in ("Zebra", "เกษม", "กมล", "Ärzte", "Arzt"):
        email = f"{name.encode().hex()}@x.example"
        client_records.add_contact(client=client, name=name, email=email, now=now)
        package = packages.find_package(world.business, "")
        packages.add(
            business=world.business, name=name, currency="USD", tiers=package.drafts, now=now
        )
    wanted = ["Arzt", "Ärzte", "Zebra", "กมล", "เกษม"]
    people = owner.get(reverse("dashboard:client", args=[client.pk])).context["contacts"]
    assert [row.name for row, _bounced in people][1:] == wanted
    own = owner.get(reverse("dashboard:packages")).context["own"]
    assert [row.name for row in own] == wanted
    with translation.override("th"):
        laws = [name for _code, name in governing_laws.choices()]
    assert laws.index("ไทย") < laws.index("มาเลเซีย") < laws.index("เยอรมนี")
