"""The address for email replies about a request.

It names the request and the person, and is signed so that nobody can make up another one.
"""

import base64
import re
from uuid import UUID

from django.conf import settings

from clients.models import Contact
from core.database import signatures
from core.models import User
from delivery.models import Request

# Bytes of the signature. With the 16 bytes of the request's id the token has 45 characters; the
# local part of an address may have 64.
SIGNATURE_LENGTH = 12
SIGNED = re.compile(r"\+[a-z2-7]{45}@", re.IGNORECASE)


def reply_address(request: Request, person: Contact | User) -> str:
    """Return `<local>+<token>@<domain>`; empty where REPLY_ADDRESS is not set."""
    local, at_sign, domain = settings.REPLY_ADDRESS.partition("@")
    if not at_sign:
        return ""
    signature = signatures.sign(
        "rh.reply", request.pk.bytes + person.pk.bytes, length=SIGNATURE_LENGTH
    )
    token = base64.b32encode(request.pk.bytes + signature).decode().rstrip("=").lower()
    return f"{local}+{token}@{domain}"


def find_addressee(address: str) -> tuple[Request, Contact | User] | None:
    """Return the request and the person that an address stands for; None for any other address."""
    local, _at, domain = address.strip().lower().partition("@")
    local_part, _plus, token = local.partition("+")
    if f"{local_part}@{domain}" != settings.REPLY_ADDRESS.lower():
        return None
    try:
        raw = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
        pk = UUID(bytes=raw[:16])
    except ValueError:
        return None
    related = Request.objects.select_related(
        "business__owner", "client", "agreement__contact", "contact"
    )
    request = related.filter(pk=pk, business__is_suspended=False).first()
    if request is None:
        return None
    people: list[Contact | User] = [
        request.business.owner,
        *request.client.contacts.filter(is_active=True),
    ]
    for person in people:
        about = pk.bytes + person.pk.bytes
        if signatures.is_genuine(raw[16:], "rh.reply", about, length=SIGNATURE_LENGTH):
            return request, person
    return None


def is_signed(address: str) -> bool:
    """Whether it is such an address, also of a person who is not let in at present."""
    return SIGNED.search(address) is not None
