"""Who reads what is sent about an agreement: somebody who is still there and has an email, or nobody."""

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _

from agreements.models import Agreement
from agreements.rules.errors import NobodyToTell
from clients.models import Contact


def of(agreements: Iterable[Agreement]) -> dict[UUID, Contact]:
    """By client, in one question: the decision maker, else the person who signed."""
    rows = list(agreements)
    signers = {row.contact_id for row in rows}
    people = Contact.objects.filter(client__in={row.client_id for row in rows}, is_active=True)
    found: dict[UUID, Contact] = {}
    for person in people.exclude(email=""):
        if person.is_decision_maker or (person.pk in signers and person.client_id not in found):
            found[person.client_id] = person
    return found


def must_be(agreement: Agreement) -> Contact:
    """The one for an agreement. Raises NobodyToTell."""
    found = of([agreement]).get(agreement.client_id)
    if found is None:
        raise NobodyToTell(
            _("%(client)s has nobody with an email who may read it. Add a contact first.")
            % {"client": agreement.client.name}
        )
    return found
