"""Answers by email: accepted only from their sender, added once, and without quoted text."""

import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients import client_records
from core.models import OutboxEmail
from core.outbox import emails
from delivery.models import Request, RequestMessage
from delivery.requests import client_requests, owner_replies, reply_address, request_messages
from delivery.requests.inbound_email import LARGEST, EmailRefused, receive_email
from delivery.rules.reply_text import from_html, own_words
from tests.world import NOW, World

ROOT = Path(__file__).resolve().parents[2]

QUOTED = {
    "Gmail": (
        "On Tue, Nov 3, 2026 at 10:12 AM Nan Kittisak <nan@studio.example> wrote:\n\n"
        "> The draft\n> is here.\n"
    ),
    "Gmail, wrapped": (
        "On Tue, Nov 3, 2026 at 10:12 AM Nan Kittisak Studio Company Limited\n"
        "<nan@studio.example> wrote:\n\n> The draft\n"
    ),
    "Gmail in Thai": (
        "ในวันที่ อ. 3 พ.ย. 2026 เวลา 10:12 Nan Kittisak <nan@studio.example> เขียนว่า:\n"
        "\n> ร่างแรก\n> อยู่ที่นี่\n"
    ),
    "Apple Mail": "> On 3 Nov 2026, at 10:12, Nan <nan@studio.example> wrote:\n> \n> The draft\n",
    "Apple Mail, from HTML": (
        "On 3 Nov 2026, at 10:12, Nan <nan@studio.example> wrote:\n\nThe draft is here.\n"
    ),
    "Apple Mail in Thai": (
        "เมื่อ 3 พ.ย. 2569 เวลา 10:12 Nan <nan@studio.example> เขียนว่า:\n\n> ร่างแรก\n"
    ),
    "Outlook": (
        "________________________________\nFrom: Nan <nan@studio.example>\n"
        "Sent: Tuesday, 3 November 2026 10:12\nTo: Ploy\nSubject: Answer\n\nThe draft\n"
    ),
    "Outlook, bold": (
        "*From:* Nan <nan@studio.example>\n*Sent:* Tuesday, 3 November 2026 10:12\n"
        "*To:* Ploy\n*Subject:* Answer\n\nThe draft\n"
    ),
    "Outlook, old": (
        "-----Original Message-----\nFrom: Nan\nSent: Tuesday\nTo: Ploy\n"
        "Subject: Answer\n\nThe draft\n"
    ),
    "Outlook in Thai": (
        "________________________________\nจาก: Nan <nan@studio.example>\n"
        "ส่ง: 3 พฤศจิกายน 2569 10:12\nถึง: Ploy\nเรื่อง: ตอบ\n\nร่างแรก\n"
    ),
    "German": (
        "Am Di., 3. Nov. 2026 um 10:12 Uhr schrieb Nan <nan@studio.example>:\n\n> Der Entwurf\n"
    ),
    "signature": "-- \nPloy Srisuk\nBaan Coffee Roasters, +66 1234\n",
    "phone": "Sent from my iPhone\n",
    "phone in Thai": "ส่งจาก iPhone ของฉัน\n",
    "phone and quote": (
        "Sent from my iPhone\n\n"
        "> On 3 Nov 2026, at 10:12, Nan <nan@studio.example> wrote:\n> The draft\n"
    ),
}


@pytest.mark.parametrize("kind", QUOTED)
@pytest.mark.parametrize(
    "words", ["Yes, please.", "ตกลงค่ะ\n\nเอาสีน้ำเงิน", "From here on: blue.\nOn Monday we print."]
)
def test_quotes_and_signatures_are_cut_off(kind: str, words: str) -> None:
    assert own_words(f"{words}\n\n{QUOTED[kind]}") == words
    assert own_words(f"{words}\r\n\r\n{QUOTED[kind]}".replace("\n", "\r\n")) == words


def test_answers_between_and_below_the_quoted_lines_are_kept() -> None:
    text = (
        "On Tue, Nov 3, 2026 at 10:12 AM Nan <nan@studio.example> wrote:\n> Blue?\n\n"
        "Yes, blue.\n\n> When?\nFriday.\n"
    )
    assert own_words(text) == "Yes, blue.\n\nFriday."


