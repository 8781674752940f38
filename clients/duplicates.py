"""Finds clients that are entered twice, and merges one of them into the other."""

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from clients import client_records
from clients.models import Call, Client, Contact, FitCheck, Objection
from clients.rules.same_name import name_key
from core.errors import RuleError
from core.search import find

MOST = 5  # duplicates that are pointed out
NOTES = 5000  # characters of a client's notes


class KeepsDocuments(RuleError):
    """The client that would go has proposals, agreements or something else that names it."""


def duplicates(client: Client) -> list[Client]:
    """Return other clients of the business that share an email address, a tax id or the name.

    Names are the same without legal form, capitals and marks (clients.rules.same_name). Takes a
    fixed number of queries. A sample client has no duplicates, and one that was erased has no name.
    """
    if client.is_sample or client.erased_at:
        return []
    others = Client.objects.filter(business=client.business_id, is_sample=False, erased_at=None)
    others = others.exclude(pk=client.pk)
    emails = list(client.contacts.values_list("email", flat=True))
    same = Q(contacts__email__in=emails)
    if client.tax_id:
        same |= Q(tax_id=client.tax_id)
    found = {row.pk: row for row in others.filter(same).distinct()[:MOST]}
    found |= {row.pk: row for row in _same_name(client, others)}
    return list(found.values())[:MOST]


def _same_name(client: Client, others: QuerySet[Client]) -> list[Client]:
    key = name_key(client.name)
    longest = max(client.name.split(), key=lambda word: len(name_key(word)), default="")
    hits = find.find(client.business, longest, most=find.MOST)
    rows = others.filter(pk__in=[hit.row_id for hit in hits if hit.kind == find.CLIENT])
    return [row for row in rows if key and name_key(row.name) == key]


def what_keeps(client: Client) -> list[str]:
    """Return what rows keep a client from being merged into another: [] if nothing does."""
    moved = (Contact, Call, FitCheck, Objection)
    return [
        str(relation.related_model._meta.verbose_name_plural)
        for relation in Client._meta.related_objects
        if relation.related_model not in moved
        and relation.related_model._base_manager.filter(**{relation.field.name: client}).exists()
    ]


def merge(*, client: Client, into: Client) -> Client:
    """Move everything of `client` to `into`, and delete it; return `into`.

    People whom `into` knows already, by their email address, are not doubled, and its own details
    stay; empty ones are filled, and private notes are added to. What names a client for good, such
    as a proposal or an invoice, cannot move: KeepsDocuments is raised if there is any.
    """
    with transaction.atomic():
        rows = Client.objects.select_for_update().in_bulk(sorted((client.pk, into.pk)))
        is_erased = any(row.erased_at for row in rows.values())
        if len(rows) < 2 or client.business_id != into.business_id or is_erased:
            raise KeepsDocuments(_("These two cannot be merged."))
        gone, kept = rows[client.pk], rows[into.pk]
        if kept_by := what_keeps(gone):
            raise KeepsDocuments(
                _("%(name)s cannot be merged into another client, because of its %(what)s.")
                % {"name": gone.name, "what": ", ".join(kept_by)}
            )
        _move_people(gone, kept)
        for model in (Call, Objection):
            model.objects.filter(client=gone).update(client=kept)
        if not FitCheck.objects.filter(client=kept).exists():
            FitCheck.objects.filter(client=gone).update(client=kept)
        _fill(kept, gone)
        gone.delete()
    return kept


def _move_people(gone: Client, kept: Client) -> None:
    """Each person of `gone` becomes one of `kept`, or is the one that `kept` has already."""
    known = {contact.email: contact for contact in kept.contacts.all()}
    has_decider = client_records.decision_maker(kept) is not None
    for contact in gone.contacts.all():
        same = known.get(contact.email)
        if same is None:
            decides = contact.is_decision_maker and not has_decider
            Contact.objects.filter(pk=contact.pk).update(client=kept, is_decision_maker=decides)
            continue
        for call in Call.objects.filter(contacts=contact):
            call.contacts.remove(contact)
            call.contacts.add(same)
        contact.delete()


def _fill(kept: Client, gone: Client) -> None:
    """Take over details that `kept` does not have, and add the private notes."""
    for name in ("legal_name", "address", "tax_id", "source", "tax_note"):
        if not getattr(kept, name):
            setattr(kept, name, getattr(gone, name))
    if not kept.expected_amount:
        kept.expected_amount, kept.expected_currency = gone.expected_amount, gone.expected_currency
    kept.notes = "\n\n".join(filter(None, (kept.notes, gone.notes)))[:NOTES]
    kept.save()
