"""An independent program, pdfsig of poppler, must agree with us about sealed files."""

import subprocess
from datetime import UTC, datetime

import pytest

from core.documents import seal
from core.tests.test_documents import invoice_pdf

pytestmark = [pytest.mark.rendering, pytest.mark.whole_documents]
NOW = datetime(2026, 12, 1, 2, 30, 12, tzinfo=UTC)
VALID = "Signature is Valid."  # alone, this does not mean that the file is unchanged
WHOLE = "- Total document signed"


@pytest.fixture
def sealed(settings, tmp_path):
    settings.RH_VAR_DIR = tmp_path / "var"
    return seal.seal(invoice_pdf(), reason="Agreement", now=NOW)


def pdfsig(folder, pdf):
    """What pdfsig prints. It must be installed; bin/test does so (poppler-utils)."""
    file = folder / "file.pdf"
    file.write_bytes(pdf)
    return subprocess.run(["pdfsig", file], capture_output=True, text=True).stdout


def test_pdfsig_finds_the_untouched_file_valid_and_completely_signed(sealed, tmp_path):
    output = pdfsig(tmp_path, sealed)
    assert VALID in output
    assert WHOLE in output
    assert "ETSI.CAdES.detached" in output


def test_pdfsig_agrees_about_changed_and_appended_bytes(sealed, tmp_path):
    changed = bytearray(sealed)
    changed[2000] ^= 1
    assert VALID not in pdfsig(tmp_path, bytes(changed))
    assert WHOLE not in pdfsig(tmp_path, sealed + b"\n% more")
