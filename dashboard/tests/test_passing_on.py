"""A proposal's link for a message of the freelancer's own, and what happened to the proposal."""

import re

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from agreements.models import Proposal
from agreements.proposals import accept, lifecycle
from agreements.signing import unsigned_documents
from core.audit import UNSEEN
from core.dates import local_day
from tests.browsers import logged_in
from tests.world import HERE, World

pytestmark = pytest.mark.rendering


def sent(world: World) -> Proposal:
    now = timezone.now()
    return world.proposal(now=now, starts_on=local_day(now, "Asia/Bangkok"))


def test_a_proposal_can_be_sent_in_any_message_and_gives_no_more_than_reading(
    world: World,
) -> None:
    proposal, desk = sent(world), logged_in(world.business.owner)
    url = reverse("dashboard:proposal_link", args=[proposal.pk])
    assert desk.get(url).status_code == 302  # nothing was made yet
    desk.post(url)
    page = desk.get(url).text
    path = re.search(r'id="shared-link" value="https?://[^/]+(/p/[^"]+)"', page)
    assert path and "https://wa.me/?text=Hello%20Ploy" in page and "line.me/R/share" in page

    reader = Browser()
    assert reader.post(path[1]).status_code == 302
    assert reader.get(reverse("portal:proposal", args=[proposal.pk])).status_code == 200
    tier = lifecycle.tiers_of(proposal)[0]
    answer = reader.post(reverse("portal:proposal", args=[proposal.pk]), {"tier": tier.pk})
    assert answer.status_code == 403 and proposal.agreement is None


def test_the_page_tells_what_happened_until_the_signature_and_afterwards(world: World) -> None:
    proposal, desk = sent(world), logged_in(world.business.owner)
    first = world.picked(proposal, tier=0, now=timezone.now())
    accept.accept_proposal(
        proposal=Proposal.objects.get(pk=proposal.pk),
        tier=lifecycle.tiers_of(proposal)[1],
        contact=proposal.contact,
        now=timezone.now(),
        origin=HERE,
        instead_of=first,
    )
    url = reverse("dashboard:proposal", args=[proposal.pk])
    page = desk.get(url).text
    assert "Tier: Essential" in page and "Growth instead of Essential" in page
    agreement = Proposal.objects.get(pk=proposal.pk).agreement
    assert agreement
    unsigned_documents.withdraw(
        paper=agreement, reason="Wrong start", actor="Nan", now=timezone.now(), origin=UNSEEN
    )
    page = desk.get(url).text
    assert "Withdrawn because" in page and "Wrong start" in page
    assert reverse("dashboard:proposal_revise", args=[proposal.pk]) in page
