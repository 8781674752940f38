"""Reads the reports that mail servers send when an email could not be delivered (RFC 3464).

A report is believed only if it names the email as nobody else can: by the signature in its
Message-ID, or in the address that reports go to. Who received an email knows both, and can only
report that email.
"""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from email.utils import getaddresses
from uuid import UUID

from django.conf import settings
from django.db import transaction

from core.database import signatures
from core.models import Business, OutboxEmail
from core.models.outbox import OutboxState

SIGNATURE_LENGTH = 10  # bytes
MARK = "b-"  # begins the part after the "+" of an address that reports go to
MESSAGE_ID = re.compile(r"^\s*([0-9a-f-]{36})\.([a-z2-7]{16})@", re.IGNORECASE)


@dataclass(frozen=True)
class Failure:
    """What a report says about one recipient: the address, the status ("5.1.1") and the words."""

    recipients: frozenset[str]
    status: str
    words: str


def message_id(pk: UUID) -> str:
    """Return the Message-ID of an email, without the angle brackets."""
    return f"{pk}.{_text(_signature(pk))}@{settings.MAIL_DOMAIN}"


def return_path(pk: UUID) -> str:
    """Return the address that reports about an email go to; empty without a REPLY_ADDRESS."""
    local, at_sign, domain = settings.REPLY_ADDRESS.partition("@")
    token = _text(pk.bytes + _signature(pk))
    return f"{local}+{MARK}{token}@{domain}" if at_sign else ""


def is_report(email: Message) -> bool:
    """Whether an email is a delivery report."""
    return email.get_content_type() == "multipart/report" and (
        str(email.get_param("report-type", "")).lower() == "delivery-status"
    )


def receive(email: Message, *, recipients: list[str], now: datetime) -> str:
    """Note that an email of ours came back, if this report says so; return what was done.

    `recipients` are the addresses that the report was sent to. Nothing is changed by a report about
    a delay, or about an email that is not ours.
    """
    pk = _subject(email, recipients)
    row = OutboxEmail.objects.filter(pk=pk).first() if pk else None
    if row is None:
        return "Passed over: a delivery report about no email of ours."
    failure = _failure_of(email, row.to)
    if failure is None:
        return "Passed over: a delivery report, but not of a failure."
    came_back = {
        "state": OutboxState.BOUNCED,
        "bounced_at": now,
        "lease_until": None,
        "error": f"{failure.status} {failure.words}".strip()[:300],
    }
    with transaction.atomic():
        # An email may have arrived there although we do not know it, because the line broke.
        open_states = (OutboxState.SENT, OutboxState.WAITING)
        rows = OutboxEmail.objects.filter(pk=row.pk, state__in=open_states)
        is_new = bool(rows.update(**came_back))
    return "Noted: an email came back." if is_new else "Passed over: this is known."


def newest_by_address(business: Business, addresses: list[str]) -> dict[str, OutboxEmail]:
    """Return the newest email that bounced from each address, by the address in lower case.

    An address to which another email was sent since is left out: that one's report will come.
    """
    rows = OutboxEmail.objects.filter(business=business)
    returned = rows.filter(
        state=OutboxState.BOUNCED, to__in=[*addresses, *map(str.lower, addresses)]
    )
    newest = {row.to.lower(): row for row in returned.order_by("bounced_at")}
    for row in list(newest.values()):
        later = rows.filter(to=row.to, state=OutboxState.SENT, sent_at__gt=row.bounced_at)
        if later.exists():
            del newest[row.to.lower()]
    return newest


def _subject(email: Message, recipients: list[str]) -> UUID | None:
    """Return the email that a report is about, if its signature is right."""
    for _name, address in getaddresses(recipients):
        if pk := _of_address(address):
            return pk
    for part in email.walk():
        if part is not email and (pk := _of_message_id(str(part.get("Message-ID", "")))):
            return pk
        if part.get_content_type() == "text/rfc822-headers":
            for line in _payload(part).splitlines():
                name, _colon, value = line.partition(":")
                if name.strip().lower() == "message-id" and (pk := _of_message_id(value)):
                    return pk
    return None


def _of_address(address: str) -> UUID | None:
    local, _at, domain = address.strip().lower().partition("@")
    name, _plus, token = local.partition("+")
    if f"{name}@{domain}" != settings.REPLY_ADDRESS.lower() or not token.startswith(MARK):
        return None
    try:
        raw = _bytes(token.removeprefix(MARK))
        pk = UUID(bytes=raw[:16])
    except ValueError:
        return None
    return pk if _is_genuine(raw[16:], pk) else None


def _of_message_id(header: str) -> UUID | None:
    found = MESSAGE_ID.match(header.strip().lstrip("<"))
    try:
        pk = UUID(found[1]) if found else None
    except ValueError:
        return None
    is_ours = pk and found and _is_genuine(_bytes(found[2]), pk)
    return pk if is_ours else None


def _failure_of(email: Message, to: str) -> Failure | None:
    """Return the final failure for the recipient `to`; None if there is only a delay or success.

    A forwarding server may name another address: the only failure of a report is ours then.
    """
    failures = list(_failures(email))
    for failure in failures:
        if to.lower() in failure.recipients:
            return failure
    return failures[0] if len(failures) == 1 else None


def _failures(email: Message) -> Iterator[Failure]:
    for part in email.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for block in part.get_payload() if part.is_multipart() else []:
            if not isinstance(block, Message):
                continue
            action, status = _field(block, "Action").lower(), _field(block, "Status")
            if action == "failed" or (not action and status.startswith("5.")):
                names = ("Original-Recipient", "Final-Recipient")
                people = {_field(block, name).partition(";")[2].strip().lower() for name in names}
                said = _field(block, "Diagnostic-Code").partition(";")[2]
                yield Failure(frozenset(people), status[:12], " ".join(said.split()))


def _field(block: Message, name: str) -> str:
    """Return a field of a report as printable text; empty where it is missing or unreadable."""
    try:
        value = str(block.get(name, ""))
    except (ValueError, IndexError, AttributeError):
        return ""
    return "".join(char if char.isprintable() else " " for char in value).strip()


def _payload(part: Message) -> str:
    raw = part.get_payload(decode=True)
    return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""


def _signature(pk: UUID) -> bytes:
    return signatures.sign("rh.bounce", pk.bytes, length=SIGNATURE_LENGTH)


def _is_genuine(signature: bytes, pk: UUID) -> bool:
    return signatures.is_genuine(signature, "rh.bounce", pk.bytes, length=SIGNATURE_LENGTH)


def _text(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=").lower()


def _bytes(text: str) -> bytes:
    return base64.b32decode(text.upper() + "=" * (-len(text) % 8))
