"""Extras are written with a proposal, in its currency, and what is wrong is said at its field."""

import pytest
from django.urls import reverse

from agreements.models import Proposal
from dashboard.tests.test_packages import new_proposal
from tests.browsers import logged_in
from tests.world import World

pytestmark = pytest.mark.rendering
CALL = {"extra-0-title": "Weekly call", "extra-0-price": "500"}
AUDIT = {"extra-1-title": "SEO audit", "extra-1-price": "1,200", "extra-1-once": "on"}


def test_extras_are_stored_shown_again_and_previewed(world: World) -> None:
    browser = logged_in(world.business.owner)
    url, data = new_proposal(world, **CALL, **AUDIT)
    assert browser.post(url, data).status_code == 302
    proposal = Proposal.objects.get()
    assert proposal.extras == [
        {"key": "x1", "title": "Weekly call", "amount": 500_00, "once": False},
        {"key": "x2", "title": "SEO audit", "amount": 1_200_00, "once": True},
    ]
    again = browser.get(reverse("dashboard:proposal_edit", args=[proposal.pk])).text
    assert 'value="SEO audit"' in again and 'value="1200' in again
    preview = browser.get(reverse("dashboard:proposal_preview", args=[proposal.pk])).text
    assert "Weekly call" in preview and "+$1,200" in preview


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"extra-0-price": "-1"}, "The amount cannot be negative."),
        ({"extra-0-price": "0"}, "An extra costs something."),
        ({"extra-0-price": ""}, "An extra costs something."),
        ({"extra-0-title": ""}, "Give the extra a name."),
        ({"extra-1-title": "Weekly call", "extra-1-price": "5"}, "name of its own"),
    ],
)
def test_a_wrong_extra_is_refused_and_nothing_typed_is_lost(
    world: World, wrong: dict[str, str], said: str
) -> None:
    browser = logged_in(world.business.owner)
    url, data = new_proposal(world, **CALL | wrong)
    answer = browser.post(url, data)
    assert answer.status_code == 422 and said in answer.text
    assert not Proposal.objects.exists()
