"""Chooses the contact who receives emails about an agreement."""

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _

from agreements.models import Agreement
from agreements.rules.errors import NoRecipient
from clients.models import Contact


def recipients_by_client(agreements: Iterable[Agreement]) -> dict[UUID, Contact]:
    """The recipient for each client by its id, with one query for all of them.

    That is the decision maker, or else the contact who signed. Only active contacts with an email
    address count; clients without one are left out.
    """
    rows = list(agreements)
    signers = {row.contact_id for row in rows}
    people = Contact.objects.filter(client__in={row.client_id for row in rows}, is_active=True)
    recipients: dict[UUID, Contact] = {}
    for person in people.exclude(email=""):
        # A signer never takes the place of a decision maker, in whichever order the rows come.
        if person.is_decision_maker or (
            person.pk in signers and person.client_id not in recipients
        ):
            recipients[person.client_id] = person
    return recipients


def require_recipient(agreement: Agreement) -> Contact:
    """The recipient of emails about an agreement. Raises NoRecipient where there is none."""
    recipient = recipients_by_client([agreement]).get(agreement.client_id)
    if recipient is None:
        raise NoRecipient(
            _("%(client)s has nobody with an email who may read it. Add a contact first.")
            % {"client": agreement.client.name}
        )
    return recipient
