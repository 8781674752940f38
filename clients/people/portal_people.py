"""What a client's own people change about the portal: who may open it, and each their language.

Only the decision maker invites and removes (rule 71). All of it is recorded under the client.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from clients import client_records, portal_links, sample_rules
from clients.models import Client, Contact
from core import audit, languages, links
from core.audit import Origin
from core.errors import RuleError
from core.models import AuditEvent
from core.outbox import emails

INVITED, REMOVED = "person_invited", "person_removed"


class NotTheirs(RuleError):
    """Only the decision maker of a client says who may open its portal."""


class CannotBeInvited(RuleError):
    """The address belongs to somebody who cannot be invited here."""


def invite(
    *,
    by: Contact,
    name: str,
    email: str,
    role: str = "",
    sees_money: bool = True,
    now: datetime,
    origin: Origin,
) -> Contact:
    """Give a colleague of `by` access to the portal, email them a link, and tell the owner.

    Somebody who had access before gets it again under the name that is known. Raises NotTheirs,
    DuplicateContact, SampleClient, and CannotBeInvited for an address of the freelancer or of
    another client, without saying which.
    """
    client = by.client
    sample_rules.refuse(client)
    with transaction.atomic():
        _require_decider(by)
        known = client.contacts.filter(email__iexact=email).first()
        if known is None:
            _require_free(by, email)
            known = client_records.add_contact(
                client=client, name=name, email=email, role=role, sees_money=sees_money, now=now
            )
        elif known.is_active:
            sentence = _("%(name)s can already open the portal with this address.")
            raise client_records.DuplicateContact(sentence % {"name": known.name}, field="email")
        else:
            known = client_records.give_access_again(contact=known)
            copies: dict[str, Any] = {} if sees_money else {"gets_billing": False}
            known = client_records.change_contact(
                contact=known, sees_money=sees_money, now=now, **copies
            )
        row = _record(INVITED, by, known, now, origin)
        if known.is_without_money:
            client_records.record_money(known, actor=_named(by), origin=origin, now=now)
        _email_invited(by, known, now)
        with translation.override(by.business.language):
            values = {"by": by.name, "name": known.name, "email": known.email}
            values |= {"client": client.name}
            _tell_owner(
                by,
                INVITED,
                str(row.pk),
                _("%(client)s: %(name)s can open the portal now") % values,
                _("%(by)s of %(client)s invited %(name)s (%(email)s) to the portal.") % values,
                now,
            )
    return known


def remove(*, by: Contact, contact: Contact, now: datetime, origin: Origin) -> Contact:
    """Close the portal for a colleague of `by` at once, with their links, and tell the owner.

    What they signed and wrote stays. Raises NotTheirs, and StillDecides for the decision maker.
    """
    with transaction.atomic():
        _require_decider(by)
        if contact.client_id != by.client_id:
            raise NotTheirs(_("Only the decision maker of your company can do this."))
        if not Contact.objects.filter(pk=contact.pk, is_active=True).exists():
            return contact  # out already
        contact = client_records.close_access(contact=contact, now=now)
        row = _record(REMOVED, by, contact, now, origin)
        with translation.override(by.business.language):
            values = {"by": by.name, "name": contact.name, "email": contact.email}
            values |= {"client": by.client.name}
            _tell_owner(
                by,
                REMOVED,
                str(row.pk),
                _("%(client)s: %(name)s can no longer open the portal") % values,
                _("%(by)s of %(client)s removed %(name)s (%(email)s) from the portal.") % values,
                now,
            )
    return contact


def choose_money(
    *, by: Contact, contact: Contact, sees_money: bool, now: datetime, origin: Origin
) -> Contact:
    """Show money in the portal to a colleague of `by`, or hide it.

    Raises NotTheirs, and MustSeeMoney for a billing contact.
    """
    with transaction.atomic():
        _require_decider(by)
        if contact.client_id != by.client_id or contact.pk == by.pk:
            raise NotTheirs(_("Only the decision maker of your company can do this."))
        contact.refresh_from_db()
        if contact.sees_money == sees_money:
            return contact
        if contact.gets_billing:
            sentence = _(
                "%(name)s gets copies of emails about money. Ask %(business)s to stop them first."
            )
            raise client_records.MustSeeMoney(
                sentence % {"name": contact.name, "business": by.business.name}, field="sees_money"
            )
        return client_records.change_contact(
            contact=contact, sees_money=sees_money, actor=_named(by), origin=origin, now=now
        )


def choose_language(*, contact: Contact, language: str) -> Contact:
    """Keep the language in which a person reads the portal and their emails."""
    if language not in languages.LANGUAGES:
        raise RuleError(_("There is no such language."), field="language")
    Contact.objects.filter(pk=contact.pk).update(language=language)
    contact.language = language
    return contact


def _require_decider(by: Contact) -> None:
    """Lock the client, then the person: whoever else changes people locks in the same order."""
    Client.objects.select_for_update().get(pk=by.client_id)
    row = Contact.objects.select_for_update().filter(pk=by.pk).first()
    if row is None or not (row.is_active and row.is_decision_maker):
        raise NotTheirs(_("Only the decision maker of your company can do this."))


def _require_free(by: Contact, email: str) -> None:
    """Refuse the freelancer's own address; of other clients' people nothing is said."""
    if email.lower() == by.business.owner.email.lower():
        raise CannotBeInvited(
            _("This address cannot be invited. Please contact %(business)s.")
            % {"business": by.business.name},
            field="email",
        )


def _named(by: Contact) -> str:
    """Who acts, as the record has it."""
    return f"{by.name} <{by.email}>"


def _record(event: str, by: Contact, contact: Contact, now: datetime, origin: Origin) -> AuditEvent:
    return audit.record(
        business=by.business,
        chain_id=by.client_id,
        event=event,
        actor=_named(by),
        now=now,
        origin=origin,
        data={"name": contact.name, "email": contact.email},
    )


def _email_invited(by: Contact, contact: Contact, now: datetime) -> None:
    link = portal_links.portal_link(contact=contact, now=now)
    language = contact.language_for(by.client.language)
    with translation.override(language):
        values = {"by": by.name, "client": by.client.name, "business": by.business.name}
        topics = (
            _("requests, hours and reports")
            if contact.is_without_money
            else _("requests, hours, reports and invoices")
        )
        context = {
            "subject": _("%(by)s invites you to the portal of %(business)s") % values,
            "name": contact.name,
            "paragraphs": [
                _(
                    "%(by)s invites you to the portal where %(client)s and %(business)s work "
                    "together: %(topics)s."
                )
                % {**values, "topics": topics},
                _("This link is yours alone and is valid for 14 days. You need no password."),
            ],
            "button": _("Open the portal"),
            "link": links.placeholder("link", link.id),
        }
    emails.write(
        kind="portal_invitation",
        ref=str(link.pk),
        to=contact.email,
        template="note",
        context=context,
        language=language,
        business=by.business,
        now=now,
    )


def _tell_owner(
    by: Contact, kind: str, ref: str, subject: str, sentence: str, now: datetime
) -> None:
    """Email the owner, in the active language."""
    business = by.business
    emails.write(
        kind=kind,
        ref=ref,
        to=business.owner.email,
        template="note",
        context={
            "subject": subject,
            "name": "",
            "paragraphs": [sentence],
            "button": _("Open the client"),
            "link": links.absolute_url("dashboard:client", by.client_id),
        },
        language=business.language,
        business=business,
        now=now,
    )
