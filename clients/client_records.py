"""Adds and changes clients and the people at them."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from clients.models import Client, Contact
from core.errors import RuleError
from core.models import Business


class ContactThere(RuleError):
    """Somebody with this email is already a contact of this client."""


def add_client(
    *,
    business: Business,
    name: str,
    contact_name: str,
    contact_email: str,
    now: datetime,
    contact_role: str = "",
    time_zone: str = "",
    **fields: Any,
) -> Client:
    """A prospect with its decision maker. The time zone is the business's where none is given."""
    with transaction.atomic():
        client = Client.objects.create(
            business=business,
            name=name,
            time_zone=time_zone or business.time_zone,
            stage_at=now,
            created_at=now,
            **fields,
        )
        add_contact(
            client=client,
            name=contact_name,
            email=contact_email,
            role=contact_role,
            now=now,
            is_decision_maker=True,
        )
    return client


def change_client(*, client: Client, **fields: Any) -> Client:
    """Write new particulars. Papers that were issued keep the old ones (rule 17)."""
    for name, value in fields.items():
        setattr(client, name, value)
    client.save(update_fields=list(fields))
    return client


def add_contact(
    *,
    client: Client,
    name: str,
    email: str,
    now: datetime,
    role: str = "",
    is_decision_maker: bool = False,
) -> Contact:
    """One more person; a new decision maker takes the place of the one before. Raises ContactThere."""
    with transaction.atomic():
        if is_decision_maker:
            client.contacts.filter(is_decision_maker=True).update(is_decision_maker=False)
        contact = Contact(
            business=client.business,
            client=client,
            name=name,
            email=email.lower(),
            role=role,
            is_decision_maker=is_decision_maker,
            created_at=now,
        )
        return _save(contact)


def change_contact(*, contact: Contact, **fields: Any) -> Contact:
    """Write a person's particulars. Raises ContactThere."""
    for name, value in fields.items():
        setattr(contact, name, value)
    with transaction.atomic():
        if fields.get("is_decision_maker"):
            others = Contact.objects.filter(client=contact.client_id, is_decision_maker=True)
            others.exclude(pk=contact.pk).update(is_decision_maker=False)
        return _save(contact)


def _save(contact: Contact) -> Contact:
    try:
        with transaction.atomic():
            contact.save()
    except IntegrityError:
        raise ContactThere(
            _("This client already has a contact with this email."), field="email"
        ) from None
    return contact


def decision_maker(client: Client) -> Contact | None:
    """Who decides at this client."""
    return client.contacts.filter(is_decision_maker=True, is_active=True).first()
