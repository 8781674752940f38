"""Takes an answer by email into the request it is about: from that person, once, and only their own words."""

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
from delivery.models import Request
from delivery.requests import client_requests, owner_replies, reply_address
from delivery.requests.thread import LONGEST
from delivery.rules import reply_text

LARGEST = 10 * 1024 * 1024  # bytes
TO = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
AUTOMATIC = frozenset(("bulk", "junk", "list", "auto_reply"))


class Refused(RuleError):
    """The letter is not taken in; `code` is the exit code that a mail server understands (sysexits.h)."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


BAD_LETTER, NOBODY, NOT_ALLOWED = 65, 67, 77


def receive(raw: bytes, *, now: datetime, recipient: str = "") -> str:
    """What was done with it, in a sentence. `recipient` is the envelope's, where the mail server tells it.

    Raises Refused; nothing is written then. A letter that a machine wrote is passed over without an error.
    """
    if len(raw) > LARGEST:
        raise Refused("This letter is too large.", BAD_LETTER)
    letter = message_from_bytes(raw, policy=policy.default)
    if is_automatic(letter):
        return "Passed over: a machine has written this letter."
    request, person = _whose(letter, recipient)
    if _address(letter) != person.email.lower():
        raise Refused("The sender is not the person to whom this address was given.", NOT_ALLOWED)
    words = _words(letter, request)
    mark = message_id(letter, raw)
    try:
        if isinstance(person, Contact):
            is_new = client_requests.say(
                request=request, contact=person, text=words, now=now, came_as=mark
            )
        else:
            is_new = owner_replies.answer(request=request, text=words, now=now, came_as=mark)
    except RuleError as no:
        raise Refused(str(no), BAD_LETTER) from None
    return "Taken in." if is_new else "Passed over: this letter was taken in before."


def is_automatic(letter: EmailMessage) -> bool:
    """Whether it is an out-of-office note, a bounce, or a mailing: nobody has answered."""
    sent_by = _header(letter, "Auto-Submitted").lower()
    return (
        (bool(sent_by) and not sent_by.startswith("no"))
        or _header(letter, "Precedence").lower() in AUTOMATIC
        or bool(
            _header(letter, "X-Autoreply")
            or _header(letter, "X-Autorespond")
            or _header(letter, "List-Id")
        )
        or _header(letter, "Return-Path").strip() == "<>"
        or letter.get_content_type() in ("multipart/report", "message/delivery-status")
        or _address(letter).partition("@")[0] in ("mailer-daemon", "postmaster")
    )


def message_id(letter: EmailMessage, raw: bytes) -> str:
    """What tells this letter from every other, at most 250 signs."""
    found = re.sub(r"\s", "", _header(letter, "Message-ID"))
    return (
        found
        if 0 < len(found) <= 250 and found.isascii() and found.isprintable()
        else hashlib.sha256(raw).hexdigest()
    )


def _whose(letter: EmailMessage, recipient: str) -> tuple[Request, Contact | User]:
    named = [recipient, *(_header(letter, name) for name in TO)]
    for _name, address in getaddresses([each for each in named if each]):
        if found := reply_address.find(address):
            return found
    raise Refused("No request is answered at this address.", NOBODY)


def _address(letter: EmailMessage) -> str:
    found = getaddresses([_header(letter, "From")])
    return found[0][1].strip().lower() if len(found) == 1 else ""


def _words(letter: EmailMessage, request: Request) -> str:
    """The writer's own words, cut where they are too long, and how many files were left out."""
    text = reply_text.own_words(_text(letter))
    if not text:
        raise Refused("This letter holds no words of its own.", BAD_LETTER)
    files = len(list(letter.iter_attachments())) if letter.is_multipart() else 0
    with translation.override(request.agreement.language):
        more = ngettext("(One file was left out.)", "(%(n)s files were left out.)", files) % {
            "n": files
        }
    tail = f"\n\n{more}" if files else ""
    room = LONGEST - len(tail)
    return (text if len(text) <= room else text[: room - 1] + "…") + tail


def _text(letter: EmailMessage) -> str:
    for kind in ("plain", "html"):
        part = letter.get_body(preferencelist=(kind,))
        try:
            found = part.get_content() if part else ""
        except (LookupError, ValueError, KeyError):
            payload = part.get_payload(decode=True) if part else b""
            found = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
        text = reply_text.from_html(str(found)) if kind == "html" else str(found)
        if text.strip():
            return text
    return ""


def _header(letter: EmailMessage, name: str) -> str:
    """A header's text; "" where there is none, or where it is too broken to be read."""
    try:
        return ", ".join(str(value) for value in letter.get_all(name, []))
    except (ValueError, IndexError, AttributeError):
        return ""
