"""A tier of the composer that is not wanted is left empty, whatever response time is left in it."""

import pytest
from django.test import Client as Browser
from django.urls import reverse

from agreements.models import Package, Proposal
from dashboard.tests.test_composer import new_proposal
from dashboard.tests.test_packages import package_fields
from tests.world import World


@pytest.mark.parametrize("left", ["24", "12", ""])
def test_an_emptied_tier_is_left_out_of_a_proposal(owner: Browser, world: World, left: str) -> None:
    page, data = new_proposal(world)
    empty = {name: "" for name in data if name.startswith("tier-2-")}
    answer = owner.post(page, data | empty | {"tier-2-response_hours": left})
    assert answer.status_code == 302, answer.context["tiers"].errors
    assert Proposal.objects.get().tiers.count() == 2


@pytest.mark.parametrize("left", ["24", "12", ""])
def test_an_emptied_tier_is_left_out_of_a_package(owner: Browser, world: World, left: str) -> None:
    fields = package_fields() | {"name": "Cafés", "currency": "USD"}
    empty = {name: "" for name in fields if name.startswith("tier-2-")}
    answer = owner.post(
        reverse("dashboard:package_new"), fields | empty | {"tier-2-response_hours": left}
    )
    assert answer.status_code == 302
    assert len(Package.objects.get().rungs) == 2
