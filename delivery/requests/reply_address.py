"""The address to which a letter about a request is answered: it names the request and the person, and is signed."""

import base64
from uuid import UUID

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from clients.models import Contact
from core.models import User
from delivery.models import Request

SIGNED = 12  # bytes of the signature; with the request's 16 the token has 45 signs, and an address has room for 64


def of(request: Request, person: Contact | User) -> str:
    """`<local>+<token>@<domain>`; empty where letters cannot be answered by email here (REPLY_ADDRESS)."""
    local, at, domain = settings.REPLY_ADDRESS.partition("@")
    if not at:
        return ""
    mark = (
        base64.b32encode(request.pk.bytes + _signature(request.pk, person.pk))
        .decode()
        .rstrip("=")
        .lower()
    )
    return f"{local}+{mark}@{domain}"


def find(address: str) -> tuple[Request, Contact | User] | None:
    """Whose answer to which request this address takes; None for every other address."""
    local, _at, domain = address.strip().lower().partition("@")
    own, _plus, mark = local.partition("+")
    if f"{own}@{domain}" != settings.REPLY_ADDRESS.lower():
        return None
    try:
        raw = base64.b32decode(mark.upper() + "=" * (-len(mark) % 8))
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
        if constant_time_compare(raw[16:], _signature(pk, person.pk)):
            return request, person
    return None


def _signature(request_id: UUID, person_id: UUID) -> bytes:
    return salted_hmac("rh.reply", request_id.bytes + person_id.bytes, algorithm="sha256").digest()[
        :SIGNED
    ]
