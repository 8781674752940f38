"""What a program that nobody here wrote says of a sealed file: poppler's pdfsig, which must agree with us."""

import subprocess
from datetime import UTC, datetime

import pytest

from core.documents import seal
from core.tests.test_documents import invoice_pdf

pytestmark = pytest.mark.rendering
NOW = datetime(2026, 12, 1, 2, 30, 12, tzinfo=UTC)
VALID, WHOLE = (
    "Signature is Valid.",
    "- Total document signed",
)  # the first alone does not mean untouched


@pytest.fixture
def sealed(settings, tmp_path):
    settings.RH_VAR_DIR = tmp_path / "var"
    return seal.seal(invoice_pdf(), reason="Agreement", now=NOW)


def pdfsig(folder, pdf):
    """What it prints; a machine without it fails here (bin/test installs poppler-utils)."""
    file = folder / "asked.pdf"
    file.write_bytes(pdf)
    return subprocess.run(["pdfsig", file], capture_output=True, text=True).stdout


def test_pdfsig_finds_the_untouched_file_valid_and_wholly_signed(sealed, tmp_path):
    said = pdfsig(tmp_path, sealed)
    assert VALID in said
    assert WHOLE in said
    assert "ETSI.CAdES.detached" in said


def test_pdfsig_agrees_about_changed_and_appended_bytes(sealed, tmp_path):
    changed = bytearray(sealed)
    changed[2000] ^= 1
    assert VALID not in pdfsig(tmp_path, bytes(changed))
    assert WHOLE not in pdfsig(tmp_path, sealed + b"\n% more")
