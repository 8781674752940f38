"""A proposal is duplicated for other prospects, without what is only about the first client."""

from datetime import date

import pytest
from django.urls import reverse

from agreements.models import Proposal
from agreements.proposals import after_sending, lifecycle
from agreements.tests.test_extras import CALL
from tests.browsers import logged_in
from tests.world import NOW, World

pytestmark = pytest.mark.rendering


def sent(world: World) -> Proposal:
    return world.proposal(
        world.client("Harbour Books"),
        title="Content for Harbour Books",
        intro="Dear Ploy, here is how Harbour Books can grow.",
        goals=["More readers"],
        competitors=["Other Books"],
        expires_on=date(2026, 11, 20),
        extras=[CALL],
    )


def test_several_prospects_get_a_draft_each(world: World) -> None:
    proposal, desk = sent(world), logged_in(world.business.owner)
    clients = [world.client(name) for name in ("Corner Café", "Night Bar")]
    clients[0].contacts.update(name="Mali")
    url = reverse("dashboard:proposal_copy", args=[proposal.pk])
    assert "Corner Café" in desk.get(url).text
    assert desk.post(url, {}).status_code == 422
    assert desk.post(url, {"clients": [row.pk for row in clients]}).status_code == 302
    draft = Proposal.objects.get(client=clients[0])
    assert (draft.state, draft.version, draft.extras) == ("draft", 1, [CALL])
    assert draft.title == "Content for Corner Café"
    assert draft.intro == "Dear Mali, here is how Corner Café can grow."
    assert (draft.goals, draft.competitors, draft.revises) == ([], [], None)
    copied, first = ([row.amount for row in lifecycle.tiers_of(row)] for row in (draft, proposal))
    assert copied == first
    assert Proposal.objects.filter(state="draft").count() == 2


def test_the_reason_given_to_the_first_client_goes_to_no_other(world: World) -> None:
    for words in (
        "I recommend Growth because you want more readers. The rest stays.",
        "I recommend Growth: you want more readers.",
        "you want more readers, so Growth",
    ):
        proposal = world.proposal(
            world.client("Harbour Books"), intro=words, recommended_because="You want more readers"
        )
        draft = after_sending.copy_for(
            proposal=proposal, client=world.client("Corner Café"), now=NOW
        )
        assert "readers" not in draft.intro and draft.intro, words
        assert ("The rest stays." in draft.intro) == ("The rest stays." in words)


def test_another_businesss_client_cannot_be_chosen(world: World) -> None:
    proposal, desk = sent(world), logged_in(world.business.owner)
    stranger = World().client("Stranger")
    url = reverse("dashboard:proposal_copy", args=[proposal.pk])
    assert desk.post(url, {"clients": [stranger.pk]}).status_code == 422
    assert not Proposal.objects.filter(client=stranger).exists()


def test_a_client_without_a_decision_maker_is_named_and_no_draft_is_left(world: World) -> None:
    proposal, desk = sent(world), logged_in(world.business.owner)
    first, second = world.client("Corner Café"), world.client("Nobody Inc")
    second.contacts.update(is_decision_maker=False)
    url = reverse("dashboard:proposal_copy", args=[proposal.pk])
    answer = desk.post(url, {"clients": [first.pk, second.pk]})
    assert answer.status_code == 422 and "Nobody Inc has no decision maker yet." in answer.text
    assert not Proposal.objects.filter(state="draft").exists()
