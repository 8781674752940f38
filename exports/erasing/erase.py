"""Erases a person, or a client with all its people: everything but what law demands.

What was issued, signed or sent is frozen by the database and stays (docs/data-protection.md). All
else that holds the name or the address is deleted, or they are replaced in it.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from agreements.models import Agreement, Period, Proposal, Signature, Upgrade
from agreements.rules.states import AgreementState, AmendmentState, PeriodState, ProposalState
from agreements.signing import seal
from billing.models import Invoice, NextLine
from billing.rules.states import InvoiceState
from clients import client_records, pipeline, portal_links
from clients.models import Client, Contact
from clients.models.client import Lost
from clients.rules.pipeline import Stage
from core.errors import RuleError
from core.models import Membership
from core.safety import log
from exports.erasing import found_by_name, rows_about

RUNNING = (AgreementState.SENT, AgreementState.ACTIVE, AgreementState.PAUSED)


class StillNeeded(RuleError):
    """Something that is not over yet needs the data."""


def erase_contact(*, contact: Contact, by: log.By, now: datetime) -> None:
    """Erase a person at a client; nothing is done for one who was erased already.

    Raises StillDecides for the decision maker, and StillNeeded for somebody who is to sign.
    """
    with transaction.atomic():
        row = (
            Contact.objects.select_for_update(of=("self",))
            .select_related("client")
            .get(pk=contact.pk)
        )
        if row.erased_at:
            return
        if why := _what_needs_person(row):
            raise StillNeeded(why)
        client_records.close_access(contact=row, now=now)
        found_by_name.write_anew_to(row.email, business=row.business_id)
        people = row.client.contacts.exclude(pk=row.pk).filter(erased_at=None)
        others = [*_names_beside(row.client), *people.values_list("name", flat=True)]
        _erase_person(row, others, now)
        _log("person_erased", row.client, by, now)


def erase_client(*, client: Client, by: log.By, now: datetime) -> None:
    """Erase a client and its people; nothing is done for one who was erased already.

    Raises StillNeeded while an agreement runs or waits for signatures, and while money is owed.
    """
    with transaction.atomic():
        row = Client.objects.select_for_update().get(pk=client.pk)
        if row.erased_at:
            return
        if why := what_needs(row):
            raise StillNeeded(why)
        others = _names_beside(row)
        for contact in row.contacts.filter(erased_at=None).select_related("client"):
            portal_links.end_sessions(contact=contact, now=now)
            _erase_person(contact, others, now)
        rows_about.delete_of_client(row)
        if not row.is_won:  # nobody follows up on a prospect that was erased
            why = Lost.MINE.value
            pipeline.put(client=row, to=Stage.LOST, because=why, actor=by.who, now=now)
        with translation.override(row.business.language):
            name = _("Erased client")
        names = found_by_name.only_theirs([row.name, row.legal_name], others)
        found_by_name.replace(names, name, business=row.business_id)
        found_by_name.forget_lines_about([row.pk])
        row.name = name
        row.legal_name = row.address = row.tax_id = row.notes = row.tax_note = ""
        row.lost_words = row.source = ""
        row.erased_at = now
        row.save()
        _log("client_erased", row, by, now)


def what_needs(client: Client) -> str:
    """Say what still needs a client's data; "" if nothing does."""
    if Agreement.objects.filter(client=client, state__in=RUNNING).exists():
        return _("An agreement runs or waits for signatures. End or withdraw it first.")
    if Invoice.objects.filter(client=client, state=InvoiceState.OPEN).exists():
        return _("An invoice is open. Wait for the payment, or void it first.")
    if _is_to_bill(client):
        return _("A period or an extra line has no invoice yet. Bill or remove it first.")
    if Proposal.objects.filter(client=client, state=ProposalState.SENT).exists():
        return _("A proposal waits for an answer. Withdraw it first.")
    return ""


def _is_to_bill(client: Client) -> bool:
    """Whether something is still to be billed: an invoice needs the name and the address."""
    lines = NextLine.objects.filter(agreement__client=client, invoice=None, removed_at=None)
    return lines.exists() or any(
        model._default_manager.filter(agreement__client=client, state=PeriodState.DUE).exists()
        for model in (Period, Upgrade)
    )


def _what_needs_person(contact: Contact) -> str:
    """Say what still needs a person's data; "" if nothing does."""
    own = Signature.objects.filter(contact=contact)
    to_sign = Q(amendment=None, agreement__state=AgreementState.SENT)
    to_sign |= Q(amendment__state=AmendmentState.SENT)
    if own.filter(to_sign, signed_at=None).exists():
        return _("%(name)s has still to sign. Name another signer first.") % {"name": contact.name}
    business = contact.business
    unsealed = (seal.unsealed_agreements(business), seal.unsealed_amendments(business))
    if any(rows.filter(signatures__in=own).exists() for rows in unsealed):
        sentence = _("What %(name)s has signed is not sealed yet. Try again in a few minutes.")
        return sentence % {"name": contact.name}
    return ""


def _names_beside(client: Client) -> list[str]:
    """Return the names of the business, its team, and all other clients with their people."""
    business = client.business
    clients = Client.objects.filter(business=business, erased_at=None).exclude(pk=client.pk)
    people = Contact.objects.filter(business=business, erased_at=None).exclude(client=client)
    team = Membership.objects.filter(business=business).values_list("user__name", flat=True)
    own = [business.name, business.legal_name, business.owner.name, *team]
    both = (name for row in clients.values_list("name", "legal_name") for name in row)
    return [*own, *both, *people.values_list("name", flat=True)]


def _erase_person(contact: Contact, others: Sequence[str], now: datetime) -> None:
    """Replace a person's name and address wherever they may be replaced.

    A name that is a part of one of the `others` stays where nobody can tell whose it is.
    """
    rows_about.delete_of_person(contact)
    with translation.override(contact.business.language):
        name = _("Erased person")
    names, business = found_by_name.only_theirs([contact.name], others), contact.business_id
    if _has_address_alone(contact):
        found_by_name.empty_emails_to(contact.email, business=business, now=now)
        names.append(contact.email)
    found_by_name.replace(names, name, business=business)
    found_by_name.forget_lines_about([contact.pk])
    contact.name = name
    contact.email = f"{contact.pk.hex}@erased.invalid"
    contact.role, contact.language = "", ""
    contact.is_active = contact.is_decision_maker = contact.gets_billing = False
    contact.erased_at = now
    contact.save()


def _has_address_alone(contact: Contact) -> bool:
    """Whether nobody else has a person's address: neither a contact nor somebody of the team."""
    business, email = contact.business, contact.email
    same = Contact.objects.filter(business=business, email__iexact=email)
    team = Membership.objects.filter(business=business, user__email__iexact=email)
    is_owner = business.owner.email.lower() == email.lower()
    return not (is_owner or same.exclude(pk=contact.pk).exists() or team.exists())


def _log(what: str, client: Client, by: log.By, now: datetime) -> None:
    """Write a line that names nobody: it is kept for good."""
    log.write(
        what=what,
        person=client.business.owner,
        business=client.business,
        by=by,
        facts={"reference": client.pk.hex[-8:]},
        now=now,
    )