def test_an_html_email_is_read_as_text() -> None:
    html = (
        "<html><head><style>p{color:red}</style></head><body><div>Yes,<br>in blue &amp; "
        "white.</div><p>Friday?</p><div class='gmail_quote'><div class='gmail_attr'>On Tue Nan "
        "wrote:</div><blockquote><p>The "
        "draft</p></blockquote></div><script>alert(1)</script></body></html>"
    )
    assert own_words(from_html(html)) == "Yes,\nin blue & white.\n\nFriday?"


@given(st.text(max_size=400))
def test_any_text_can_be_read(text: str) -> None:
    found = own_words(text)
    assert not any(line.lstrip().startswith(">") for line in found.split("\n"))
    assert set(found) <= set(text) | {" ", "\n"} and len(found) <= len(text)
    assert "<script" not in from_html(f"{text}<script>x</script>")


@given(st.lists(st.sampled_from(["Yes", "No", "", "In blue", "10 pieces"]), max_size=8))
def test_plain_text_is_kept_whole(lines: list[str]) -> None:
    text = "\n".join(lines).strip()
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    assert own_words(text) == text


@pytest.fixture
def asked(world: World, settings: Any) -> Request:
    settings.REPLY_ADDRESS = "reply@hub.example"
    agreement = world.running()
    return client_requests.create_request(
        contact=agreement.contact, agreement=agreement, text="A banner", now=NOW
    )


def mail(row: Request, person: Any, text: str = "In blue, please.", **headers: str) -> bytes:
    email = EmailMessage()
    address = reply_address.reply_address(row, person)
    usual = {
        "From": f"Somebody <{person.email}>",
        "To": address,
        "Message-ID": "<1@mail.example>",
        "Subject": "Re: A banner",
    }
    for name, value in (
        usual | {name.replace("_", "-"): value for name, value in headers.items()}
    ).items():
        email[name] = value
    email.set_content(text)
    return email.as_bytes()


def texts() -> list[str]:
    return list(RequestMessage.objects.order_by("created_at", "id").values_list("text", flat=True))


def test_freelancer_and_client_can_answer_by_email(asked: Request, world: World) -> None:
    owner = world.business.owner
    (email,) = OutboxEmail.objects.filter(kind="request")
    assert (
        email.reply_to == reply_address.reply_address(asked, owner)
        and len(email.reply_to.split("@")[0]) <= 64
    )
    assert "You can simply answer this email." in email.text
    assert (
        receive_email(mail(asked, owner, "On Friday.\n\n" + QUOTED["Gmail"]), now=NOW)
        == "Taken in."
    )
    asked.refresh_from_db()
    assert asked.responded_at == NOW and request_messages.messages_of(asked)[1].by_mail
    (back,) = OutboxEmail.objects.filter(kind="request_answer")
    assert back.reply_to == reply_address.reply_address(asked, asked.contact)
    answered = mail(asked, asked.contact, "Great!", Message_ID="<2@mail.example>")
    assert receive_email(answered, now=NOW) == "Taken in."
    assert texts() == ["A banner", "On Friday.", "Great!"]
    assert [one.contact for one in request_messages.messages_of(asked)] == [
        asked.contact,
        None,
        asked.contact,
    ]


def test_the_same_email_is_added_once(asked: Request) -> None:
    for _again in range(3):
        said = receive_email(mail(asked, asked.contact), now=NOW)
    assert "before" in said and len(texts()) == 2
    unmarked = mail(asked, asked.contact, "Round", Message_ID="")
    assert [receive_email(unmarked, now=NOW) for _again in range(2)][1].startswith("Passed over")
    assert len(texts()) == 3


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"X_Autoreply": "yes"},
        {"Return_Path": "<>"},
        {"From": "Mail Delivery <MAILER-DAEMON@mail.example>"},
        {"List_Id": "<news.example>"},
    ],
)
def test_automatic_emails_are_ignored_without_a_bounce(
    asked: Request, headers: dict[str, str]
) -> None:
    assert receive_email(mail(asked, asked.contact, **headers), now=NOW).startswith("Passed over")
    assert texts() == ["A banner"]


def test_a_broken_email_is_read_as_far_as_possible(asked: Request) -> None:
    raw = mail(asked, asked.contact, "Yes \u202eplease").replace(
        b"<1@mail.example>", b"<\xff\xfe@mail.example>"
    )
    assert receive_email(raw, now=NOW) == "Taken in."
    latin = (
        mail(asked, asked.contact)
        .replace(b"In blue", b"\xe9t\xe9 \x00")
        .replace(b"utf-8", b"no-such-charset")
    )
    latin = latin.replace(b"<1@", b"<2@")
    assert receive_email(latin, now=NOW) == "Taken in."
    assert texts()[1] == "Yes please" and len(texts()) == 3


