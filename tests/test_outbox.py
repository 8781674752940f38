"""An email is written once, sent once, and sent again later when the mail server fails."""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from clients import portal_links
from core import links
from core.models import OutboxEmail
from core.outbox import emails
from tests.world import NOW, World


class Away(BaseEmailBackend):
    """A mail server that does not take this email."""

    def send_messages(self, messages: list[Any]) -> int:
        raise ConnectionRefusedError("no server")


def test_a_stored_email_holds_no_secret_and_is_filled_in_when_it_is_sent(
    world: World, settings: Any, mailoutbox: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    link = portal_links.mail_portal_link(contact=world.person(world.client()), now=NOW)
    row = OutboxEmail.objects.get(kind="portal_link")
    assert links.token(link.id) not in row.text + row.html
    assert emails.send_due(now=NOW) == 1
    assert emails.send_due(now=NOW) == 0
    assert links.token(link.id) in mailoutbox[0].body
    assert get_connection() is not None


def test_an_email_that_nobody_takes_is_retried_and_finally_given_up(
    world: World, settings: Any
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Away"
    portal_links.mail_portal_link(contact=world.person(world.client()), now=NOW)
    assert emails.send_due(now=NOW) == 0
    row = OutboxEmail.objects.get()
    assert (row.state, row.tries) == ("waiting", 1)
    assert row.next_at > NOW
    assert "ConnectionRefusedError" in row.error
    for day in range(1, 9):
        emails.send_due(now=NOW + timedelta(days=day))
    row.refresh_from_db()
    assert (row.state, row.tries) == ("failed", len(emails.BACK_OFF) + 1)


class Knows(BaseEmailBackend):
    """A mail server that knows no such recipient."""

    def send_messages(self, messages: list[Any]) -> int:
        raise SMTPRecipientsRefused({messages[0].to[0]: (550, b"no such user")})


def test_an_unknown_recipient_fails_at_once_is_shown_and_can_be_retried(
    world: World, settings: Any, mailoutbox: Any
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Knows"
    proposal, browser = world.proposal(), Browser()
    emails.send_due(now=NOW)
    email = OutboxEmail.objects.get(kind="proposal")
    assert (email.state, email.tries) == ("failed", 1)
    browser.force_login(world.business.owner)
    assert (
        b"could not be delivered"
        in browser.get(reverse("dashboard:proposal", args=[proposal.pk])).content
    )
    assert b"could not be delivered" in browser.get(reverse("dashboard:home")).content
    assert b"no such user" in browser.get(reverse("dashboard:letters") + "?state=failed").content

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    for _press in range(2):
        browser.post(reverse("dashboard:letter_again", args=[email.pk]))
        emails.send_due(now=timezone.now())
    assert [message.to for message in mailoutbox].count([email.to]) == 1


@pytest.mark.parametrize("change", ["x", "", "a.b:c"])
def test_a_forged_token_opens_nothing(world: World, change: str) -> None:
    from core.models.link import LinkPurpose

    link = portal_links.portal_link(contact=world.person(world.client()), now=NOW)
    assert links.find(links.token(link.id) + change, purpose=LinkPurpose.PORTAL, now=NOW) in (
        None,
        link,
    )
    assert links.find(change, purpose=LinkPurpose.PORTAL, now=NOW) is None
    assert links.find(links.token(link.id), purpose=LinkPurpose.SIGN_IN, now=NOW) is None
    assert (
        links.find(links.token(link.id), purpose=LinkPurpose.PORTAL, now=NOW + timedelta(days=15))
        is None
    )
