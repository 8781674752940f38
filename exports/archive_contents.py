"""Fills an archive: with one agreement, everything about a client, or a whole business."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from agreements.models import Agreement
from billing.books import client_statement
from billing.emails import billing_pdfs
from billing.models import CreditNote, Invoice, Payment
from clients.models import Client, Contact
from core.dates import local_day
from core.errors import RuleError
from core.models import Business, Document
from core.models.document import DocumentKind
from delivery.models import Handover, QuarterlyReview, Report
from delivery.reports import report_facts, report_pdf
from delivery.rules.states import ReportState
from delivery.work import handover_files
from exports import tables
from exports.archive import Archive, safe_name
from exports.history_files import as_csv, as_json, as_pdf
from exports.timeline import history_of


@dataclass(frozen=True)
class ExportDocument:
    """One document to export.

    `stored` is the document, if there is one yet; otherwise `render` renders and stores it.
    """

    kind: DocumentKind
    number: str
    created: datetime
    stored: Document | None
    render: Callable[[], Document] | None = None


def add_agreement(archive: Archive, row: Agreement, folder: str = "") -> None:
    """Add the documents of an agreement, its history, and the files that were handed over."""
    documents_folder = archive.folder(folder, _("documents"))
    for document in documents_of(row, archive.now):
        _put(archive, documents_folder, document, row.business.time_zone)
    history = history_of(row, inside=True)
    try:
        archive.add(f"{folder}history.pdf", [as_pdf(history, archive.now)], kind=_("History"))
    except RuleError as error:
        archive.miss(f"{folder}history.pdf", _("History"), archive.now, str(error))
    archive.add(f"{folder}history.csv", as_csv(history), kind=_("History"))
    archive.add(f"{folder}history.json", as_json(history), kind=_("History"))
    _handed_over(archive, row, folder)


def _handed_over(archive: Archive, row: Agreement, folder: str) -> None:
    """Add the files that were handed over to the client, named by day and file name."""
    handovers = Handover.objects.filter(deliverable__period__agreement=row).exclude(sha256="")
    files_folder = archive.folder(folder, _("files")) if handovers else ""
    for handover in handovers:
        path, kind = (
            f"{files_folder}{handover.on.isoformat()} {safe_name(handover.file_name)}",
            _("Handed over"),
        )
        data = handover_files.read_file(handover)
        if data is None:
            archive.miss(
                path,
                kind,
                handover.created_at,
                _("damaged: its bytes are not the ones that were stored"),
            )
        else:
            archive.add(path, [data], kind=kind, created=handover.created_at)


def documents_of(row: Agreement, now: datetime) -> Iterator[ExportDocument]:
    """Yield the documents of an agreement by kind, each kind in the order of its numbers.

    Documents that were never rendered are rendered when they are needed.
    """
    for source in [
        row,
        *row.amendments.select_related("document", "signed_document").order_by("number"),
    ]:
        for document in (source.document, source.signed_document):
            if document:
                yield ExportDocument(DocumentKind(document.kind), "", document.created_at, document)
    yield from _money_documents(Invoice.objects.filter(agreement=row), now)
    reports = Report.objects.filter(period__agreement=row, state=ReportState.SENT).select_related(
        *report_facts.RELATED
    )
    for report in reports.order_by("period__starts_on"):
        render = partial(report_pdf.ensure_pdf, report=report, now=now)
        yield ExportDocument(
            DocumentKind.REPORT, "", report.sent_at or now, report.document, render
        )
    for review in (
        QuarterlyReview.objects.filter(agreement=row)
        .select_related("document")
        .order_by("created_at")
    ):
        yield ExportDocument(DocumentKind.REVIEW, "", review.document.created_at, review.document)


def _money_documents(invoices: QuerySet[Invoice], now: datetime) -> Iterator[ExportDocument]:
    """Yield the invoices, their credit notes and their receipts."""
    for invoice in invoices.select_related("business", "document").order_by("seq", "id"):
        render = partial(billing_pdfs.invoice_pdf, invoice=invoice, now=now)
        yield ExportDocument(
            DocumentKind.INVOICE, invoice.number, invoice.created_at, invoice.document, render
        )
    credit_notes = CreditNote.objects.filter(invoice__in=invoices).select_related(
        "invoice__business", "document"
    )
    for credit_note in credit_notes.order_by("seq", "id"):
        render = partial(billing_pdfs.credit_note_pdf, note=credit_note, now=now)
        yield ExportDocument(
            DocumentKind.CREDIT_NOTE,
            credit_note.number,
            credit_note.created_at,
            credit_note.document,
            render,
        )
    payments = Payment.objects.filter(invoice__in=invoices)
    related = ("business", "receipt_document", "invoice__business", "series")
    for payment in payments.select_related(*related).order_by("seq", "id"):
        render = partial(billing_pdfs.receipt_pdf, payment=payment, now=now)
        yield ExportDocument(
            DocumentKind.RECEIPT,
            payment.receipt_number,
            payment.received_at,
            payment.receipt_document,
            render,
        )


def add_client(archive: Archive, row: Client, folder: str = "") -> None:
    """Add a client's data, contacts and notes, the client statement, and every agreement."""
    contacts = row.contacts.order_by("created_at", "id")
    for name, rows in (("client", Client.objects.filter(pk=row.pk)), ("contacts", contacts)):
        columns = tables.columns_of(rows.model)
        archive.add(f"{folder}{name}.csv", tables.as_csv(columns, rows), kind=_("Data"))
        archive.add(f"{folder}{name}.json", tables.as_json(columns, rows), kind=_("Data"))
    _add_tables(archive, row, folder)
    if row.notes:
        archive.add(f"{folder}notes.txt", [row.notes], kind=_("Notes"))
    archive.add(
        f"{folder}statement.csv",
        ["\ufeff" + client_statement.statement_csv(client_statement.statement_entries(row))],
        kind=_("Statement"),
    )
    statement_pdf = ExportDocument(
        DocumentKind.STATEMENT,
        "",
        archive.now,
        None,
        partial(billing_pdfs.statement_pdf, client=row, now=archive.now),
    )
    _put(archive, folder, statement_pdf, row.business.time_zone)
    others = Invoice.objects.filter(client=row, agreement__isnull=True)
    if others.exists():
        invoices_folder = archive.folder(folder, _("invoices"))
        for document in _money_documents(others, archive.now):
            _put(archive, invoices_folder, document, row.business.time_zone)
    related = ("client", "business__owner", "document", "signed_document")
    for agreement_row in row.agreements.select_related(*related).order_by("created_at", "id"):
        folder_name = f"{agreement_row.starts_on.isoformat()} {agreement_row.title}"
        add_agreement(archive, agreement_row, archive.folder(folder, folder_name))


