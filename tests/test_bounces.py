"""A report that an email could not be delivered is read, believed only if it is ours, and shown."""

from email.message import EmailMessage
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from clients.models import Client
from core.models import OutboxEmail
from core.outbox import bounces, emails
from delivery.requests.inbound_email import receive_email
from tests.world import NOW, World

GONE = "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 No such user here"
GIVEN_UP = "Action: failed\nStatus: 4.4.7\nDiagnostic-Code: smtp; 451 not answered for 5 days"
DELAYED = "Action: delayed\nStatus: 4.4.1\nWill-Retry-Until: Thu, 5 Nov 2026 05:00:00 +0000"
DELIVERED = "Action: delivered\nStatus: 2.0.0"


@pytest.fixture(autouse=True)
def addressed(settings: Any) -> None:
    settings.REPLY_ADDRESS = "reply@hub.example"


@pytest.fixture
def sent(world: World, settings: Any) -> OutboxEmail:
    """An email to a client that the mail server took."""
    world.proposal()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    emails.send_due(now=NOW)
    return OutboxEmail.objects.get(kind="proposal", state="sent")


def report(
    row: OutboxEmail,
    block: str = GONE,
    *,
    original: str = "headers",
    recipient: str = "",
    message_id: str = "",
) -> bytes:
    """A report as Postfix and Exchange write it (RFC 3464)."""
    person = f"Final-Recipient: rfc822; {recipient or row.to}\n"
    about = f"Message-ID: <{message_id or bounces.message_id(row.pk)}>\nSubject: {row.subject}\n"
    kind = "text/rfc822-headers" if original == "headers" else "message/rfc822"
    body = about if original == "headers" else f"{about}\nText\n"
    return f"""From: MAILER-DAEMON@mx.example
To: hello@hub.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Message-ID: <dsn-1@mx.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I am sorry to have to inform you.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

{person}{block}

--b
Content-Type: {kind}

{body}
--b--
""".encode()


@pytest.mark.parametrize("original", ["headers", "whole"])
def test_a_report_of_a_failure_is_noted_once(sent: OutboxEmail, original: str) -> None:
    raw = report(sent, original=original)
    assert receive_email(raw, now=NOW) == "Noted: an email came back."
    assert receive_email(raw, now=NOW).startswith("Passed over")
    sent.refresh_from_db()
    assert (sent.state, sent.bounced_at) == ("bounced", NOW)
    assert sent.error == "5.1.1 550 5.1.1 No such user here"


def test_the_address_of_the_envelope_names_the_email(sent: OutboxEmail, mailoutbox: Any) -> None:
    """Also where the report repeats nothing of the email."""
    (message,) = [each for each in mailoutbox if each.to == [sent.to]]
    assert message.from_email == bounces.return_path(sent.pk)
    assert len(message.from_email.partition("@")[0]) <= 64
    assert "hello@retainerhub.example" in message.message()["From"]
    raw = report(sent, message_id="lost@mx.example")
    assert receive_email(raw, now=NOW, recipient=message.from_email).startswith("Noted")


@pytest.mark.parametrize(
    "block, state",
    [(GONE, "bounced"), (GIVEN_UP, "bounced"), (DELAYED, "sent"), (DELIVERED, "sent")],
)
def test_a_delay_is_no_failure(sent: OutboxEmail, block: str, state: str) -> None:
    receive_email(report(sent, block), now=NOW)
    sent.refresh_from_db()
    assert sent.state == state


def test_a_forged_report_changes_nothing(sent: OutboxEmail) -> None:
    """Who does not have the email cannot know its signature, even if they know its id."""
    stranger = World()
    stranger.proposal()
    emails.send_due(now=NOW)
    other = OutboxEmail.objects.get(kind="proposal", business=stranger.business)
    signature = bounces.message_id(other.pk).partition(".")[2]
    address = bounces.return_path(other.pk)
    for message_id, recipient in (
        (f"{sent.pk}@retainerhub.example", ""),
        (f"{sent.pk}.{signature}", ""),
        (f"{sent.pk}.{'a' * 16}@retainerhub.example", ""),
        ("x", f"reply+b-{'a' * 42}@hub.example"),
        ("x", address.replace("+b-", "+b-a")),
        ("x", address.replace("hub.example", "other.example")),
    ):
        raw = report(sent, message_id=message_id)
        answer = receive_email(raw, now=NOW, recipient=recipient)
        assert answer == "Passed over: a delivery report about no email of ours."
    assert not OutboxEmail.objects.filter(state="bounced").exists()


