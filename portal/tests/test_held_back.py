"""A client whose choice or signature waits for a consent reads that, and nothing of the others."""

import pytest
from django.urls import reverse
from django.utils import timezone

from agreements.models import Proposal
from agreements.proposals import lifecycle
from agreements.signing import held_back
from core.dates import local_day
from tests.test_tenancy import inside
from tests.world import HERE, World

pytestmark = pytest.mark.rendering
SAID = "has to check something before you can continue"


@pytest.fixture
def sent(world: World) -> Proposal:
    """Sent before another client got exclusivity."""
    now = timezone.now()
    today = local_day(now, "Asia/Bangkok")
    proposal = world.proposal(world.client("Backhaus Nord"), now=now, starts_on=today)
    world.signed(world.picked(now=now, starts_on=today, competitors=["Backhaus Nord"]), now=now)
    return proposal


def test_the_page_says_so_calmly_when_a_tier_is_picked_and_when_it_is_signed(
    world: World, sent: Proposal
) -> None:
    client, url = inside(sent.contact), reverse("portal:proposal", args=[sent.pk])
    tier = str(lifecycle.tiers_of(sent)[0].pk)
    page = client.post(url, {"tier": tier}, follow=True)
    assert page.redirect_chain[-1][0] == url and SAID in page.text
    assert "Baan Coffee" not in page.text and "exclusiv" not in page.text.lower()
    held_back.confirm_consent(proposal=sent, actor="Nan", now=timezone.now(), origin=HERE)
    client.post(url, {"tier": tier})
    picked = sent.agreement
    assert picked
    now = timezone.now()
    later = world.proposal(
        world.client("Other"),
        now=now,
        starts_on=sent.starts_on,
        competitors=["Backhaus Nord"],
    )
    world.signed(world.picked(later, now=now), now=now, card="")
    signing = reverse("portal:agreement", args=[picked.pk])
    answer = client.post(signing, {"name": "Ploy", "consent": "on"}, follow=True)
    assert answer.redirect_chain[-1][0] == signing and SAID in answer.text
    assert "Other" not in answer.text
