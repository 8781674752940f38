"""An invoice's totals are stored when it is issued; nothing adds up its lines again (rule 12)."""

import subprocess

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from billing.books import client_statement, owing
from billing.emails import billing_pdfs
from billing.models import Charge, Invoice, InvoiceLine
from billing.runs.billing_run import run_billing
from clients import portal_links
from core import links
from core.documents import store
from tests.world import NOW, World


@pytest.mark.whole_documents
def test_a_line_added_after_issue_changes_no_total_anywhere(world: World) -> None:
    invoice = world.billed(card="", taxes=[{"name": "VAT", "percent": "7"}])
    InvoiceLine.objects.create(
        business=world.business,
        invoice=invoice,
        position=2,
        description="Slipped in",
        amount=1_000_00,
        starts_on=NOW.date(),
        ends_on=NOW.date(),
    )
    owner, client = Browser(), Browser()
    owner.force_login(world.business.owner, backend="django.contrib.auth.backends.ModelBackend")
    link = portal_links.portal_link(contact=world.person(invoice.client), now=timezone.now())
    client.post(f"/p/{links.token(link.id)}/")
    shown = [
        owner.get(reverse("dashboard:invoice", args=[invoice.pk])).content.decode(),
        client.get(reverse("portal:invoice", args=[invoice.pk])).content.decode(),
        text_of(store.read(billing_pdfs.invoice_pdf(invoice=invoice, now=NOW))),
    ]
    for text in shown:
        assert "Slipped in" in text
        assert "3,210" in text and "4,280" not in text and "4,210" not in text
    assert (
        owing.amount_owed(invoice)
        == client_statement.client_balances(invoice.client)["USD"]
        == 3_210_00
    )
    world.card(invoice.client)
    run_billing(now=NOW, door="test")
    assert Charge.objects.get().amount == Invoice.objects.get().payments.get().amount == 3_210_00


def text_of(pdf: bytes) -> str:
    """Return the text of a PDF, as poppler extracts it."""
    return subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()
