"""While emails cannot go out, nobody is told that one has."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from clients import portal_links
from core import links
from core.continuity import standing
from core.models import MailOutage
from core.outbox.mail_server import SERVER
from tests.browsers import logged_in
from tests.test_tenancy import inside
from tests.world import World

pytestmark = pytest.mark.rendering
SOON = "is on its way"
LATE, WAITING = "Our emails are delayed at the moment", "Emails cannot be sent at the moment"


@pytest.fixture
def broken(db: None) -> MailOutage:
    now = timezone.now()
    return MailOutage.objects.create(server=SERVER, since=now, next_at=now + timedelta(minutes=1))


def signing(world: World) -> Any:
    """The page on which a client enters the code for a signature."""
    agreement = world.picked(now=timezone.now())
    page = reverse("portal:agreement", args=[agreement.pk])
    return inside(agreement.contact).post(page, {"name": "Ploy", "consent": "on"}, follow=True)


def test_whoever_waits_for_a_code_is_told_that_it_comes_later(
    world: World, broken: MailOutage
) -> None:
    world.client()
    asked = Browser().post(reverse("portal:ask"), {"email": "ploy@baan.example"})
    assert LATE in asked.text
    assert LATE in signing(world).text
    broken.delete()
    assert LATE not in signing(world).text


@pytest.mark.parametrize("why", ["no server answers", "the installation stands still"])
def test_a_fresh_link_is_said_to_come_later(world: World, why: str) -> None:
    contact, now = world.person(world.client()), timezone.now()
    link = portal_links.portal_link(contact=contact, now=now)
    pages = [
        (reverse("portal:renew", args=[links.token(link.pk)]), {}),
        (reverse("portal:paper_answer", args=["unknown"]), {"email": contact.email}),
        (reverse("portal:ask"), {"email": contact.email}),
    ]

    def told() -> list[str]:
        return [Browser().post(page, data).text for page, data in pages]

    for text in told():
        assert SOON in text and LATE not in text
    if why == "no server answers":
        MailOutage.objects.create(server=SERVER, since=now, next_at=now + timedelta(minutes=1))
    else:
        standing.begin(now=now)
        standing.suspect(now=now)
    for text in told():
        assert LATE in text and SOON not in text


def test_the_owner_sees_that_the_proposal_has_not_gone_out(
    world: World, broken: MailOutage
) -> None:
    owner, proposal = logged_in(world.business.owner), world.proposal(now=timezone.now())
    pages = [
        reverse("dashboard:proposal", args=[proposal.pk]),
        reverse("dashboard:home"),
        reverse("dashboard:letters"),
    ]
    for page in pages:
        assert WAITING in owner.get(page).text
    broken.delete()
    for page in pages:
        assert WAITING not in owner.get(page).text


def test_they_wait_while_a_restored_installation_stands_still(world: World) -> None:
    page, owner = reverse("dashboard:home"), logged_in(world.business.owner)
    assert WAITING not in owner.get(page).text
    standing.begin(now=timezone.now())
    standing.suspect(now=timezone.now())
    assert WAITING in owner.get(page).text
