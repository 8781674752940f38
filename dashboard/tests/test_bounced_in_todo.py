"""An email that came back is done in the to-do list: the address is corrected, and it is sent."""

from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from clients import portal_links
from core import links
from core.models import OutboxEmail
from core.models.outbox import OutboxState
from tests.browsers import logged_in
from tests.world import World


def came_back(world: World) -> OutboxEmail:
    contact = world.person(world.client())
    portal_links.mail_portal_link(contact=contact, now=timezone.now())
    email = OutboxEmail.objects.get(to=contact.email)
    OutboxEmail.objects.filter(pk=email.pk).update(
        state=OutboxState.BOUNCED, bounced_at=timezone.now(), error="5.1.1 no such user"
    )
    email.refresh_from_db()
    return email


def answer(world: World, email: OutboxEmail, address: str) -> str:
    owner = logged_in(world.business.owner)
    url = reverse("dashboard:todo_email", args=[email.pk])
    return str(owner.post(url, {"act": "again", "address": address}, follow=True).text)


def test_the_address_is_corrected_where_it_is_listed_and_the_link_works_there(
    world: World,
) -> None:
    email = came_back(world)
    listed = logged_in(world.business.owner).get(reverse("dashboard:todo")).text
    assert "Not delivered" in listed and 'name="address"' in listed
    assert "now has the address ploy@baan.co.th" in answer(world, email, "ploy@baan.co.th")
    email.refresh_from_db()
    assert (email.to, email.state) == ("ploy@baan.co.th", OutboxState.WAITING)
    (link,) = set(links.links_in(email.text, email.mark))
    assert Browser().post(f"/p/{links.token(link)}/").status_code == 302


def test_the_same_address_is_tried_again(world: World) -> None:
    email = came_back(world)
    answer(world, email, email.to)
    email.refresh_from_db()
    assert email.state == OutboxState.WAITING


def test_an_address_that_is_none_is_refused_at_its_field(world: World) -> None:
    email = came_back(world)
    assert "Enter a valid email address" in answer(world, email, "ploy at baan")
    email.refresh_from_db()
    assert email.state == OutboxState.BOUNCED
