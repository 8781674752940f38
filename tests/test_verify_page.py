"""Anyone may verify a file: the answer is clear, reveals nothing more, and the file is not kept."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client as Browser
from django.test.client import BOUNDARY, MULTIPART_CONTENT

from agreements.models import Agreement
from billing.emails import billing_pdfs
from core import formats
from core.documents import store
from portal.views import verify
from tests.world import NOW, World

pytestmark = pytest.mark.rendering


@pytest.fixture
def agreement(world: World) -> Agreement:
    return world.sealed(
        agreement=world.picked(world.proposal(world.client(), title="The quiet plan"))
    )


@pytest.fixture
def pdf(agreement: Agreement) -> bytes:
    assert agreement.signed_document
    return store.read(agreement.signed_document)


def ask(pdf: bytes, name: str = "mine.pdf") -> Any:
    return Browser().post("/verify/", {"file": SimpleUploadedFile(name, pdf, "application/pdf")})


def command(pdf: bytes, folder: Path) -> str:
    """Return the first word that `manage.py verify_document` prints."""
    (folder / "asked.pdf").write_bytes(pdf)
    out = StringIO()
    try:
        call_command("verify_document", str(folder / "asked.pdf"), stdout=out)
    except CommandError as error:
        return str(error).split(":")[0]
    return out.getvalue().split(":")[0]


CHANGES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "as it is": (lambda pdf: pdf, "Intact"),
    "one bit": (lambda pdf: pdf[:4000] + bytes([pdf[4000] ^ 1]) + pdf[4001:], "Altered"),
    "one byte more": (lambda pdf: pdf + b"\n", "Altered"),
    "cut short": (lambda pdf: pdf[:-40], "Altered"),
    "another's": (lambda pdf: b"%PDF-1.7 of somebody else", "Unknown"),
}


def test_the_page_and_the_command_give_the_same_verdict(pdf: bytes, tmp_path: Path) -> None:
    for change, word in CHANGES.values():
        answer = ask(change(pdf))
        assert answer.status_code == 200
        assert f">{word}<" in answer.content.decode()
        assert command(change(pdf), tmp_path) == word.lower()


def test_a_file_shows_what_it_is_and_a_hash_alone_not_even_its_title(
    agreement: Agreement, pdf: bytes
) -> None:
    assert agreement.signed_document
    by_file = ask(pdf).content.decode()
    digest = f" {agreement.signed_document.sha256.upper()} "
    by_hash = Browser().post("/verify/", {"sha256": digest}).content.decode()
    for page in (by_file, by_hash):
        assert ">Intact<" in page
        assert "Signed agreement" in page
        for private in (agreement.business.name, agreement.client.name, agreement.contact.email):
            assert private not in page
    assert "The quiet plan" in by_file
    assert "The quiet plan" not in by_hash
    assert ">Unknown<" in Browser().post("/verify/", {"sha256": "0" * 64}).content.decode()


def test_an_unsealed_document_says_so_and_a_damaged_store_confirms_nothing(
    world: World, settings: Any
) -> None:
    invoice = billing_pdfs.invoice_pdf(invoice=world.billed(), now=NOW)
    page = ask(store.read(invoice)).content.decode()
    assert ">Intact<" in page
    assert "It has no seal." in page
    assert f"{formats.moment(invoice.created_at)} UTC" in page
    (Path(settings.MEDIA_ROOT) / invoice.path).write_bytes(b"%PDF-1.7 x")
    assert ">Unknown<" in Browser().post("/verify/", {"sha256": invoice.sha256}).content.decode()


@pytest.mark.parametrize(
    ("sent", "status", "why"),
    [
        ({"file": SimpleUploadedFile("a.pdf", b"")}, 422, "This file is empty."),
        (
            {"file": SimpleUploadedFile("a.pdf", b"PK\x03\x04 a document")},
            422,
            "This is not a PDF.",
        ),
        ({}, 422, "Choose a PDF, or paste its SHA-256."),
        ({"sha256": "12ab"}, 422, "A SHA-256 has 64 characters"),
        (
            {"file": SimpleUploadedFile("a.pdf", b"%PDF-" + bytes(verify.LARGEST_UPLOAD))},
            413,
            "larger than 5 MB",
        ),
    ],
    ids=["empty", "no PDF", "nothing", "no hash", "too large"],
)
def test_what_cannot_be_checked_is_refused_at_its_field(
    db: None, sent: dict[str, Any], status: int, why: str
) -> None:
    answer = Browser().post("/verify/", sent)
    assert answer.status_code == status
    assert why in answer.content.decode()
    assert "is-invalid" in answer.content.decode()


def test_a_file_of_the_largest_size_is_checked_without_writing_to_disk(
    db: None, settings: Any, tmp_path: Path
) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "there is no such folder"
    before = list(Path(settings.MEDIA_ROOT).rglob("*"))
    assert ">Unknown<" in ask(b"%PDF-" + bytes(verify.LARGEST_UPLOAD - 5)).content.decode()
    assert list(Path(settings.MEDIA_ROOT).rglob("*")) == before


def test_too_many_requests_are_refused_before_anything_is_read(db: None) -> None:
    for _n in range(verify.REQUESTS_ALLOWED):
        assert Browser().post("/verify/", {"sha256": "0" * 64}).status_code == 200
    answer = ask(b"%PDF-1.7")
    assert answer.status_code == 429
    assert "Please wait ten minutes." in answer.content.decode()
    assert Browser().get("/verify/").status_code == 200


@pytest.mark.parametrize(
    "body",
    [b"", b"--" + BOUNDARY.encode(), b"\x00" * 500, b"--x\r\nContent-Disposition: form-data"],
)
def test_a_broken_upload_gets_an_error_and_no_crash(db: None, body: bytes) -> None:
    assert Browser().generic("POST", "/verify/", body, MULTIPART_CONTENT).status_code in (400, 422)
