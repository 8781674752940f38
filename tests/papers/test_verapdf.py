"""Every kind of document is PDF/A-3a and PDF/UA-1 in every language, sealed or not."""

import os
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone

from agreements.changing import amend
from agreements.changing.amend import Change
from agreements.models import Agreement, Amendment, Period
from agreements.models.amendment import AmendmentKind
from agreements.signing import seal, sign
from billing.charging.refund import refund_invoice
from billing.emails import billing_pdfs
from billing.models import Invoice, Payment
from billing.runs.billing_run import run_billing
from core import links
from core.documents import store
from core.models import Document
from core.models.document import DocumentKind
from delivery.kpis import kpi_changes
from delivery.models import Report
from delivery.renewing import quarterly_reviews
from delivery.reports import report_pdf, report_run, review_draft, send_reports
from tests.world import HERE, World

pytestmark = [pytest.mark.verapdf, pytest.mark.whole_documents]
FLAVOURS = "3a,ua1"
THEIRS = {DocumentKind.LETTER.value}  # a reference letter is uploaded, not rendered here


def life(world: World, language: str, both: bool) -> None:
    """One retainer with every document it can have."""
    now = timezone.now() - timedelta(days=40)
    client = world.client(now=now, language=language, name=f"ร้าน {language} {both}")
    terms = {
        "language": language,
        "is_bilingual": both,
        "starts_on": now.date(),
        "countersigns": both,
    }
    proposal = world.proposal(client, now=now, **terms)
    agreement = world.signed(world.picked(proposal, now=now), now=now)
    if both:
        sign.countersign(paper=agreement, actor="Nan", now=now, origin=HERE)
    run_billing(now=now, door="test")
    measured(agreement, now)
    report_run.run_reports(now=timezone.now(), door="test")
    for report in Report.objects.filter(client=client):
        words = {
            "comment": "A good month.",
            "next_text": "Video.",
            "decision": "Shall we film two?",
        }
        review_draft.save_texts(report=report, now=timezone.now(), **words)
        send_reports.send_report(report=report, actor="Nan", now=timezone.now())
    report_pdf.render_due(now=timezone.now())
    periods = quarterly_reviews.review_periods(agreement, None, timezone.now().date())
    quarterly_reviews.create_review(
        agreement=agreement, periods=periods, outlook="Three more months.", now=timezone.now()
    )
    invoice, payment = Invoice.objects.get(agreement=agreement), Payment.objects.get(client=client)
    note, _refund = refund_invoice(
        invoice=invoice, amount=1000, reason="Sorry", actor="Nan", to_card=False, now=now
    )
    billing_pdfs.invoice_pdf(invoice=invoice, now=now)
    billing_pdfs.receipt_pdf(payment=payment, now=now)
    billing_pdfs.credit_note_pdf(note=note, now=now)
    billing_pdfs.statement_pdf(client=client, now=now)
    day = amend.effective_days(agreement, timezone.now().date())[1]
    change = Change(AmendmentKind.PRICE, day, amount=4_000_00, reason="A new year")
    amend.offer_amendment(agreement=agreement, change=change, actor="Nan", now=now, origin=HERE)
    row, contact = Amendment.objects.get(agreement=agreement), agreement.contact
    begun = sign.request_code(
        paper=row, contact=contact, name="Ploy", consented=True, now=now, origin=HERE
    )
    sign.sign_with_code(
        paper=row, contact=contact, code=links.code(begun.code_row), now=now, origin=HERE
    )


def measured(agreement: Agreement, now: datetime) -> None:
    """Add three KPIs with a chart, and a fourth without a reading."""
    period = Period.objects.get(agreement=agreement, index=0)
    for n in range(4):
        kpi = kpi_changes.add_kpi(
            agreement=agreement,
            name=f"ตัวเลข {n}",
            unit="%",
            baseline=Decimal(0),
            target=Decimal(9),
            less_is_better=False,
            now=now,
        )
        if n < 3:
            kpi_changes.write_reading(
                kpi=kpi, period=period, value=Decimal(n + 5), on=period.starts_on, now=now
            )


@pytest.fixture
def files(world: World, tmp_path: Path) -> Iterator[dict[str, Document]]:
    for language, both in (("en", False), ("th", False), ("en", True)):
        life(world, language, both)
    seal.seal_signed(now=timezone.now())
    found = {}
    for n, document in enumerate(Document.objects.order_by("created_at")):
        path = tmp_path / f"{n:02}-{document.kind}.pdf"
        path.write_bytes(store.read(document))
        found[str(path)] = document
    yield found


def test_every_document_passes(files: dict[str, Document]) -> None:
    assert {document.kind for document in files.values()} == {
        kind.value for kind in DocumentKind
    } - THEIRS
    assert Agreement.objects.exclude(signed_document=None).count() == 3
    asked = [
        "java",
        "-cp",
        os.environ["VERAPDF"],
        str(Path(__file__).with_name("Verapdf.java")),
        FLAVOURS,
        *files,
    ]
    said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    wrong = [line for line in said.splitlines() if not line.endswith(" true")]
    assert not wrong, "\n".join(wrong)
    assert said.count(" true") == 2 * len(files)
