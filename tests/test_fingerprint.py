"""One hash joins the tier, the agreement and every invoice, and everybody can see it (rule 28)."""

import pytest
from django.urls import reverse

from agreements.signing import agreement_pdf
from billing.emails import billing_pdfs
from billing.models import Invoice
from billing.runs.billing_run import run_billing
from core.documents import store
from tests.browsers import logged_in
from tests.test_stored_totals import text_of
from tests.test_tenancy import inside
from tests.world import NOW, World

SENTENCE = "the same 64 characters appear on each of them"

pytestmark = [pytest.mark.rendering, pytest.mark.whole_documents]


def test_the_same_fingerprint_is_on_the_certificate_the_invoice_and_both_their_pages(
    world: World,
) -> None:
    agreement = world.signed()
    run_billing(now=NOW, door="test")
    invoice = Invoice.objects.get(agreement=agreement)
    fingerprint = agreement.terms_hash
    certificate = text_of(agreement_pdf.signed_pdf(agreement))
    bill = text_of(store.read(billing_pdfs.invoice_pdf(invoice=invoice, now=NOW)))
    for text in (certificate, bill):
        assert fingerprint in text
        assert SENTENCE in " ".join(text.split())
    client, owner = inside(agreement.contact), logged_in(world.business.owner)
    for browser, door in ((client, "portal"), (owner, "dashboard")):
        for noun, row in (("agreement", agreement), ("invoice", invoice)):
            page = browser.get(reverse(f"{door}:{noun}", args=[row.pk])).content.decode()
            assert fingerprint in page
            assert SENTENCE in " ".join(page.split())
