"""What the search found, as lines to show: rows of each kind, and pages by their name."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Model, Q
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import Agreement, Proposal
from billing.models import CreditNote, Invoice, Payment
from clients.models import Client, Contact
from core import formats, languages
from core.models import Document
from core.search import find, terms
from dashboard.home.pages_by_name import PAGES, gateways
from dashboard.page import DashboardView
from delivery.models import Deliverable, Report, Request, TimeEntry

NEWEST = 3  # agreements, and invoices, of the client that was found first


@dataclass(frozen=True)
class Line:
    """A line of what was found: its title, what it is, what tells it apart, and where it leads."""

    icon: str
    title: str
    kind: str
    detail: str
    url: str


@dataclass(frozen=True)
class Kind:
    """How rows of a kind are shown. `joins` are what is read with them."""

    model: type[Model]
    icon: str
    name: str | Promise
    page: str
    title: Callable[[Any], str]
    detail: Callable[[Any], str]
    joins: Sequence[str] = ()
    key: Callable[[Any], UUID] = lambda row: row.pk

    def line(self, row: Any) -> Line:
        """The line that the search shows for a row."""
        url = reverse(f"dashboard:{self.page}", args=[self.key(row)])
        return Line(self.icon, self.title(row), str(self.name), self.detail(row), url)


def _with_money(row: Invoice | CreditNote) -> str:
    return f"{row.client.name} · {formats.money(row.total, row.currency)}"


KINDS = {
    "client": Kind(
        Client,
        "users",
        gettext_lazy("Client"),
        "client",
        lambda row: row.name,
        lambda row: row.get_state_display(),
    ),
    "contact": Kind(
        Contact,
        "users",
        gettext_lazy("Contact person"),
        "client",
        lambda row: row.name,
        lambda row: f"{row.client.name} · {row.email}",
        ["client"],
        lambda row: row.client_id,
    ),
    "proposal": Kind(
        Proposal,
        "send",
        gettext_lazy("Proposal"),
        "proposal",
        lambda row: row.title,
        lambda row: f"{row.client.name} · {row.get_state_display()}",
        ["client"],
    ),
    "agreement": Kind(
        Agreement,
        "signature",
        gettext_lazy("Agreement"),
        "agreement",
        lambda row: row.title,
        lambda row: f"{row.client.name} · {row.get_state_display()}",
        ["client"],
    ),
    "request": Kind(
        Request,
        "inbox",
        gettext_lazy("Request"),
        "request",
        lambda row: row.title,
        lambda row: f"{row.client.name} · {row.get_state_display()}",
        ["client"],
    ),
    "deliverable": Kind(
        Deliverable,
        "circle-check",
        gettext_lazy("Deliverable"),
        "deliverable",
        lambda row: row.title,
        lambda row: (
            f"{row.period.agreement.client.name} · "
            f"{formats.span_short(row.period.starts_on, row.period.ends_on)}"
        ),
        ["period__agreement__client"],
    ),
    "invoice": Kind(
        Invoice,
        "receipt",
        gettext_lazy("Invoice"),
        "invoice",
        lambda row: row.number,
        _with_money,
        ["client"],
    ),
    "credit_note": Kind(
        CreditNote,
        "receipt",
        gettext_lazy("Credit note"),
        "invoice",
        lambda row: row.number,
        _with_money,
        ["client"],
        lambda row: row.invoice_id,
    ),
    "payment": Kind(
        Payment,
        "cash",
        gettext_lazy("Payment"),
        "invoice",
        lambda row: row.receipt_number,
        lambda row: f"{row.client.name} · {formats.money(row.amount, row.currency)}",
        ["client"],
        lambda row: row.invoice_id,
    ),
    "time": Kind(
        TimeEntry,
        "clock",
        gettext_lazy("Time entry"),
        "time_edit",
        lambda row: row.note,
        lambda row: (
            f"{row.period.agreement.client.name} · {formats.day_short(row.on)} · "
            f"{formats.hours(row.minutes)}"
        ),
        ["period__agreement__client"],
    ),
}


def found_rows(view: DashboardView, text: str) -> tuple[list[Line], list[Line]]:
    """Return what fits the text, and, if nothing does, what is spelt almost like it.

    Of the pages and actions, three that begin with the text come first, the others last.
    """
    hits = find.find(view.business, text)
    lines = _lines(view, hits)
    if hits and hits[0].kind == find.CLIENT and not hits[0].is_guess:
        lines = _once([*lines, *_of_client(view, hits[0].row_id)])
    ranked = _ranked(terms.words(text))
    pages = [line for _fits, line in ranked]
    if hits and hits[0].is_guess:
        return (pages, []) if pages else ([], lines)
    first = [line for fits, line in ranked if fits == terms.BEGINS][:3]
    return list(dict.fromkeys([*first, *lines, *pages])), []


def _ranked(wanted: Sequence[str]) -> list[tuple[int, Line]]:
    """The pages and actions that fit by their name or by a word for what is there, best first."""
    found = []
    for page in (*PAGES, gateways()):
        with translation.override(languages.DEFAULT):  # which many people type in any language
            english, others = str(page.name), str(page.words)
        by_name = max(terms.fit(wanted, str(page.name)), terms.fit(wanted, english))
        by_words = min(terms.fit(wanted, f"{page.words} {others}"), terms.BEGINS - 1)
        line = Line(page.icon, str(page.name), str(page.kind), "", reverse(f"dashboard:{page.url}"))
        found.append((max(by_name, by_words), line))
    return sorted((each for each in found if each[0]), key=lambda each: -each[0])


def _lines(view: DashboardView, hits: Sequence[find.Hit]) -> list[Line]:
    wanted: dict[str, list[UUID]] = defaultdict(list)
    for hit in hits:
        wanted[hit.kind].append(hit.row_id)
    lines: dict[UUID, Line] = _documents(view, wanted.pop("document", []))
    for name, ids in wanted.items():
        kind = KINDS[name]
        rows = view.rows(kind.model).filter(pk__in=ids)
        rows = rows.select_related(*kind.joins) if kind.joins else rows
        lines |= {row.pk: kind.line(row) for row in rows}
    return _once([lines[hit.row_id] for hit in hits if hit.row_id in lines])


def _of_client(view: DashboardView, client: UUID) -> list[Line]:
    """What one most often looks for at a client: its newest agreements and invoices.

    By when they were made: by their date, SQLite would read those of the whole business.
    """
    agreements = view.rows(Agreement).filter(client=client).order_by("-created_at")[:NEWEST]
    invoices = view.rows(Invoice).filter(client=client).order_by("-created_at")[:NEWEST]
    return [
        *(KINDS["agreement"].line(row) for row in agreements.select_related("client")),
        *(KINDS["invoice"].line(row) for row in invoices.select_related("client")),
    ]


def _once(lines: Sequence[Line]) -> list[Line]:
    """A page is named once: where its invoice and its credit note were found, by the first."""
    return list({line.url: line for line in reversed(lines)}.values())[::-1]


def _documents(view: DashboardView, ids: Sequence[UUID]) -> dict[UUID, Line]:
    """The documents with the pages on which they lie."""
    if not ids:
        return {}
    places: dict[UUID, str] = {}
    for row in view.rows(Agreement).filter(Q(document__in=ids) | Q(signed_document__in=ids)):
        url = reverse("dashboard:agreement", args=[row.pk])
        places |= {pk: url for pk in (row.document_id, row.signed_document_id) if pk}
    for report in view.rows(Report).filter(document__in=ids):
        if report.document_id:
            places[report.document_id] = reverse("dashboard:report", args=[report.pk])
    return {
        row.pk: Line("file-text", row.title, _("Document"), row.get_kind_display(), places[row.pk])
        for row in view.rows(Document).filter(pk__in=places.keys() & set(ids))
    }
