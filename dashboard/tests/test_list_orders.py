"""Lists sort by their columns: names by their language, and pages go on in the same order."""

import importlib
from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import timedelta
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
from billing.models import Collection, Invoice
from clients import client_records
from clients.models import Client
from core.database.ids import new_id
from core.lists.name_order import name_key
from dashboard.lists import list_page
from delivery.models import Request
from tests.test_lists import fill
from tests.test_tenancy import logged_in
from tests.world import LADDER, World

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


@pytest.fixture
def rows(world: World) -> dict[str, Client]:
    """Four clients with a proposal, an agreement and a request, in three currencies."""
    now, found = timezone.now(), {}
    fees = {
        "Zoo": (10_00, "USD"),
        "เอก": (50_00, "USD"),
        "Äon": (70_00, "THB"),
        "Bo": (9_00, "EUR"),
    }
    for day, (name, (amount, currency)) in enumerate(fees.items()):
        begun = now - timedelta(days=9 - day)
        found[name] = client = world.client(name, now=begun)
        tiers = [replace(LADDER[0], amount=amount), *LADDER[1:]]
        offered = world.proposal(client, now=begun, currency=currency, tiers=tiers)
        agreement = world.picked(offered, now=begun)
        Request.objects.create(
            business=world.business,
            client=client,
            agreement=agreement,
            contact=agreement.contact,
            title="T",
            fits="word",
            respond_by=begun,
            created_at=begun,
        )
    return found


#: A list, what its address asks it to be sorted by, and the clients in that order.
ORDERS = [
    ("clients", "name", ["Äon", "Bo", "Zoo", "เอก"]),
    ("clients", "fee", ["Zoo", "เอก", "Bo", "Äon"]),  # the own currency first
    ("clients", "-fee", ["เอก", "Zoo", "Bo", "Äon"]),
    ("clients", "last", ["Zoo", "เอก", "Äon", "Bo"]),
    ("clients", "-last", ["Bo", "Äon", "เอก", "Zoo"]),
    ("proposals", "last", ["Zoo", "เอก", "Äon", "Bo"]),
    ("agreements", "-last", ["Bo", "Äon", "เอก", "Zoo"]),
    ("proposals", "client", ["Äon", "Bo", "Zoo", "เอก"]),
    ("proposals", "-date", ["Bo", "Äon", "เอก", "Zoo"]),
    ("proposals", "fee", ["Zoo", "เอก", "Bo", "Äon"]),
    ("proposals", "-fee", ["เอก", "Zoo", "Bo", "Äon"]),
    ("agreements", "client", ["Äon", "Bo", "Zoo", "เอก"]),
    ("agreements", "date", ["Zoo", "เอก", "Äon", "Bo"]),
    ("agreements", "-fee", ["เอก", "Zoo", "Bo", "Äon"]),
    ("requests", "client", ["Äon", "Bo", "Zoo", "เอก"]),
    ("requests", "-client", ["เอก", "Zoo", "Bo", "Äon"]),
    ("requests", "date", ["Zoo", "เอก", "Äon", "Bo"]),
    ("requests", "-state", ["Bo", "Äon", "เอก", "Zoo"]),
]


def test_a_list_is_sorted_by_the_column_that_its_address_names(
    rows: dict[str, Client], owner: Browser, subtests: pytest.Subtests
) -> None:
    Request.objects.filter(client=rows["Bo"]).update(state="done")
    for view, sort, names in ORDERS:
        with subtests.test(view=view, sort=sort):
            asked = {"sort": sort} | ({"state": "all"} if view == "requests" else {})
            assert shown(owner, view, asked, lambda row: str(getattr(row, "client", row))) == names
            page = owner.get(reverse(f"dashboard:{view}"), asked).content.decode()
            direction = "descending" if sort.startswith("-") else "ascending"
            shows = view == "requests" or "date" not in sort
            assert page.count("aria-sort") > 2 and page.count(f'aria-sort="{direction}"') == shows
            assert f'<option value="{sort}" selected>' in " ".join(page.split())  # for phones


def test_what_has_no_fee_comes_last_in_either_order(world: World, owner: Browser) -> None:
    world.client("None")
    for name, amount in (("Low", 1), ("High", 2)):
        world.client(name, expected_amount=amount, expected_currency="USD")
    assert shown(owner, "clients", {"sort": "fee"}, str) == ["Low", "High", "None"]
    assert shown(owner, "clients", {"sort": "-fee"}, str) == ["High", "Low", "None"]


