"""A contact is corrected on the client's page; documents already signed do not change."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from agreements.signing import signers
from clients import client_records, portal_links
from clients.models import Contact
from core import links
from core.models import OutboxEmail
from tests.browsers import logged_in
from tests.world import NOW, World


def page(contact: Contact) -> str:
    return reverse("dashboard:contact_edit", args=[contact.pk])


def edit(owner: Browser, contact: Contact, **changes: str) -> HttpResponse:
    """The form as it is shown, with something changed."""
    shown = {"name": contact.name, "email": contact.email, "role": contact.role}
    answer: Any = owner.post(page(contact), shown | changes, follow=True)
    contact.refresh_from_db()
    return answer  # type: ignore[no-any-return]


def door(contact: Contact) -> str:
    """A fresh link that was sent to this person."""
    made = portal_links.portal_link(contact=contact, now=timezone.now())
    return reverse("portal:enter", args=[links.token(made.id)])


def test_a_misspelt_person_is_corrected(owner: Browser, world: World) -> None:
    contact = world.person(world.client())
    home = reverse("dashboard:client", args=[contact.client_id])
    assert page(contact) in owner.get(home).content.decode()
    assert 'value="Ploy"' in owner.get(page(contact)).content.decode()
    answer = edit(owner, contact, name="Ploy Srisuk", role="Owner")
    assert (contact.name, contact.role, contact.is_decision_maker) == ("Ploy Srisuk", "Owner", True)
    assert "Ploy Srisuk" in answer.content.decode()


def test_another_email_shuts_out_who_reads_the_old_mailbox(owner: Browser, world: World) -> None:
    contact = world.person(world.client())
    inside, sent = Browser(), door(contact)
    inside.post(door(contact))
    assert inside.get(reverse("portal:home")).status_code == 200
    answer = edit(owner, contact, email="Ploy@Baan-Coffee.example")
    assert contact.email == "ploy@baan-coffee.example"
    assert "Links sent to ploy@baan.example no longer work" in answer.content.decode()
    assert inside.get(reverse("portal:home")).status_code == 403
    assert Browser().post(sent).status_code == 410
    assert Browser().post(door(contact)).status_code == 302
    Browser().post(reverse("portal:renew", args=[sent.rstrip("/").split("/")[-1]]))
    assert not OutboxEmail.objects.filter(to="ploy@baan.example", kind="portal_link").exists()


def test_staff_change_no_email_and_so_give_nobody_a_way_into_the_portal(
    world: World, django_user_model: Any
) -> None:
    contact = world.person(world.client())
    staff = logged_in(
        django_user_model.objects.create_superuser("staff@house.example", "a long password 1")
    )
    staff.post(
        reverse("admin:clients_contact_reason", args=[contact.pk]), {"reason": "Asked by phone"}
    )
    page = reverse("admin:clients_contact_change", args=[contact.pk])
    assert staff.get(page).status_code == 200
    assert staff.post(page, {"email": "mine@house.example"}).status_code == 403
    contact.refresh_from_db()
    assert contact.email == "ploy@baan.example"


def test_the_same_email_leaves_the_doors_open(owner: Browser, world: World) -> None:
    contact = world.person(world.client())
    inside, sent = Browser(), door(contact)
    inside.post(door(contact))
    edit(owner, contact, name="Ploy Srisuk", email=contact.email.upper())
    assert inside.get(reverse("portal:home")).status_code == 200
    assert Browser().post(sent).status_code == 302


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"email": "NOK@baan.example"}, "already has a contact with this email"),
        ({"email": "nok"}, "Enter a valid email address"),
        ({"name": ""}, "This field is required"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_changes_nothing(
    owner: Browser, world: World, change: dict[str, str], word: str
) -> None:
    contact = world.person(world.client())
    client_records.add_contact(client=contact.client, name="Nok", email="nok@baan.example", now=NOW)
    sent = door(contact)
    answer = edit(owner, contact, role="Head of joy", **change)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert word in shown and f'id="error_1_id_{next(iter(change))}"' in shown
    assert "Head of joy" in shown, "what was typed is kept"
    assert (contact.name, contact.email, contact.role) == ("Ploy", "ploy@baan.example", "")
    assert Browser().post(sent).status_code == 302


def test_a_client_always_has_one_decision_maker(owner: Browser, world: World) -> None:
    first = world.person(world.client())
    other = client_records.add_contact(
        client=first.client, name="Nok", email="nok@baan.example", now=NOW
    )
    edit(owner, first)  # its form does not offer to take it away
    assert world.person(first.client) == first
    edit(owner, other, is_decision_maker="on")
    assert world.person(first.client) == other


def test_what_was_signed_keeps_the_name_and_email(owner: Browser, world: World) -> None:
    agreement = world.sealed()
    assert agreement.document
    paper, terms = agreement.document.sha256, agreement.terms
    edit(owner, agreement.contact, name="Nok", email="nok@baan.example")
    agreement.refresh_from_db()
    assert agreement.document and agreement.document.sha256 == paper
    assert agreement.terms == terms and terms["buyer"]["signer"] == "Ploy"
    assert "Ploy Srisuk" in [place.name for place in signers.signatures_of(agreement)]
