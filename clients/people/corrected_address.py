"""Corrects the address of a person whose emails did not arrive, and sends one of them again."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from clients import client_records
from clients.models import Contact
from core import links
from core.errors import NotAllowedNow, RuleError
from core.models import Business, OutboxEmail
from core.models.outbox import UNDELIVERED
from core.outbox import emails

OTHERS = "team_invitation"  # the kind of email whose link makes an account of its address


def send_to(*, business: Business, email: OutboxEmail, address: str, now: datetime) -> Contact:
    """Give the person with the email's address this one, and send the email there.

    Their sessions end and their other links stop working, as with each change of an address; the
    links in emails that nobody received work at the new one. What else did not arrive at the old
    address is not sent, but would go to the new one. Raises RuleError where nobody at a client has
    the old address, NotAllowedNow for an email that arrived, and those of `change_contact`.
    """
    known = Contact.objects.filter(business=business, email__iexact=email.to)
    contact = known.filter(is_active=True).select_related("client").first()
    if contact is None or email.kind == OTHERS:
        raise RuleError(_("Nobody at your clients has this address."), field="address")
    lost = OutboxEmail.objects.filter(business=business, to__iexact=email.to, state__in=UNDELIVERED)
    lost = lost.exclude(kind=OTHERS)
    with transaction.atomic():
        unread = [pk for row in lost for pk in links.links_in(row.text, row.mark)]
        lost.update(to=address.lower())
        client_records.change_contact(contact=contact, email=address, now=now)
        links.restore(contact.pk, unread, revoked_at=now)
        if not emails.again(letter=email, now=now):
            raise NotAllowedNow(_("This email did not fail, or is too old to be sent again."))
    contact.refresh_from_db()
    return contact
