"""The client picks another tier, from the agreement's page and back to it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from agreements.models import Agreement, Proposal
from agreements.proposals import lifecycle
from agreements.tests.test_extras import AUDIT, CALL
from core.dates import local_day
from tests.test_frozen_offer import without_spans
from tests.test_tenancy import inside
from tests.world import World

pytestmark = pytest.mark.rendering


def picked(world: World) -> Agreement:
    now = timezone.now()
    return world.picked(now=now, starts_on=local_day(now, "Asia/Bangkok"))


def tier_id(proposal: Proposal, position: int) -> str:
    return str(lifecycle.tiers_of(proposal)[position].pk)


def test_a_wrong_tap_is_put_right_on_the_agreements_page(world: World) -> None:
    first = picked(world)
    proposal, client = first.proposal, inside(first.contact)
    change = reverse("portal:proposal", args=[proposal.pk]) + "?change"
    assert change in client.get(reverse("portal:agreement", args=[first.pk])).content.decode()

    page = client.get(change).content.decode()
    assert "Continue with Essential" in page and f'name="instead_of" value="{first.pk}"' in page
    posted = {"tier": tier_id(proposal, 2), "instead_of": str(first.pk)}
    answer = client.post(reverse("portal:proposal", args=[proposal.pk]), posted)
    second = proposal.agreement
    assert second and second.tier["name"] == "Partner"
    assert answer["Location"] == reverse("portal:agreement", args=[second.pk])

    old = client.get(reverse("portal:agreement", args=[first.pk]), follow=True)
    assert old.redirect_chain[-1][0] == reverse("portal:agreement", args=[second.pk])
    assert "Another tier was chosen" in old.content.decode()


def test_a_second_phone_is_told_what_was_picked_on_the_first(world: World) -> None:
    first = picked(world)
    client, url = inside(first.contact), reverse("portal:proposal", args=[first.proposal.pk])
    answer = client.post(url, {"tier": tier_id(first.proposal, 1)}, follow=True)
    assert answer.redirect_chain[-1][0] == url + "?change"
    assert "Essential is already chosen." in answer.content.decode()
    assert Agreement.objects.get() == first


def test_once_somebody_has_signed_the_tier_stays(world: World) -> None:
    agreement = world.signed(picked(world), now=timezone.now(), card="")
    client = inside(agreement.contact)
    url = reverse("portal:proposal", args=[agreement.proposal.pk])
    assert "?change" not in client.get(agreement_url(agreement)).content.decode()
    assert client.get(url + "?change").status_code == 410
    posted = {"tier": tier_id(agreement.proposal, 2), "instead_of": str(agreement.pk)}
    client.post(url, posted)
    assert Agreement.objects.get() == agreement


def agreement_url(agreement: Agreement) -> str:
    return reverse("portal:agreement", args=[agreement.pk])


def test_extras_are_ticked_with_the_tier_and_can_be_changed(world: World) -> None:
    now = timezone.now()
    proposal = world.proposal(
        now=now, starts_on=local_day(now, "Asia/Bangkok"), extras=[CALL, AUDIT]
    )
    client, url = inside(proposal.contact), reverse("portal:proposal", args=[proposal.pk])
    page = client.get(url).text
    assert "Weekly call" in page and "+$1,200" in page and "once" in page
    client.post(url, {"tier": tier_id(proposal, 0), "extra": ["x1", "x2"]})
    first = proposal.agreement
    assert first and first.amount == 3_500_00
    signing = without_spans(client.get(agreement_url(first)).text)
    assert "Due today: $4,700" in signing and "Then $3,500 every month" in signing

    page = client.get(f"{url}?change").text
    assert page.count("checked") == 2
    posted = {"tier": tier_id(proposal, 0), "instead_of": str(first.pk), "extra": "x1"}
    client.post(url, posted)
    second = proposal.agreement
    assert second and second != first and second.tier["extras"] == [CALL]
    refused = client.post(url, posted | {"extra": "-1", "instead_of": str(second.pk)}, follow=True)
    assert "not part of this proposal" in refused.text