def test_pages_go_on_in_the_order_of_a_column_that_is_computed(
    world: World, owner: Browser
) -> None:
    for n in range(60):
        world.client(f"N{n}", expected_amount=(n * 7) % 60 + 1, expected_currency="USD")
    found = shown(owner, "clients", {"sort": "-fee"}, lambda row: row.expected_amount)
    assert found == list(range(60, 0, -1))
    answer = owner.get(reverse("dashboard:clients"), {"sort": "-fee"})
    second = {"sort": "-fee", "after": answer.context["page"].after}
    second_page = owner.get(reverse("dashboard:clients"), second).context["page"]
    back = {"sort": "-fee", "before": second_page.before}
    rows = owner.get(reverse("dashboard:clients"), back).context["page"].rows
    assert rows == answer.context["page"].rows


def test_a_long_list_says_that_it_is_too_long_for_such_an_order(
    world: World, owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_page, "COMPUTED_AT_MOST", 2)
    for name in ("Cx", "Bx", "Ax"):
        world.client(name, expected_amount=1, expected_currency="USD")
    answer = owner.get(reverse("dashboard:clients"), {"sort": "fee"})
    assert [row.name for row in answer.context["page"].rows] == ["Ax", "Bx", "Cx"]
    assert "too long to sort by" in answer.content.decode()
    narrow = owner.get(reverse("dashboard:clients"), {"sort": "fee", "q": "Ax"})
    assert "too long to sort by" not in narrow.content.decode()


def replace_fields(row: Invoice, n: int, **fields: Any) -> Invoice:
    """Another invoice like `row`, of another day."""
    values = {field.attname: getattr(row, field.attname) for field in Invoice._meta.concrete_fields}
    day = row.period_start + timedelta(days=n)
    own = {"id": new_id(), "seq": row.seq + n, "number": f"X-{n}", "period_start": day}
    return Invoice(**values | own | fields)


def test_invoices_are_sorted_by_amount_within_each_currency(world: World, owner: Browser) -> None:
    fill(world, world.signed(), 1)
    row = Invoice.objects.get()
    sums = [("EUR", 5), ("USD", 4), ("THB", 900), ("EUR", 70), ("USD", 200)]
    more = [
        replace_fields(row, n, currency=currency, total=total, subtotal=total)
        for n, (currency, total) in enumerate(sums, 1)
    ]
    Invoice.objects.bulk_create(more)
    Collection.objects.bulk_create(
        Collection(business=world.business, invoice=one, gateway="sandbox", next_at=timezone.now())
        for one in more
    )
    for sort, wanted in {
        "total": [("EUR", 5), ("EUR", 70), ("THB", 900), ("USD", 1), ("USD", 4), ("USD", 200)],
        "-total": [("EUR", 70), ("EUR", 5), ("THB", 900), ("USD", 200), ("USD", 4), ("USD", 1)],
    }.items():
        found = shown(owner, "invoices", {"sort": sort}, lambda row: (row.currency, row.total))
        assert found == wanted


@pytest.mark.parametrize("sort", ["x", "-", "--name", "name__id", "\0", "-id", "business__owner"])
def test_an_unknown_order_is_the_usual_one(world: World, owner: Browser, sort: str) -> None:
    for name in "BA":
        world.client(name)
    assert shown(owner, "clients", {"sort": sort}, str) == ["A", "B"]


@pytest.mark.parametrize("text", ["\0", "9" * 400, "USD\x1f" + "9" * 40])
def test_an_invalid_position_breaks_no_order(world: World, owner: Browser, text: str) -> None:
    world.client("A")
    mark = urlsafe_b64encode(f"{new_id()}|{text}".encode()).decode()
    for view, sort in (
        *(("clients", sort) for sort in ("name", "fee", "-last", "added")),
        *(("invoices", sort) for sort in ("total", "-total", "client", "number", "due_on")),
        *(("time", sort) for sort in ("time", "-time", "client", "date")),
        *(("letters", "to"), ("requests", "state"), ("requests", "client")),
    ):
        for side in ("after", "before"):
            page = owner.get(reverse(f"dashboard:{view}"), {"sort": sort, side: mark})
            assert page.status_code == 200
