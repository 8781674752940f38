"""The page on which a proposal is written: what is missing is said, and nobody signs twice."""

import re

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from agreements.models import Proposal
from agreements.proposals import packages
from billing.models import BankDetails
from clients import client_records
from clients.models import Contact
from dashboard.tests.test_packages import new_proposal
from tests.browsers import logged_in
from tests.world import LADDER, NOW, World


def test_a_missing_value_is_named_beside_its_field_and_the_send_button_waits(
    owner: Browser, world: World
) -> None:
    draft = world.proposal(send=False, intro="Take {{tier}}: {{because}}")
    edit = owner.get(reverse("dashboard:proposal_edit", args=[draft.pk])).content.decode()
    assert "{{because}} is empty: why you recommend it." in edit
    preview = owner.get(reverse("dashboard:proposal", args=[draft.pk])).content.decode()
    assert "Something is missing:" in preview and 'aria-describedby="gaps"' in preview
    assert reverse("dashboard:proposal_send", args=[draft.pk]) not in preview


def test_the_reason_enters_and_leaves_the_usual_opening_words_with_its_field(
    owner: Browser, world: World
) -> None:
    page, data = new_proposal(world)
    usual = owner.get(page).context["form"]["intro"].value()
    assert "{{because}}" not in usual and "Thank you for the call" not in usual
    owner.post(page, data | {"intro": usual, "recommended_because": "You want more guests."})
    assert "I recommend {{tier}} because {{because}}" in Proposal.objects.get().intro


def test_the_person_who_picks_is_not_offered_as_a_further_signer(
    owner: Browser, world: World
) -> None:
    page, data = new_proposal(world)
    signer = Contact.objects.get()
    other = client_records.add_contact(
        client=signer.client, name="Otto", email="otto@baan.example", now=timezone.now()
    )
    assert list(owner.get(page).context["form"].fields["cosigners"].queryset) == [other]
    owner.post(page, data | {"cosigners": [str(signer.pk), str(other.pk)]})
    assert list(Proposal.objects.get().cosigners.all()) == [other]


def test_a_proposal_paid_by_transfer_waits_for_a_bank_account(world: World) -> None:
    browser = logged_in(world.business.owner)
    draft = world.proposal(send=False, collect_by="transfer")
    page = browser.get(reverse("dashboard:proposal", args=[draft.pk])).text
    assert "Your bank account is missing" in page
    browser.post(reverse("dashboard:proposal_send", args=[draft.pk]))
    draft.refresh_from_db()
    assert draft.state == "draft"
    BankDetails.objects.create(business=world.business, holder="Nan", account="TH1")
    browser.post(reverse("dashboard:proposal_send", args=[draft.pk]))
    draft.refresh_from_db()
    assert draft.state == "sent"


def test_a_promptpay_number_is_enough_for_a_proposal_in_baht(world: World) -> None:
    browser = logged_in(world.business.owner)
    BankDetails.objects.create(business=world.business, holder="Nan", promptpay="0812345678")
    drafts = [
        world.proposal(send=False, collect_by="transfer", currency=currency)
        for currency in ("THB", "USD")
    ]
    for draft in drafts:
        browser.post(reverse("dashboard:proposal_send", args=[draft.pk]))
        draft.refresh_from_db()
    assert [draft.state for draft in drafts] == ["sent", "draft"]
    page = browser.get(reverse("dashboard:proposal", args=[drafts[1].pk])).text
    assert f'href="{reverse("dashboard:paying")}#p3"' in page


def values_of(text: str) -> dict[str, str]:
    """The values of the inputs in a piece of HTML, by name."""
    inputs = re.findall(r"<input[^>]*>", text)
    return {
        name[1]: value[1]
        for name, value in (
            (re.search(r' name="([^"]+)"', one), re.search(r' value="([^"]*)"', one))
            for one in inputs
        )
        if name and value
    }


@pytest.mark.parametrize(
    ("terms", "fee", "hours"),
    [
        ({}, "$3,000", "20:00"),
        ({"interval": "quarterly"}, "$9,000", "60:00"),
        ({"currency": "EUR"}, "", "20:00"),
    ],
)
def test_another_package_brings_its_tiers_into_a_draft_that_began(
    owner: Browser, world: World, terms: dict[str, str], fee: str, hours: str
) -> None:
    own = packages.add(
        business=world.business, tiers=LADDER[:2], now=NOW, name="Cafés", currency="USD", kpis=[]
    )
    _page, data = new_proposal(world)
    posted = data | {"package": str(own.pk)} | terms
    answer = owner.post(reverse("dashboard:package_tiers"), posted)
    values = values_of(answer.text)
    assert (values["tier-0-name"], values["tier-1-name"]) == ("Essential", "Growth")
    assert (values.get("tier-0-fee", ""), values["tier-0-hours"]) == (fee, hours)
    assert "tier-2-name" not in values or not values["tier-2-name"]
    assert ("Write yours in EUR" in answer.text) == (not fee)
    assert not Proposal.objects.exists(), "nothing is saved by it"


def test_without_the_script_the_draft_shows_the_tiers_of_the_package_until_it_is_saved(
    owner: Browser, world: World
) -> None:
    draft = world.proposal(send=False, title="Kept")
    edit = reverse("dashboard:proposal_edit", args=[draft.pk])
    assert "Tiers of another package" in owner.get(edit).text
    page = owner.get(edit, {"package": "web"}).text
    values = values_of(page)
    assert values["title"] == "Kept" and values["tier-0-tagline"] and values["tier-1-tagline"]
    assert "are not saved yet" in page
    assert [tier.name for tier in draft.tiers.all()] == ["Essential", "Growth", "Partner"]
