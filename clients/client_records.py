"""Adds and changes clients and their contacts."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clients import portal_links, sample_rules
from clients.models import Client, Contact
from core import audit
from core.audit import UNSEEN, Origin
from core.errors import RuleError
from core.models import Business, OutboxEmail
from core.models.outbox import OutboxState
from core.outbox.emails import COMPOSERS

MONEY_HIDDEN, MONEY_SHOWN = "person_money_hidden", "person_money_shown"


class MustSeeMoney(RuleError):
    """This person decides, or gets emails about money, so money cannot be hidden from them."""


class CannotEnter(RuleError):
    """The person cannot open the portal, and so cannot decide for the client."""


class StillDecides(RuleError):
    """The person is the decision maker, whom no client may lose."""


class DuplicateContact(RuleError):
    """The client already has a contact with this email address."""


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
    """Add a prospect, with a contact who is its decision maker.

    `time_zone` is an IANA name; without one the client gets the time zone of the business. `fields`
    are further fields of Client. Raises SampleClient for an address of the sample clients.
    """
    if not fields.get("is_sample"):
        sample_rules.require_real(contact_email, field="contact_email")
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
    """Change fields of a client. Documents that were already issued do not change (rule 17)."""
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
    gets_billing: bool = False,
    sees_money: bool = True,
    actor: str = "",
    origin: Origin = UNSEEN,
) -> Contact:
    """Add a contact. A new decision maker replaces the previous one.

    That money is hidden from them is recorded where an `actor` is named. Raises DuplicateContact,
    MustSeeMoney, and SampleClient where client and address are not both samples or both real.
    """
    sample_rules.require_address(client, email)
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
            gets_billing=gets_billing,
            sees_money=sees_money,
            created_at=now,
        )
        require_money(contact)
        _save(contact)
        if actor and contact.is_without_money:
            record_money(contact, actor=actor, origin=origin, now=now)
    return contact


def change_contact(
    *,
    contact: Contact,
    now: datetime,
    actor: str = "",
    origin: Origin = UNSEEN,
    **fields: Any,
) -> Contact:
    """Change a contact's name, email or role, or make them the decision maker.

    A new decision maker replaces the previous one. Signed documents keep what they show. If the
    email changes, the contact's portal sessions end and links that were sent stop working, so that
    whoever reads the old mailbox has no access. Emails about money that wait do not go to somebody
    from whom it is hidden now. Hiding and showing it is recorded where an `actor` is named. Raises
    DuplicateContact, MustSeeMoney, CannotEnter and SampleClient.
    """
    with transaction.atomic():
        Client.objects.select_for_update().get(pk=contact.client_id)
        row = Contact.objects.select_for_update().get(pk=contact.pk)
        sample_rules.require_address(row.client, fields.get("email", row.email))
        old_email = row.email
        if fields.get("is_decision_maker"):
            fields = fields | {"sees_money": True}
            _require_entry(row)
        was_without = row.is_without_money
        is_hiding = row.sees_money and fields.get("sees_money") is False
        for name, value in fields.items():
            setattr(row, name, value)
        row.email = row.email.lower()
        require_money(row)
        if fields.get("is_decision_maker"):
            others = Contact.objects.filter(client=row.client_id, is_decision_maker=True)
            others.exclude(pk=row.pk).update(is_decision_maker=False)
        _save(row)
        if is_hiding:
            _withhold_money(row)
        if row.email != old_email:
            portal_links.end_sessions(contact=row, now=now)
            _drop_copies(row, old_email)
        if actor and row.is_without_money != was_without:
            record_money(row, actor=actor, origin=origin, now=now)
    contact.refresh_from_db()
    return contact


def record_money(contact: Contact, *, actor: str, origin: Origin, now: datetime) -> None:
    """Record under the client that money is hidden from somebody, or shown to them, from now on."""
    audit.record(
        business=contact.business,
        chain_id=contact.client_id,
        event=MONEY_HIDDEN if contact.is_without_money else MONEY_SHOWN,
        actor=actor,
        now=now,
        origin=origin,
        data={"name": contact.name, "email": contact.email},
    )


def close_access(*, contact: Contact, now: datetime) -> Contact:
    """Deactivate a person who left: no email, no portal, no signature any more.

    What they signed and wrote stays. Raises StillDecides for the decision maker of the client.
    """
    with transaction.atomic():
        row = Contact.objects.select_for_update().get(pk=contact.pk)
        if row.is_decision_maker:
            raise StillDecides(
                _("%(name)s decides at this client. Make somebody else the decision maker first.")
                % {"name": row.name}
            )
        Contact.objects.filter(pk=row.pk).update(is_active=False)
        portal_links.end_sessions(contact=row, now=now)
        _drop_copies(row, row.email)
    contact.refresh_from_db()
    return contact


def require_money(contact: Contact) -> None:
    """Raise MustSeeMoney if money is hidden from somebody who decides or gets emails about it.

    Somebody else at the client has to see it, who gets these emails instead.
    """
    if contact.sees_money:
        return
    if contact.is_decision_maker:
        raise MustSeeMoney(
            _("A decision maker always sees prices and payments."), field="sees_money"
        )
    if contact.gets_billing:
        raise MustSeeMoney(
            _("%(name)s is a billing contact and gets emails about payments. Change that first.")
            % {"name": contact.name},
            field="sees_money",
        )
    if not contact.others_with_money().exists():
        raise MustSeeMoney(
            _("Somebody at the client has to see prices and payments. Add a decision maker first."),
            field="sees_money",
        )


def _require_entry(contact: Contact) -> None:
    """Raise CannotEnter if somebody who cannot open the portal is to decide."""
    if not contact.is_active:
        raise CannotEnter(
            _("%(name)s cannot open the portal. Give access again first.") % {"name": contact.name},
            field="is_decision_maker",
        )


def _drop_copies(contact: Contact, email: str) -> None:
    """Emails in copy that were not sent yet do not go to an address that nobody here has now."""
    people = Contact.objects.filter(business=contact.business_id, email__iexact=email)
    if people.filter(is_active=True).exists():
        return
    _not_sent(contact, email).filter(copy_of__isnull=False).delete()


def _withhold_money(contact: Contact) -> None:
    """Emails about money that were not sent yet go to whoever reads them now; copies to nobody."""
    waiting = _not_sent(contact, contact.email)
    waiting.filter(copy_of__isnull=True, kind__in=COMPOSERS).update(text="", html="")
    same = Contact.objects.filter(business=contact.business_id, email__iexact=contact.email)
    if not same.filter(gets_billing=True, is_active=True).exists():
        waiting.filter(copy_of__isnull=False).delete()


def _not_sent(contact: Contact, email: str) -> QuerySet[OutboxEmail]:
    """The emails of the business to this address that nobody has sent or is sending."""
    return OutboxEmail.objects.filter(
        business=contact.business_id,
        to__iexact=email,
        state__in=(OutboxState.WAITING, OutboxState.FAILED),
        lease_until__isnull=True,
    )


def give_access_again(*, contact: Contact) -> Contact:
    """Activate a person again who was deactivated. Old links stay closed.

    Raises CannotEnter for one whose data was erased.
    """
    if contact.erased_at:
        raise CannotEnter(_("The data of this person was erased. Add them as a new person."))
    Contact.objects.filter(pk=contact.pk).update(is_active=True)
    contact.refresh_from_db()
    return contact


def _save(contact: Contact) -> Contact:
    try:
        with transaction.atomic():
            contact.save()
    except IntegrityError:
        raise DuplicateContact(
            _("This client already has a contact with this email."), field="email"
        ) from None
    return contact


def decision_maker(client: Client) -> Contact | None:
    """The active contact who decides at this client; None if there is none."""
    return client.contacts.filter(is_decision_maker=True, is_active=True).first()