def test_only_the_recipients_own_failure_counts(sent: OutboxEmail) -> None:
    """Where a report is about several recipients, such as those of a forwarding address."""
    others = f"Action: failed\nStatus: 5.1.1\n\nFinal-Recipient: rfc822; b@x.example\n{GONE}"
    receive_email(report(sent, others, recipient="a@x.example"), now=NOW)
    assert OutboxEmail.objects.get(pk=sent.pk).state == "sent"
    receive_email(report(sent, recipient="forwarded@x.example"), now=NOW)
    assert OutboxEmail.objects.get(pk=sent.pk).state == "bounced"


def test_an_email_that_bounced_is_not_sent_again_by_itself(
    sent: OutboxEmail, mailoutbox: Any
) -> None:
    """The line may have broken after the server took it: then it waits, and comes back."""
    OutboxEmail.objects.filter(pk=sent.pk).update(state="waiting", sent_at=None)
    receive_email(report(sent), now=NOW)
    assert emails.send_due(now=timezone.now()) == 0


@pytest.mark.parametrize("raw", [b"", b"\xff" * 40, b"Content-Type: multipart/report\n\n--b"])
def test_what_is_no_report_is_no_bounce(sent: OutboxEmail, raw: bytes) -> None:
    broken = b"Content-Type: multipart/report; report-type=delivery-status\n\n" + raw
    assert receive_email(broken, now=NOW).startswith("Passed over")
    note = EmailMessage()
    note["From"], note["To"] = "ploy@baan.example", bounces.return_path(sent.pk)
    note["Auto-Submitted"] = "auto-replied"
    note.set_content("I am away.")
    assert receive_email(note.as_bytes(), now=NOW).startswith("Passed over")
    assert OutboxEmail.objects.get(pk=sent.pk).state == "sent"


def test_owner_and_client_page_show_it_until_another_email_is_sent(
    sent: OutboxEmail, world: World
) -> None:
    browser = Browser()
    browser.force_login(world.business.owner)
    client = reverse("dashboard:client", args=[Client.objects.get().pk])
    overview = reverse("dashboard:home")
    assert "bounce" not in browser.get(client).content.decode()
    receive_email(report(sent), now=timezone.now())
    assert "Email bounces" in browser.get(client).content.decode()
    assert "No such user here" in browser.get(client).content.decode()
    assert "An email bounced." in browser.get(overview).content.decode()
    log = browser.get(reverse("dashboard:letters") + "?state=bounced").content.decode()
    assert "No such user here" in log and sent.subject in log

    for _press in range(2):
        browser.post(reverse("dashboard:letter_again", args=[sent.pk]))
    assert emails.send_due(now=timezone.now()) == 1
    assert "Email bounces" not in browser.get(client).content.decode()
    assert "An email bounced." not in browser.get(overview).content.decode()


def test_a_corrected_address_no_longer_bounces(sent: OutboxEmail, world: World) -> None:
    receive_email(report(sent), now=NOW)
    found = bounces.newest_by_address(world.business, ["PLOY@baan.example", "new@baan.example"])
    assert list(found) == ["ploy@baan.example"]
    assert not bounces.newest_by_address(World().business, ["ploy@baan.example"])


@pytest.mark.parametrize("language", ["en", "th"])
def test_a_bounce_without_a_reason_is_told_in_a_whole_sentence(
    sent: OutboxEmail, language: str
) -> None:
    said = {
        "en": "The mail server gave no reason.",
        "th": "เซิร์ฟเวอร์อีเมลไม่ได้แจ้งเหตุผล",
    }
    OutboxEmail.objects.filter(pk=sent.pk).update(state="bounced", bounced_at=NOW, error="")
    assert sent.business
    browser = Browser(headers={"accept-language": language})
    browser.force_login(sent.business.owner)
    pages = [
        reverse("dashboard:client", args=[Client.objects.get().pk]),
        reverse("dashboard:sent_email", args=[sent.pk]),
        reverse("dashboard:letters"),
    ]
    for page in pages:
        assert said[language] in " ".join(browser.get(page).text.split()), page
