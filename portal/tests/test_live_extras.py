"""What a client ticks changes the sums on the page, which are those that are signed and charged."""

import html
import json
import re
from itertools import combinations
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from agreements.models import Proposal
from agreements.proposals import accept, lifecycle
from agreements.tests.test_extras import AUDIT, CALL
from billing.emails import upcoming_charges
from core import formats
from core.dates import local_day
from core.models import TaxRate
from tests.test_frozen_offer import without_spans
from tests.test_tenancy import inside
from tests.world import HERE, World

pytestmark = pytest.mark.rendering
KEYS = [keys for n in range(3) for keys in combinations(("x1", "x2"), n)]


def sent(world: World, **terms: Any) -> Proposal:
    now = timezone.now()
    TaxRate.objects.create(business=world.business, name="VAT", percent="7", is_used=True)
    offered = {"starts_on": local_day(now, "Asia/Bangkok"), "extras": [CALL, AUDIT]}
    return world.proposal(now=now, **offered | terms)


def sums_on(page: str) -> list[dict[str, dict[str, str]]]:
    """The sums of each tier by the keys of the ticked extras, as the script reads them."""
    return [json.loads(html.unescape(found)) for found in re.findall(r'data-sums="([^"]+)"', page)]


@pytest.mark.parametrize("keys", KEYS)
def test_every_sum_that_can_be_ticked_is_the_sum_that_is_signed(
    world: World, keys: tuple[str, ...]
) -> None:
    proposal = sent(world)
    url = reverse("portal:proposal", args=[proposal.pk])
    shown = sums_on(inside(proposal.contact).get(url).text)[1][" ".join(keys)]
    now = timezone.now()
    agreement = accept.accept_proposal(
        proposal=proposal,
        tier=lifecycle.tiers_of(proposal)[1],
        contact=proposal.contact,
        now=now,
        origin=HERE,
        extras=keys,
    )
    offer = upcoming_charges.offer_to_sign(agreement, agreement.starts_on)
    assert shown == {
        name: formats.money(getattr(offer, name), "USD")
        for name in ("net", "tax", "gross", "to_pay", "later")
    }


def test_what_was_chosen_before_is_in_the_sums_without_javascript(world: World) -> None:
    proposal = sent(world)
    client, url = inside(proposal.contact), reverse("portal:proposal", args=[proposal.pk])
    tier = str(lifecycle.tiers_of(proposal)[0].pk)
    assert "The next page names the sums with what you ticked." in client.get(url).text
    client.post(url, {"tier": tier, "extra": ["x1", "x2"]})
    page = without_spans(client.get(f"{url}?change").text)
    # 3,000 + 500 each month, 1,200 once, 7 % tax
    assert "$3,500 + $245 tax = $3,745" in page
    assert "Due today: $5,029" in page and "Then $3,745 every month" in page


def test_a_proposal_without_extras_carries_no_sums(world: World) -> None:
    proposal = sent(world, extras=[])
    page = inside(proposal.contact).get(reverse("portal:proposal", args=[proposal.pk])).text
    assert not sums_on(page) and "Due today: $3,210" in without_spans(page)