def test_a_bounce_is_not_an_answer(asked: Request) -> None:
    raw = mail(asked, asked.contact).replace(
        b"Content-Type: text/plain", b"Content-Type: multipart/report"
    )
    assert receive_email(raw, now=NOW).startswith("Passed over")


def test_foreign_empty_and_large_emails_are_refused_with_a_code(
    asked: Request, world: World
) -> None:
    other = client_records.add_contact(
        client=asked.client, name="Other", email="other@baan.example", now=NOW
    )
    stranger = World().running().contact
    token = reply_address.reply_address(asked, asked.contact)
    forged = token.replace(token[10], "a" if token[10] != "a" else "b", 1)
    refused = [
        (mail(asked, asked.contact, From=f"<{other.email}>"), 77),
        (mail(asked, asked.contact, From="a@x.example, ploy@baan.example"), 77),
        (mail(asked, stranger, To=reply_address.reply_address(asked, stranger)), 67),
        (mail(asked, asked.contact, To=forged), 67),
        (mail(asked, asked.contact, To="reply@hub.example"), 67),
        (mail(asked, asked.contact, To="reply+@hub.example"), 67),
        (mail(asked, asked.contact, To=token.replace("hub", "evil")), 67),
        (mail(asked, asked.contact, QUOTED["Gmail"]), 65),
        (b"x" * (LARGEST + 1), 65),
        (b"", 67),
        (b"\xff\xfe\x00: nonsense\n\n\x00", 67),
    ]
    for raw, code in refused:
        with pytest.raises(EmailRefused) as error:
            receive_email(raw, now=NOW)
        assert error.value.code == code, raw[:300]
    assert texts() == ["A banner"]


def test_former_contacts_and_withdrawn_requests_accept_no_answers(asked: Request) -> None:
    raw = mail(asked, asked.contact)
    type(asked.contact).objects.filter(pk=asked.contact.pk).update(is_active=False)
    with pytest.raises(EmailRefused) as error:
        receive_email(raw, now=NOW)
    assert error.value.code == 67
    type(asked.contact).objects.filter(pk=asked.contact.pk).update(is_active=True)
    client_requests.withdraw_request(request=asked, contact=asked.contact, now=NOW)
    with pytest.raises(EmailRefused) as error:
        receive_email(raw, now=NOW)
    assert error.value.code == 65


def test_the_envelope_recipient_counts_where_the_headers_name_none(asked: Request) -> None:
    address = reply_address.reply_address(asked, asked.contact)
    assert (
        receive_email(
            mail(asked, asked.contact, To="undisclosed:;"), now=NOW, recipient=address.upper()
        )
        == "Taken in."
    )


def test_attachments_are_left_out_with_a_note_and_long_emails_are_shortened(asked: Request) -> None:
    email = EmailMessage()
    email["From"], email["To"] = (
        asked.contact.email,
        reply_address.reply_address(asked, asked.contact),
    )
    email.set_content("Yes " * 3000)
    email.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="x.pdf")
    receive_email(email.as_bytes(), now=NOW)
    assert len(texts()[1]) == 5000 and texts()[1].endswith("…\n\n(One file was left out.)")


def test_without_a_reply_address_the_email_points_to_the_app(world: World) -> None:
    agreement = world.running()
    row = client_requests.create_request(
        contact=agreement.contact, agreement=agreement, text="A banner", now=NOW
    )
    owner_replies.answer_request(request=row, text="Yes", now=NOW)
    (email,) = OutboxEmail.objects.filter(kind="request_answer")
    assert email.reply_to == world.business.owner.email and "Open the request:" in email.text
    assert reply_address.find_addressee("reply+x@hub.example") is None


def test_the_email_that_is_sent_carries_the_reply_address(
    asked: Request, mailoutbox: Any, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    emails.send_due(now=NOW)
    assert [reply_address.reply_address(asked, asked.business.owner)] in [
        sent.reply_to for sent in mailoutbox
    ]


def test_the_command_prints_the_reason_and_exits_with_its_code() -> None:
    run = [sys.executable, "manage.py", "receive_mail"]
    found = subprocess.run(
        run, input=b"To: nobody@hub.example\n\nHello", capture_output=True, cwd=ROOT, check=False
    )
    assert found.returncode == 67 and b"No request is answered at this address." in found.stderr
