"""Everything that is stored about one person at a client, as files: for who asks what we have."""

import json
import tempfile
from datetime import datetime
from typing import IO, Any

from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from agreements.models import Question, SectionReading, Signature, SignerChange, WaitlistEntry
from clients.models import Call, Contact
from core import links
from core.models import AuditEvent, Link, OutboxEmail
from delivery.models import RequestMessage
from exports import tables
from exports.archive import Archive

#: What an email shows of itself; its links and codes are left out.
EMAIL = ("kind", "subject", "state", "created_at", "sent_at", "bounced_at")
AUDIT = ("event", "actor", "at", "ip", "user_agent", "data")


def build(*, contact: Contact, now: datetime) -> IO[bytes]:
    """Return a ZIP with a JSON file for each kind of row, and the documents that they signed."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    with translation.override(contact.business.language):
        archive = Archive(file, now=now)
        for name, rows in _tables(contact):
            if rows.exists():
                columns = tables.columns_of(rows.model)
                archive.add(f"{name}.json", tables.as_json(columns, rows), kind=_("Data"))
        _add(archive, "emails", _emails(contact))
        _add(archive, "events", _events(contact))
        _add_documents(archive, contact)
        archive.close(_("Everything that is stored about %(name)s.") % {"name": contact.name})
    file.seek(0)
    return file


def _tables(contact: Contact) -> list[tuple[str, QuerySet[Any]]]:
    """The rows that name the person, by what they are called in the archive."""
    of_theirs = {
        "person": Contact.objects.filter(pk=contact.pk),
        "links": Link.objects.filter(subject_id=contact.pk),
        "calls": Call.objects.filter(contacts=contact),
        "questions": Question.objects.filter(contact=contact),
        "reading": SectionReading.objects.filter(contact=contact),
        "waitlist": WaitlistEntry.objects.filter(contact=contact),
        "signatures": Signature.objects.filter(contact=contact),
        "signer_changes": SignerChange.objects.filter(contact=contact),
        "messages": RequestMessage.objects.filter(contact=contact),
    }
    return [(name, rows.order_by("pk")) for name, rows in of_theirs.items()]


def _emails(contact: Contact) -> list[dict[str, Any]]:
    rows = OutboxEmail.objects.filter(business=contact.business_id, to__iexact=contact.email)
    return [
        {name: getattr(row, name) for name in EMAIL} | {"text": links.hidden(row.text, row.mark)}
        for row in rows.order_by("created_at", "pk")
    ]


def _events(contact: Contact) -> list[dict[str, Any]]:
    """What the person did, as the chains of agreements and reports recorded it."""
    own = Q(actor__iexact=contact.email) | Q(actor__iendswith=f"<{contact.email}>")
    rows = AuditEvent.objects.filter(own, business=contact.business_id)
    return [{name: getattr(row, name) for name in AUDIT} for row in rows.order_by("at", "pk")]


def _add(archive: Archive, name: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        text = json.dumps(rows, ensure_ascii=False, default=str, indent=1)
        archive.add(f"{name}.json", [text], kind=_("Data"))


def _add_documents(archive: Archive, contact: Contact) -> None:
    """Add the sealed documents that the person signed."""
    signed = Signature.objects.filter(contact=contact, signed_at__isnull=False)
    folder = archive.folder("", _("documents")) if signed.exists() else ""
    for row in signed.select_related("agreement__signed_document", "amendment__signed_document"):
        paper = row.agreement or row.amendment
        if paper and paper.signed_document:
            archive.add_document(folder, paper.signed_document, paper.signed_document.created_at)
