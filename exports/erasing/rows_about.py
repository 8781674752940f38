"""Deletes the rows that are about a person or a client alone, and that nothing else needs."""

from django.db.models import Q

from agreements.models import (
    Proposal,
    ProposalTyping,
    Question,
    SectionReading,
    Signature,
    SignerChange,
    Tier,
    WaitlistEntry,
)
from agreements.rules.states import ProposalState
from billing.models import Collection, GatewayEvent
from clients.models import Call, Client, Contact, FitCheck, Objection
from core.models import Link
from delivery.models import EarlyWarning
from exports import requested_exports
from exports.models import Export, Scope


def delete_of_person(contact: Contact) -> None:
    """Delete a person's links, questions, readings and places in the waitlist."""
    Link.objects.filter(subject_id=contact.pk).delete()
    for model in (Question, SectionReading, WaitlistEntry):
        model._default_manager.filter(contact=contact).delete()
    SignerChange.objects.filter(contact=contact, confirmed_at=None).delete()
    unsigned = Signature.objects.filter(contact=contact, signed_at=None)
    unsigned.update(name="", strokes=[])
    _delete_files(contact.client)
    _delete_webhooks(contact.client)


def delete_of_client(client: Client) -> None:
    """Delete a client's calls, fit check, objections, drafts, and notes on warnings."""
    for model in (Call, FitCheck, Objection):
        model._default_manager.filter(client=client).delete()
    drafts = Proposal.objects.filter(client=client, state=ProposalState.DRAFT)
    for part in (ProposalTyping, Tier):
        part._default_manager.filter(proposal__in=drafts).delete()
    drafts.delete()
    ProposalTyping.objects.filter(proposal__client=client).update(typed={}, pictures={})
    EarlyWarning.objects.filter(client=client, sent_at=None).update(note="")


def _delete_files(client: Client) -> None:
    """Delete the archives in which the person is, the one of the whole business among them."""
    about = Q(scope=Scope.EVERYTHING) | Q(client=client) | Q(agreement__client=client)
    requested_exports.delete_now(Export.objects.filter(about, business=client.business_id))


def _delete_webhooks(client: Client) -> None:
    """Delete what a gateway reported about the client's payments, once it is processed."""
    handles = Collection.objects.filter(invoice__client=client).exclude(handle=None)
    own = Q(account=None) | Q(account__business=client.business_id)
    events = GatewayEvent.objects.filter(own, done_at__isnull=False)
    events.filter(handle__in=handles.values("handle")).delete()
