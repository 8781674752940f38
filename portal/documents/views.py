"""Agreements, invoices, receipts, credit notes, reports and reviews in one list, year by year."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from agreements.rules.states import AmendmentState
from billing.models import CreditNote, Invoice, Payment
from core import formats
from core.dates import local_day
from core.web import query_string
from delivery.models import QuarterlyReview, Report
from delivery.rules.states import ReportState
from portal.access import Money, PortalView
from portal.needs import own_documents


@dataclass(frozen=True)
class Paper:
    """One document: its day, what it is, its title, its page if it has one, and its PDF."""

    on: date
    kind: str
    title: str
    page: str
    pdf: str


class Documents(PortalView):
    """The documents of one year, newest first; without a year in the address, of the newest."""

    money = Money.PARTS

    def get(self, request: HttpRequest) -> HttpResponse:
        papers = sorted(self._papers(), key=lambda paper: paper.on, reverse=True)
        years = sorted({paper.on.year for paper in papers}, reverse=True)
        asked = query_string.text(request.GET, "year")
        year = next((each for each in years if str(each) == asked), years[0] if years else 0)
        context = {
            "year": year,
            "years": years,
            "papers": [paper for paper in papers if paper.on.year == year],
        }
        return render(request, "portal/documents.html", context)

    def _papers(self) -> Iterator[Paper]:
        zone = self.client.time_zone
        yield from self._signed(zone)
        yield from self._money(zone)
        yield from self._reports(zone)

    def _signed(self, zone: str) -> Iterator[Paper]:
        agreements, changes = own_documents(self)
        rows = agreements.filter(signed_at__isnull=False)
        for row in rows.only("id", "title", "signed_at"):
            if row.signed_at:
                day = local_day(row.signed_at, zone)
                yield self._paper(day, _("Agreement"), row.title, row.pk, "agreement")
        changes = changes.filter(state=AmendmentState.SIGNED)
        for change in changes.select_related("agreement"):
            day = local_day(change.signed_at or change.created_at, zone)
            yield self._paper(day, _("Amendment"), change.title, change.pk, "amendment")

    def _money(self, zone: str) -> Iterator[Paper]:
        for row in self.rows(Invoice).select_related("agreement"):
            title = f"{row.number} · {row.service} · {formats.money(row.total, row.currency)}"
            yield self._paper(row.issued_on, _("Invoice"), title, row.pk, "invoice")
        payments = self.rows(Payment).filter(reversal__isnull=True).select_related("invoice")
        for payment in payments:
            amount = formats.money(payment.amount, payment.currency)
            title = f"{payment.receipt_number} · {amount}"
            pdf = reverse("portal:receipt_pdf", args=[payment.pk])
            page = reverse("portal:invoice", args=[payment.invoice_id])
            day = local_day(payment.received_at, zone)
            yield Paper(day, _("Receipt"), title, page, pdf)
        for note in self._notes():
            title = f"{note.number} · {formats.money(note.total, note.currency)}"
            pdf = reverse("portal:credit_note_pdf", args=[note.pk])
            page = reverse("portal:invoice", args=[note.invoice_id])
            yield Paper(note.issued_on, _("Credit note"), title, page, pdf)

    def _notes(self) -> QuerySet[CreditNote]:
        return self.rows(CreditNote).select_related("invoice")

    def _reports(self, zone: str) -> Iterator[Paper]:
        sent = self.rows(Report).filter(state=ReportState.SENT)
        for row in sent.select_related("period"):
            day = local_day(row.sent_at or row.created_at, zone)
            title = formats.months(row.period.starts_on, row.period.ends_on)
            yield self._paper(day, _("Report"), title, row.pk, "report")
        reviews = self.rows(QuarterlyReview).filter(sent_at__isnull=False)
        for review in reviews.select_related("document"):
            day = local_day(review.sent_at or review.created_at, zone)
            title = review.document.title
            yield self._paper(day, _("Quarterly review"), title, review.pk, "review")

    def _paper(self, on: date, kind: Any, title: str, pk: UUID, noun: str) -> Paper:
        """A document with the addresses of its page and its PDF."""
        page, pdf = reverse(f"portal:{noun}", args=[pk]), reverse(f"portal:{noun}_pdf", args=[pk])
        return Paper(on, str(kind), title, page, pdf)
