"""The freelancer's name: given at sign-up, changed in the settings, used in later signatures."""

import re
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from agreements.signing import signers
from core.models import User
from tests.world import World


def sign_up(**changes: str) -> Any:
    asked = {"name": "Mara Lindt", "email": "mara@studio.example", "password1": "a quiet river 42"}
    return Browser().post(reverse("account_signup"), asked | changes)


def test_signing_up_asks_the_name() -> None:
    assert 'name="name"' in Browser().get(reverse("account_signup")).content.decode()


@pytest.mark.django_db
def test_who_signs_up_has_a_name() -> None:
    assert sign_up().status_code == 302
    assert User.objects.get().get_full_name() == "Mara Lindt"


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["", "  ", "x" * 121])
def test_nobody_signs_up_without_a_name(name: str) -> None:
    answer = sign_up(name=name)
    assert 'id="error_1_id_name"' in answer.content.decode()
    assert not User.objects.exists()


def test_the_settings_ask_for_a_name_that_is_missing(owner: Browser, world: World) -> None:
    user = world.business.owner
    settings, page = reverse("dashboard:settings"), reverse("dashboard:you")
    assert "Your name is missing" not in owner.get(settings).content.decode()
    User.objects.filter(pk=user.pk).update(name="")
    shown = owner.get(settings).content.decode()
    assert f"would be signed “{user.email}”" in shown and page in shown
    assert owner.post(page, {"name": ""}).status_code == 422
    assert "Mara Lindt" in owner.post(page, {"name": "Mara Lindt"}, follow=True).content.decode()
    assert "Your name is missing" not in owner.get(settings).content.decode()


def test_agreements_are_signed_in_the_name_of_that_day(owner: Browser, world: World) -> None:
    before = world.sealed()
    owner.post(reverse("dashboard:you"), {"name": "Mara Lindt"})
    world.business.owner.refresh_from_db()
    after = world.picked(world.proposal(world.client("Other")))
    signed = [signers.signatures_of(agreement)[0].name for agreement in (before, after)]
    assert signed == ["Nan Kittisak", "Mara Lindt"]
    before.refresh_from_db()
    assert before.terms["seller"]["signer"] == "Nan Kittisak"


def test_no_proposal_goes_out_before_somebody_can_sign_it(owner: Browser, world: World) -> None:
    User.objects.filter(pk=world.business.owner.pk).update(name="")
    draft = world.proposal(send=False)
    page = owner.get(reverse("dashboard:proposal", args=[draft.pk])).text
    assert "Your name is missing" in page and f'href="{reverse("dashboard:you")}"' in page
    refused = owner.post(reverse("dashboard:proposal_send", args=[draft.pk]), follow=True)
    draft.refresh_from_db()
    assert draft.state == "draft" and "Your name is missing" in refused.text
    owner.post(reverse("dashboard:you"), {"name": "Mara Lindt"})
    owner.post(reverse("dashboard:proposal_send", args=[draft.pk]))
    draft.refresh_from_db()
    assert draft.state == "sent"


def test_the_overview_greets_nobody_by_their_mailbox(owner: Browser, world: World) -> None:
    user = world.business.owner
    greeted = re.compile(r"Good (morning|afternoon|evening)(, [^<]*)?\s*</h1>")
    named = greeted.search(owner.get(reverse("dashboard:home")).text)
    assert named and named[2] == f", {user.get_short_name()}"
    User.objects.filter(pk=user.pk).update(name="")
    unnamed = greeted.search(owner.get(reverse("dashboard:home")).text)
    assert unnamed and unnamed[2] is None
