"""All documents of a client are in one list, by year, and nobody else's."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from agreements.rules.terms import CollectBy
from billing.charging import issue_one_off
from billing.charging.refund import refund_invoice
from billing.invoices import one_off
from billing.models import CreditNote, Invoice, Payment
from billing.runs.billing_run import run_billing
from clients.models import Client
from delivery.models import Report
from delivery.reports import report_run, send_reports
from tests.test_tenancy import inside
from tests.world import World

PAGE = reverse("portal:documents")


def with_everything(world: World) -> Any:
    """A signed agreement with an invoice, its receipt, a credit note, and a report."""
    now = timezone.now()
    begun = now - timedelta(days=40)
    agreement = world.sealed(now=begun, starts_on=begun.date())
    run_billing(now=begun, door="test")
    run_billing(now=now, door="test")
    report_run.run_reports(now=now, door="test")
    report = Report.objects.order_by("created_at")[0]
    if report.sent_at is None:
        send_reports.send_report(report=report, actor="Nan", now=now)
    refund_invoice(
        invoice=Invoice.objects.order_by("issued_on")[0],
        amount=100_00,
        reason="Less",
        actor="Nan",
        to_card=False,
        now=now,
    )
    return agreement


def one_off_invoice(world: World, client: Client) -> Invoice:
    order = one_off.Order(client, "Rush banner", 200_00, "USD", CollectBy.TRANSFER, uuid4())
    return issue_one_off.issue_one_off(
        business=world.business, order=order, confirmed=False, actor="Nan", now=timezone.now()
    )


def test_every_document_is_listed_with_its_pdf(world: World) -> None:
    agreement = with_everything(world)
    browser = inside(agreement.contact)
    page = browser.get(PAGE).text
    years = {begun.year for begun in (timezone.now(), timezone.now() - timedelta(days=40))}
    for year in years:
        page += browser.get(f"{PAGE}?year={year}").text
    paths = [reverse("portal:agreement_pdf", args=[agreement.pk])]
    for name, model in (
        ("invoice_pdf", Invoice),
        ("receipt_pdf", Payment),
        ("credit_note_pdf", CreditNote),
        ("report_pdf", Report),
    ):
        paths += [reverse(f"portal:{name}", args=[row.pk]) for row in model.objects.all()]
    assert len(paths) >= 5
    for path in paths:
        assert f'href="{path}"' in page, path


def test_each_year_has_a_page_of_its_own(world: World) -> None:
    old = datetime(2024, 12, 31, 20, tzinfo=UTC)  # in Bangkok it is 2025 already
    agreement = world.sealed(now=old, starts_on=old.date())
    one_off_invoice(world, agreement.client)
    browser = inside(agreement.contact)
    path = reverse("portal:agreement_pdf", args=[agreement.pk])
    assert path in browser.get(f"{PAGE}?year=2025").text
    newest = browser.get(PAGE)
    assert path not in newest.text and "?year=2025" in newest.text
    for nonsense in ("x", "99999", "-1", ""):
        assert browser.get(f"{PAGE}?year={nonsense}").status_code == 200


def test_only_the_clients_own_documents_are_listed(world: World) -> None:
    theirs = with_everything(world)
    mine = world.client("Northwind", contact_email="erik@northwind.example")
    page = inside(world.person(mine)).get(PAGE).text
    assert str(theirs.pk) not in page and "No documents yet" in page


def test_a_one_off_invoice_without_a_retainer_is_listed_with_what_it_is_for(world: World) -> None:
    client = world.client(now=timezone.now())
    invoice = one_off_invoice(world, client)
    browser = inside(world.person(client))
    for page in (browser.get(PAGE).text, browser.get(reverse("portal:invoices")).text):
        assert invoice.number in page and "Rush banner" in page


def test_the_list_takes_as_many_queries_for_many_rows(world: World) -> None:
    agreement = with_everything(world)
    browser = inside(agreement.contact)
    counts = []
    for months in (1, 8):
        for month in range(months):
            run_billing(now=timezone.now() + timedelta(days=31 * month), door="test")
        with CaptureQueriesContext(connection) as queries:
            browser.get(PAGE)
        counts.append(len(queries))
    assert counts[0] == counts[1]
