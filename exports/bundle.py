"""What goes into an archive: one agreement, everything about a client, or the whole business, for leaving us too."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.utils.translation import gettext as _

from agreements.models import Agreement
from billing.books import client_statement
from billing.emails import billing_pdfs
from billing.models import CreditNote, Invoice, Payment
from clients.models import Client
from core.dates import local_day
from core.errors import RuleError
from core.models import Business, Document
from core.models.document import DocumentKind
from delivery.models import Handover, QuarterlyReview, Report
from delivery.reports import read_facts, report_pdf
from delivery.rules.states import ReportState
from delivery.work import handover_files
from exports import tables
from exports.archive import Archive, safe
from exports.history_files import as_csv, as_json, as_pdf
from exports.timeline import timeline


@dataclass(frozen=True)
class Paper:
    """One paper: `made` is its stored file, if there is one yet; `make` prints it now."""

    kind: DocumentKind
    number: str
    created: datetime
    made: Document | None
    make: Callable[[], Document] | None = None


def agreement(archive: Archive, row: Agreement, folder: str = "") -> None:
    """Every paper of it, and then its history, which names them with their hashes."""
    inner = archive.folder(folder, _("papers"))
    for paper in papers_of(row, archive.now):
        _put(archive, inner, paper, row.business.time_zone)
    history = timeline(row, inside=True)
    try:
        archive.add(f"{folder}history.pdf", [as_pdf(history, archive.now)], kind=_("History"))
    except RuleError as no:
        archive.miss(f"{folder}history.pdf", _("History"), archive.now, str(no))
    archive.add(f"{folder}history.csv", as_csv(history), kind=_("History"))
    archive.add(f"{folder}history.json", as_json(history), kind=_("History"))
    _handed_over(archive, row, folder)


def _handed_over(archive: Archive, row: Agreement, folder: str) -> None:
    """The files that the client was given, under their day and name."""
    given = Handover.objects.filter(deliverable__period__agreement=row).exclude(sha256="")
    inner = archive.folder(folder, _("files")) if given else ""
    for one in given:
        path, kind = f"{inner}{one.on.isoformat()} {safe(one.file_name)}", _("Handed over")
        found = handover_files.read(one)
        if found is None:
            archive.miss(
                path,
                kind,
                one.created_at,
                _("damaged: its bytes are not the ones that were stored"),
            )
        else:
            archive.add(path, [found], kind=kind, created=one.created_at)


def papers_of(row: Agreement, now: datetime) -> Iterator[Paper]:
    """Every paper of an agreement, in the order of their numbers; one that was never asked for is printed."""
    for each in [
        row,
        *row.amendments.select_related("document", "signed_document").order_by("number"),
    ]:
        for document in (each.document, each.signed_document):
            if document:
                yield Paper(DocumentKind(document.kind), "", document.created_at, document)
    for invoice in (
        Invoice.objects.filter(agreement=row)
        .select_related("business", "document")
        .order_by("seq", "id")
    ):
        make = partial(billing_pdfs.invoice_pdf, invoice=invoice, now=now)
        yield Paper(
            DocumentKind.INVOICE, invoice.number, invoice.created_at, invoice.document, make
        )
    notes = CreditNote.objects.filter(invoice__agreement=row).select_related(
        "invoice__business", "document"
    )
    for note in notes.order_by("seq", "id"):
        make = partial(billing_pdfs.credit_note_pdf, note=note, now=now)
        yield Paper(DocumentKind.CREDIT_NOTE, note.number, note.created_at, note.document, make)
    paid = Payment.objects.filter(invoice__agreement=row)
    related = ("business", "receipt_document", "invoice__business", "series")
    for payment in paid.select_related(*related).order_by("seq", "id"):
        make = partial(billing_pdfs.receipt_pdf, payment=payment, now=now)
        yield Paper(
            DocumentKind.RECEIPT,
            payment.receipt_number,
            payment.received_at,
            payment.receipt_document,
            make,
        )
    reports = Report.objects.filter(period__agreement=row, state=ReportState.SENT).select_related(
        *read_facts.RELATED
    )
    for report in reports.order_by("period__starts_on"):
        make = partial(report_pdf.ensure, report=report, now=now)
        yield Paper(DocumentKind.REPORT, "", report.sent_at or now, report.document, make)
    for review in (
        QuarterlyReview.objects.filter(agreement=row)
        .select_related("document")
        .order_by("created_at")
    ):
        yield Paper(DocumentKind.REVIEW, "", review.document.created_at, review.document)


def client(archive: Archive, row: Client, folder: str = "") -> None:
    """Their particulars and people, the notes about them, their account, and every agreement."""
    contacts = row.contacts.order_by("created_at", "id")
    for name, which in (("client", Client.objects.filter(pk=row.pk)), ("contacts", contacts)):
        columns = tables.columns_of(which.model)
        archive.add(f"{folder}{name}.csv", tables.as_csv(columns, which), kind=_("Data"))
        archive.add(f"{folder}{name}.json", tables.as_json(columns, which), kind=_("Data"))
    if row.notes:
        archive.add(f"{folder}notes.txt", [row.notes], kind=_("Notes"))
    archive.add(
        f"{folder}statement.csv",
        ["\ufeff" + client_statement.as_csv(client_statement.entries(row))],
        kind=_("Statement"),
    )
    printed = Paper(
        DocumentKind.STATEMENT,
        "",
        archive.now,
        None,
        partial(billing_pdfs.statement_pdf, client=row, now=archive.now),
    )
    _put(archive, folder, printed, row.business.time_zone)
    related = ("client", "business__owner", "document", "signed_document")
    for each in row.agreements.select_related(*related).order_by("created_at", "id"):
        named = f"{each.starts_on.isoformat()} {each.title}"
        agreement(archive, each, archive.folder(folder, named))


def everything(archive: Archive, business: Business) -> None:
    """Every table, and every client with their papers."""
    data = archive.folder("", "data")
    for name, columns, rows in tables.tables(business):
        archive.add(f"{data}{name}.csv", tables.as_csv(columns, rows), kind=_("Data"))
        archive.add(f"{data}{name}.json", tables.as_json(columns, rows), kind=_("Data"))
    people = archive.folder("", _("clients"))
    for row in (
        Client.objects.filter(business=business).select_related("business").order_by("name", "id")
    ):
        client(archive, row, archive.folder(people, row.name))


def _put(archive: Archive, folder: str, paper: Paper, zone: str) -> None:
    """The stored paper, or one that is printed now; one that cannot be is listed with the reason."""
    try:
        document = paper.made or (paper.make() if paper.make else None)
    except RuleError as no:
        archive.miss(f"{folder}{paper.number}.pdf", str(paper.kind.label), paper.created, str(no))
    else:
        if document:
            archive.add_document(folder, document, local_day(paper.created, zone))


def readme(what: str, now: datetime) -> str:
    """How to check that every file is the one that was put in, in the active language."""
    listed = _("manifest.csv lists every file with its kind, its SHA-256 and when it was made.")
    missing = _("What could not be put in is listed with the reason.")
    record = _("history.json holds the record as it was written, history.pdf the same for reading.")
    rule = _(
        "The hash of an entry is the SHA-256 of this JSON list, without spaces and with sorted keys: %(fields)s."
    )
    fields = "chain_id, n, event, actor, at, ip, user_agent, data, previous"
    said = [
        f"{what} · {now.isoformat(timespec='seconds')}",
        f"{listed} {missing}",
        _("To check every file, open a terminal in this folder:"),
        "    sha256sum -c SHA256SUMS",
        _("On a Mac: shasum -a 256 -c SHA256SUMS. Each line must say OK."),
        _("The SHA-256 of a paper also stands in the history of its agreement."),
        f"{record} {rule % {'fields': fields}}",
        _("“previous” is the hash of the entry before; of the first one it is empty."),
    ]
    return "\n\n".join(said) + "\n"
