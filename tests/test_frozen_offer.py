"""A sent proposal is frozen with its taxes, and says what is due before the pick (rule 49)."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from agreements.contract import frozen_terms
from agreements.models import Proposal
from core.dates import local_day
from core.models import TaxRate
from tests.test_tenancy import inside
from tests.world import World

pytestmark = pytest.mark.rendering


def vat(world: World) -> TaxRate:
    return TaxRate.objects.create(business=world.business, name="VAT", percent=Decimal(7))


def sent(world: World, days: int = 0, **terms: object) -> Proposal:
    """A proposal that was sent today and starts some days later."""
    now = timezone.now()
    starts_on = local_day(now, "Asia/Bangkok") + timedelta(days=days)
    client = world.client(now=now, withholding_percent=Decimal(3))
    return world.proposal(client, now=now, starts_on=starts_on, **terms)


def page(proposal: Proposal) -> str:
    url = reverse("portal:proposal", args=[proposal.pk])
    return without_spans(inside(proposal.contact).get(url).text)


def without_spans(page: str) -> str:
    """The page with its sums as they are read: each is in an element that a script can change."""
    return re.sub(r"</?span[^>]*>", "", page)


def test_a_tax_that_is_switched_on_later_changes_nothing_of_what_was_sent(world: World) -> None:
    proposal = sent(world)
    vat(world)
    assert frozen_terms.tax_of(Proposal.objects.get())["rates"] == []
    assert "VAT" not in page(proposal)
    agreement = world.picked(proposal, now=timezone.now())
    assert agreement.taxes == []
    assert agreement.terms["tax"] == Proposal.objects.get().snapshot["terms"]["tax"]


def test_a_tax_that_is_switched_off_later_stays_in_what_was_sent(world: World) -> None:
    rate = vat(world)
    proposal = sent(world)
    TaxRate.objects.filter(pk=rate.pk).update(is_used=False)
    agreement = world.picked(proposal, now=timezone.now())
    assert agreement.taxes == [{"name": "VAT", "percent": "7"}]


def test_net_tax_gross_and_what_is_due_today_are_shown_before_the_pick(world: World) -> None:
    vat(world)
    text = page(sent(world))
    assert "$3,000 + $210 tax = $3,210" in text
    assert "Due today: $3,210" in text
    assert re.search(r"<dt>Minimum term</dt>\s*<dd>3 months\.</dd>", text)


def test_what_starts_later_is_not_due_today(world: World) -> None:
    vat(world)
    text = page(sent(world, days=5))
    assert "Due today" not in text
    assert "Nothing is due today; $3,210 is charged on" in text


def test_a_transfer_is_due_later_and_less_the_withheld_tax(world: World) -> None:
    vat(world)
    text = page(sent(world, collect_by="transfer"))
    assert "Nothing is due today; $3,120 is due on" in text
    assert "after $90 withholding tax" in text
    assert "card" not in text.replace("rh-card", "")


def test_it_is_said_again_before_the_signature_and_where_the_card_is_saved(world: World) -> None:
    vat(world)
    now = timezone.now()
    agreement = world.picked(sent(world), now=now)
    browser = inside(agreement.contact)
    url = reverse("portal:agreement", args=[agreement.pk])
    assert "Due today: $3,210" in without_spans(browser.get(url).text)
    world.signed(agreement, now=now, card="")
    assert "Due today: $3,210" in without_spans(browser.get(reverse("portal:method")).text)
