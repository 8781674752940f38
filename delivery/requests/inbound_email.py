"""Adds an email reply to the request that it answers, and passes on delivery reports.

Only the sender's own words are taken, only from the person to whom the reply address was given,
and each email only once.
"""

import hashlib
import re
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses

from django.utils import translation
from django.utils.translation import ngettext

from clients.models import Contact
from core.errors import RuleError
from core.models import User
from core.outbox import bounces
from delivery.models import Request
from delivery.requests import client_requests, owner_replies, reply_address
from delivery.requests.request_messages import LONGEST
from delivery.rules import reply_text

LARGEST = 10 * 1024 * 1024  # bytes
# Headers that may hold the recipient.
RECIPIENT_HEADERS = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
AUTOMATIC = frozenset(("bulk", "junk", "list", "auto_reply"))


class EmailRefused(RuleError):
    """The email is refused.

    `code` is the exit code by which a mail server knows what to do with it (sysexits.h).
    """

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


BAD_EMAIL, NOBODY, NOT_ALLOWED = 65, 67, 77


def receive_email(raw: bytes, *, now: datetime, recipient: str = "") -> str:
    """Process a raw email, an answer or a delivery report; return what was done, in a sentence.

    `recipient` is the recipient of the envelope, where the mail server provides it. An email that a
    machine wrote is skipped without an error. Raises Refused; then nothing is written.
    """
    if len(raw) > LARGEST:
        raise EmailRefused("This letter is too large.", BAD_EMAIL)
    email = message_from_bytes(raw, policy=policy.default)
    if bounces.is_report(email):
        return bounces.receive(email, recipients=_recipients(email, recipient), now=now)
    if is_automatic(email):
        return "Passed over: a machine has written this letter."
    request, person = _addressee(email, recipient)
    if _sender(email) != person.email.lower():
        raise EmailRefused(
            "The sender is not the person to whom this address was given.", NOT_ALLOWED
        )
    text = _own_words(email, request)
    identifier = message_id(email, raw)
    try:
        if isinstance(person, Contact):
            is_new = client_requests.add_message(
                request=request, contact=person, text=text, now=now, came_as=identifier
            )
        else:
            is_new = owner_replies.answer_request(
                request=request, text=text, now=now, came_as=identifier
            )
    except RuleError as error:
        raise EmailRefused(str(error), BAD_EMAIL) from None
    return "Taken in." if is_new else "Passed over: this letter was taken in before."


def is_automatic(email: EmailMessage) -> bool:
    """Whether the email is an out-of-office note, a bounce or a mailing, not a person's answer."""
    auto_submitted = _header(email, "Auto-Submitted").lower()
    return (
        (bool(auto_submitted) and not auto_submitted.startswith("no"))
        or _header(email, "Precedence").lower() in AUTOMATIC
        or bool(
            _header(email, "X-Autoreply")
            or _header(email, "X-Autorespond")
            or _header(email, "List-Id")
        )
        or _header(email, "Return-Path").strip() == "<>"
        or email.get_content_type() in ("multipart/report", "message/delivery-status")
        or _sender(email).partition("@")[0] in ("mailer-daemon", "postmaster")
    )


def message_id(email: EmailMessage, raw: bytes) -> str:
    """Return an identifier of the email, with at most 250 characters.

    This is its Message-ID, or the SHA-256 of its bytes where that is missing or unusable.
    """
    header = re.sub(r"\s", "", _header(email, "Message-ID"))
    return (
        header
        if 0 < len(header) <= 250 and header.isascii() and header.isprintable()
        else hashlib.sha256(raw).hexdigest()
    )


def _addressee(email: EmailMessage, recipient: str) -> tuple[Request, Contact | User]:
    """Return the request and the person that the reply address stands for. Raises Refused."""
    for _name, address in getaddresses(_recipients(email, recipient)):
        if match := reply_address.find_addressee(address):
            return match
    raise EmailRefused("No request is answered at this address.", NOBODY)


def _recipients(email: EmailMessage, recipient: str) -> list[str]:
    """Return the recipient of the envelope and the headers that may hold it."""
    headers = [recipient, *(_header(email, name) for name in RECIPIENT_HEADERS)]
    return [header for header in headers if header]


def _sender(email: EmailMessage) -> str:
    """Return the sender's address in lower case; empty without exactly one sender."""
    senders = getaddresses([_header(email, "From")])
    return senders[0][1].strip().lower() if len(senders) == 1 else ""


def _own_words(email: EmailMessage, request: Request) -> str:
    """Return the sender's own words, shortened to the length of a message.

    Attachments are not taken; a sentence at the end says how many were left out. Raises Refused.
    """
    text = reply_text.own_words(_text(email))
    if not text:
        raise EmailRefused("This letter holds no words of its own.", BAD_EMAIL)
    files = len(list(email.iter_attachments())) if email.is_multipart() else 0
    with translation.override(request.agreement.language):
        left_out = ngettext("(One file was left out.)", "(%(n)s files were left out.)", files) % {
            "n": files
        }
    tail = f"\n\n{left_out}" if files else ""
    limit = LONGEST - len(tail)
    return (text if len(text) <= limit else text[: limit - 1] + "…") + tail


def _text(email: EmailMessage) -> str:
    """Return the text of the email, from its plain part or else from its HTML."""
    for kind in ("plain", "html"):
        part = email.get_body(preferencelist=(kind,))
        try:
            content = part.get_content() if part else ""
        except (LookupError, ValueError, KeyError):
            # The charset is unknown or wrong: decode what is readable.
            payload = part.get_payload(decode=True) if part else b""
            content = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
        text = reply_text.from_html(str(content)) if kind == "html" else str(content)
        if text.strip():
            return text
    return ""


def _header(email: EmailMessage, name: str) -> str:
    """Return the text of a header; empty where it is missing or too broken to be read."""
    try:
        return ", ".join(str(value) for value in email.get_all(name, []))
    except (ValueError, IndexError, AttributeError):
        return ""
