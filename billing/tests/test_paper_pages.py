"""An invoice is one page where it can be, and what is needed to pay stands together."""

import subprocess
from pathlib import Path

import pytest

from billing.emails import billing_pdfs
from billing.models import BankDetails, Invoice
from billing.runs.billing_run import run_billing
from billing.tests.by_transfer import THAI, arrives
from billing.tests.test_carried import waiting
from core.documents import store
from core.models import Document, TaxRate
from tests.world import NOW, World

pytestmark = [pytest.mark.rendering, pytest.mark.whole_documents]
HOLDER, ACCOUNT = "Nan Kittisak", "123-4-56789-0"


@pytest.fixture
def world(db: None) -> World:
    """A business with all that an invoice can say about it."""
    world = World()
    address = "88/12 Nimmanhaemin Road\nSuthep, Mueang\nChiang Mai 50200"
    for name, value in {"address": address, "tax_id": "0505561000000"}.items():
        setattr(world.business, name, value)
    world.business.save()
    BankDetails.objects.create(
        business=world.business,
        holder=HOLDER,
        bank="Kasikornbank",
        account=ACCOUNT,
        promptpay="0505561000000",
    )
    return world


def billed(world: World, language: str) -> Invoice:
    TaxRate.objects.create(business=world.business, name="VAT", percent=7)
    address = "1 Charoen Rat Road\nChiang Mai 50000"
    client = world.client(address=address, language=language, withholding_percent=3)
    terms = {"language": language, "currency": "THB", "collect_by": "transfer"}
    world.signed(world.picked(world.proposal(client, **terms), tier=2), card="")
    run_billing(now=NOW, door="test")
    return Invoice.objects.get()


def pages(document: Document, folder: Path) -> list[str]:
    """The text of each page."""
    path = folder / "paper.pdf"
    path.write_bytes(store.read(document))
    read = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True)
    return read.stdout.decode().split("\f")[:-1]


@pytest.mark.parametrize("language", ["en", "th"])
def test_an_invoice_and_its_receipts_are_one_page_each(
    world: World, tmp_path: Path, language: str
) -> None:
    invoice = billed(world, language)
    assert len(pages(billing_pdfs.invoice_pdf(invoice=invoice, now=NOW), tmp_path)) == 1
    for number, amount in enumerate((2_140_00, 8_260_00)):
        payment = arrives(invoice, amount, f"line {number}")
        assert len(pages(billing_pdfs.receipt_pdf(payment=payment, now=NOW), tmp_path)) == 1


@pytest.mark.parametrize("lines", range(2, 12, 3))
def test_however_long_it_is_what_is_needed_to_pay_stands_together(
    world: World, tmp_path: Path, lines: int
) -> None:
    agreement = world.running(world.client(), **THAI)
    for number in range(lines):
        waiting(agreement, f"part {number}", 10_00)
    run_billing(now=NOW, door="test")
    invoice = Invoice.objects.get(agreement=agreement)
    paper = pages(billing_pdfs.invoice_pdf(invoice=invoice, now=NOW), tmp_path)
    (page,) = [each for each in paper if ACCOUNT in each]
    assert "How to pay" in page and HOLDER in page
