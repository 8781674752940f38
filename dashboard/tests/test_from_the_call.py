"""What a call brought fills what comes after it: the tiers, the kind of proposal and the KPIs."""

from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clients import fit_check
from clients.models import Call, Client
from clients.rules import typed_figures
from tests.world import NOW, World

KPI = {
    "name": "Bookings",
    "unit": "tables",
    "kind": "conversion",
    "direction": "up",
    "baseline": "80",
    "target": "120",
}


@pytest.fixture
def client(world: World) -> Client:
    """A client who was called, and said a budget below the lowest tier."""
    found = world.client()
    Call.objects.create(
        business=world.business,
        client=found,
        starts_at=NOW,
        extras="A photo day\nNewsletter",
        budget="2,500 a month",
        kpis=[KPI],
    )
    return found


def composer(owner: Browser, client: Client, **asked: str) -> Any:
    return owner.get(reverse("dashboard:proposal_new", args=[client.pk]), asked)


def test_what_was_worth_suggesting_stands_in_the_tiers_above_the_first(
    owner: Browser, client: Client
) -> None:
    adds = [form["adds"].value() for form in composer(owner, client).context["tiers"]]
    assert ["A photo day" in adds[0], "A photo day" in adds[1]] == [False, True]
    assert ["Newsletter" in adds[1], "Newsletter" in adds[2]] == [False, True]


def test_the_budget_heard_is_compared_with_the_ladder_for_the_freelancer_alone(
    owner: Browser, client: Client
) -> None:
    page = composer(owner, client).content.decode()
    assert "You heard “2,500 a month”; your lowest tier is" in page
    Call.objects.update(budget="about 5.5k")
    assert "enough for “Growth”" in composer(owner, client).content.decode()


@pytest.mark.parametrize(
    ("heard", "a_month"),
    [
        ("2,500 a month", 2500),
        ("2-2.5k", 2500),
        ("2.500 €", 2500),
        ("30,000 a year", 2500),
        ("ปีละ 30,000", 2500),
        ("around 40 000 THB", 40000),
        ("not much", None),
        ("", None),
    ],
)
def test_a_budget_is_read_as_people_say_it(heard: str, a_month: int | None) -> None:
    assert typed_figures.parse_budget(heard) == a_month


@pytest.mark.parametrize(
    ("recurs", "label", "kind"),
    [("yes", "Propose a paid trial", "trial"), ("no", "Propose a project", "once")],
)
def test_the_verdict_of_the_fit_check_starts_the_thing_it_names(
    owner: Browser, client: Client, recurs: str, label: str, kind: str
) -> None:
    answers = {"recurs": recurs, "budget": "yes", "reaches": "yes", "worked": "no", "grows": "yes"}
    fit_check.answer(client=client, answers=answers, now=NOW)
    page = owner.get(reverse("dashboard:client_fit", args=[client.pk])).content.decode()
    assert label in page
    assert f"?kind={kind}" in page
    answer = composer(owner, client, kind=kind)
    form, text = answer.context["form"], answer.context["text"]
    assert (form["interval"].value(), text["wording"].value()) == ("once", kind)
    assert form["ends_on"].value()
    if kind == "trial":
        assert form["trial_measure"].value() == "Bookings: from 80 tables to 120 tables"


def test_the_figures_of_the_call_are_offered_for_the_kpis_of_the_agreement(
    world: World, owner: Browser, client: Client
) -> None:
    agreement = world.picked(world.proposal(client))
    new = reverse("dashboard:kpi_new", args=[agreement.pk])
    assert "Bookings · 80 → 120 tables" in " ".join(owner.get(new).content.decode().split())
    form = owner.get(new, {"from": "Bookings"}).context["form"]
    shown = {name: form[name].value() for name in ("name", "unit", "kind", "baseline", "target")}
    assert shown == {name: KPI[name] for name in shown}
    owner.post(new, {**shown, "shape": ""})
    assert "Bookings" not in owner.get(new).content.decode()
