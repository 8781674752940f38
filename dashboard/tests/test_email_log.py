"""The email log opens each email as it was sent, without what was meant for its recipient alone."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clients import portal_links
from clients.models import Contact
from core import links
from core.jobs import set_aside
from core.models import OutboxEmail
from core.models.outbox import OutboxState
from core.outbox import emails
from core.outbox.quota import FIRST_CONTACT, TO_OWNER
from dashboard.system.email_kinds import SUBJECTS
from delivery.requests import client_requests, reply_address
from tests.browsers import logged_in
from tests.golden.kinds import written
from tests.world import NOW, World


def signed_in(world: World) -> Browser:
    return logged_in(world.business.owner)


def write(world: World, **context: object) -> OutboxEmail:
    note = {"subject": "Hello", "name": "Ploy", "paragraphs": [], "button": ""} | context
    return emails.write(
        kind="test",
        ref=str(uuid4()),
        to="ploy@baan.example",
        template="note",
        context=note,
        language="en",
        business=world.business,
        now=NOW,
    )


def test_each_email_opens_as_it_was_sent_and_does_nothing(world: World) -> None:
    browser = signed_in(world)
    typed, shown = "Two <b>words</b> & more", "Two &lt;b&gt;words&lt;/b&gt; &amp; more"
    row = write(world, paragraphs=[typed], button="See", link="https://x.example/")
    counter = '<img width="1" src="/p/seen/x/"><script>1</script></body>'
    OutboxEmail.objects.update(html=row.html.replace("</body>", counter))
    assert reverse("dashboard:sent_email", args=[row.pk]) in browser.get("/letters/").text
    page = browser.get(reverse("dashboard:sent_email", args=[row.pk]))
    assert "ploy@baan.example" in page.text and shown in page.text
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    (frame,) = re.findall(r'<iframe[^>]* src="([^"]+)"', page.text)
    html = browser.get(frame)
    assert shown in html.text and "See" in html.text
    assert "https://x.example" not in html.text and "/p/seen/" not in html.text
    policy = html.headers["Content-Security-Policy"]
    assert "sandbox" in policy.split("; ") and "default-src 'none'" in policy


def test_the_log_is_filtered_by_client_and_by_what_emails_are_about(world: World) -> None:
    baan = world.client("Baan Coffee")
    person = world.person(baan)
    mine = write(world, subject="Hello Baan")
    other = write(world, subject="Something else")
    OutboxEmail.objects.filter(pk=mine.pk).update(to=person.email, kind="invoice")
    OutboxEmail.objects.filter(pk=other.pk).update(to="b@other.example", kind="report")
    browser = signed_in(world)

    def listed(**asked: str) -> list[bool]:
        page = browser.get("/letters/", asked).text
        return [reverse("dashboard:sent_email", args=[row.pk]) in page for row in (mine, other)]

    assert listed() == [True, True]
    assert listed(client=str(baan.pk)) == listed(about="money") == [True, False]
    assert listed(q="baan coffee") == [True, False]
    assert listed(about="reports") == [False, True]
    assert listed(about="reports", client=str(baan.pk)) == [False, False]
    assert listed(about="nonsense", client="nonsense") == [True, True]
    client_page = browser.get(reverse("dashboard:client", args=[baan.pk])).text
    assert f"{reverse('dashboard:letters')}?client={baan.pk}" in client_page


def test_every_kind_of_email_is_about_one_subject() -> None:
    kinds = [kind for subject in SUBJECTS.values() for kind in subject.kinds]
    assert sorted(kinds) == sorted(written())


def test_links_and_codes_are_hidden_from_everybody_but_the_recipient(world: World) -> None:
    link = portal_links.mail_portal_link(contact=world.person(world.client()), now=NOW)
    first = OutboxEmail.objects.get(kind="portal_link")
    code_row = uuid4()
    second = write(world, paragraphs=[], button="Code", link=links.placeholder("code", code_row))
    old = write(world, button="Go", link=links.placeholder("link", link.pk))
    OutboxEmail.objects.filter(pk=old.pk).update(
        text=old.text.replace(f"{old.mark}:", ""), mark=""
    )  # as 0.1.0 wrote it
    browser = signed_in(world)
    for row in (first, second, old):
        for page in ("sent_email", "sent_email_html"):
            told = browser.get(reverse(f"dashboard:{page}", args=[row.pk])).text
            for secret in (links.token(link.pk), links.code(code_row), str(link.pk), str(code_row)):
                assert secret not in told
            assert row.mark not in told or not row.mark
    told = browser.get(reverse("dashboard:sent_email", args=[first.pk])).text
    assert "only the recipient sees this link" in told


def test_its_page_says_what_became_of_it(world: World) -> None:
    browser = signed_in(world)
    row = write(world)
    page = reverse("dashboard:sent_email", args=[row.pk])
    OutboxEmail.objects.update(state=OutboxState.SENT, sent_at=NOW, tries=2)
    assert "Sent" in browser.get(page).text and "2 tries" in browser.get(page).text
    OutboxEmail.objects.update(state=OutboxState.FAILED, error="550 no such mailbox")
    told = browser.get(page).text
    assert (
        "550 no such mailbox" in told and reverse("dashboard:letter_again", args=[row.pk]) in told
    )
    OutboxEmail.objects.update(state=OutboxState.WAITING, error="")
    set_aside.put(emails.SEND, row.pk, ValueError("gap"), now=NOW + timedelta(minutes=1))
    told = browser.get(page).text
    assert "Send the email" in told and "Try again" in told


def test_an_email_that_is_not_written_yet_says_so(world: World, settings: Any) -> None:
    settings.DEBUG = settings.MAIL_IS_LOCAL = True
    emails.post("renewal_notice", [("1", world.business)], now=NOW)
    row = OutboxEmail.objects.get(kind="renewal_notice")
    browser = signed_in(world)
    told = browser.get(reverse("dashboard:sent_email", args=[row.pk])).text
    assert "It is written when it is sent." in told and "<iframe" not in told
    for listed in ("dashboard:letters", "dashboard:mail"):
        assert "The email is written when it is sent" in browser.get(reverse(listed)).text
    told = browser.get(reverse("dashboard:letter", args=[row.pk])).text
    assert "It is written when it is sent." in told and "<title>Email" in "".join(told.split())


@pytest.mark.parametrize("is_active", [True, False])
def test_the_signed_reply_address_of_a_person_is_shown_to_nobody_else(
    world: World, settings: Any, is_active: bool
) -> None:
    """Whoever writes to it writes as that person, who may be let in again."""
    settings.REPLY_ADDRESS = "reply@hub.example"
    agreement = world.running()
    asked = client_requests.create_request(
        contact=agreement.contact, agreement=agreement, text="A banner", now=NOW
    )
    signed = reply_address.reply_address(asked, agreement.contact)
    Contact.objects.update(is_active=is_active)
    row = write(world)
    OutboxEmail.objects.filter(pk=row.pk).update(reply_to=signed)
    plain = write(world)
    browser = signed_in(world)
    told = browser.get(reverse("dashboard:sent_email", args=[row.pk])).text
    assert signed not in told and "reply+" not in told and "Replies go to" not in told
    told = browser.get(reverse("dashboard:sent_email", args=[plain.pk])).text
    assert "Replies go to" in told and world.business.owner.email in told


def test_every_kind_of_email_that_the_limits_name_is_one_that_is_sent() -> None:
    known = set().union(*(subject.kinds for subject in SUBJECTS.values()))
    assert known >= FIRST_CONTACT | TO_OWNER