def _add_tables(archive: Archive, row: Client, folder: str) -> None:
    """Add the rows of each table that name the client, as JSON."""
    for model in tables.business_models():
        fields = {field.name for field in model._meta.concrete_fields}
        if "client" not in fields or model is Contact:
            continue
        theirs = model._default_manager.filter(client=row).order_by("pk")
        if theirs.exists():
            text = tables.as_json(tables.columns_of(model), theirs)
            archive.add(f"{folder}{model._meta.label_lower}.json", text, kind=_("Data"))


def add_business(archive: Archive, business: Business) -> None:
    """Add every table of a business, and every client."""
    data_folder = archive.folder("", "data")
    for name, columns, rows in tables.business_tables(business):
        archive.add(f"{data_folder}{name}.csv", tables.as_csv(columns, rows), kind=_("Data"))
        archive.add(f"{data_folder}{name}.json", tables.as_json(columns, rows), kind=_("Data"))
    clients_folder = archive.folder("", _("clients"))
    for client_row in (
        Client.objects.filter(business=business).select_related("business").order_by("name", "id")
    ):
        add_client(archive, client_row, archive.folder(clients_folder, client_row.name))


def _put(archive: Archive, folder: str, item: ExportDocument, zone: str) -> None:
    """Add a document, rendered now where it is missing, or list why it cannot be rendered."""
    try:
        document = item.stored or (item.render() if item.render else None)
    except RuleError as error:
        archive.miss(f"{folder}{item.number}.pdf", str(item.kind.label), item.created, str(error))
    else:
        if document:
            archive.add_document(folder, document, local_day(item.created, zone))


def readme_text(what: str, now: datetime) -> str:
    """Return a text in the active language about how to check the files of the archive."""
    listed = _("manifest.csv lists every file with its kind, its SHA-256 and when it was made.")
    missing = _("What could not be put in is listed with the reason.")
    record = _("history.json holds the record as it was written, history.pdf the same for reading.")
    rule = _(
        "The hash of an entry is the SHA-256 of this JSON list, without spaces and with sorted "
        "keys: %(fields)s."
    )
    fields = "chain_id, n, event, actor, at, ip, user_agent, data, previous"
    paragraphs = [
        f"{what} · {now.isoformat(timespec='seconds')}",
        f"{listed} {missing}",
        _("To check every file, open a terminal in this folder:"),
        "    sha256sum -c SHA256SUMS",
        _("On a Mac: shasum -a 256 -c SHA256SUMS. Each line must say OK."),
        _("The SHA-256 of a document is also in the history of its agreement."),
        f"{record} {rule % {'fields': fields}}",
        _("“previous” is the hash of the entry before; of the first one it is empty."),
    ]
    return "\n\n".join(paragraphs) + "\n"
