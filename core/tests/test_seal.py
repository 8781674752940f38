"""The seal reveals a change anywhere in a file, and only this installation's own seal counts."""

import hashlib
import random
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO, StringIO
from threading import Barrier

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.management import CommandError, call_command
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.general import SigningError

from core.documents import certificate, pades, seal, store, verify
from core.documents.verify import Word
from core.models import Business, User
from core.models.document import DocumentKind
from core.tests.test_documents import invoice_pdf

pytestmark = [pytest.mark.rendering, pytest.mark.whole_documents]
plain = cache(invoice_pdf)  # an unsealed PDF
NOW = datetime(2026, 12, 1, 2, 30, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def installation(settings, tmp_path):
    """A new installation that has never sealed anything."""
    settings.RH_VAR_DIR = tmp_path / "var"
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings


@pytest.fixture
def sealed(installation):
    return seal.seal(plain(), reason="Agreement", now=NOW)


@pytest.fixture
def document(db, sealed):
    business = Business.objects.create(
        owner=User.objects.create_user("ann@studio.example"), name="Ann"
    )
    return store.save(
        business=business,
        kind=DocumentKind.SIGNED_AGREEMENT,
        title="Agreement",
        pdf=sealed,
        now=NOW,
    )


def flipped(pdf, place):
    """The file with one bit changed in the byte at `place`."""
    return pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :]


def test_a_sealed_file_is_intact_and_states_the_time_and_reason_it_was_given(sealed):
    status = seal.verify(sealed)
    assert status.intact
    assert (status.signed_at, status.reason) == (NOW, "Agreement")


def test_a_changed_bit_in_what_the_seal_covers_is_found(sealed):
    start, gap, after, rest = PdfFileReader(BytesIO(sealed)).embedded_signatures[0].byte_range
    covered = [*range(start, gap), *range(after, after + rest)]
    places = random.Random(28).sample(covered, 60)
    assert [place for place in places if seal.verify(flipped(sealed, place)).intact] == []


def test_a_changed_bit_in_the_seals_own_padding_is_found_by_the_hash(document, sealed):
    _start, gap, after, _rest = PdfFileReader(BytesIO(sealed)).embedded_signatures[0].byte_range
    padding = after - 5
    assert gap < padding
    changed = flipped(sealed, padding)
    assert seal.verify(changed).intact, (
        "pyHanko does not check the padding, which is why the hash is compared as well"
    )
    assert store.find_by_content(changed) is None


@pytest.mark.parametrize("appended", [b"x", b"\n", b"\n%%EOF\n"])
def test_bytes_appended_after_the_seal_are_found(sealed, appended):
    assert not seal.verify(sealed + appended).intact


def test_a_truncated_file_is_not_intact_and_a_sealed_one_accepts_no_second_signature(sealed):
    assert not seal.verify(sealed[:-40]).intact
    writer = IncrementalPdfFileWriter(BytesIO(sealed))
    another = signers.PdfSignatureMetadata(field_name="Another")
    with pytest.raises(SigningError, match="forbids all changes"):
        signers.sign_pdf(writer, another, signer=certificate.load_signer(NOW))


@pytest.mark.parametrize(
    "junk", [b"", b"%PDF-1.7", b"hello", b"\x00" * 500, b"%PDF-1.7\nstartxref\n9\n%%EOF"]
)
def test_any_bytes_can_be_verified(junk):
    assert seal.verify(junk) == seal.SealStatus()


def test_verifying_creates_no_certificate(installation):
    seal.verify(plain())
    assert not installation.RH_VAR_DIR.exists()


def test_the_seal_of_another_installation_is_not_ours(installation, sealed, tmp_path):
    installation.RH_VAR_DIR = tmp_path / "elsewhere"
    certificate.load_signer(NOW)
    status = seal.verify(sealed)
    assert status.signature_valid
    assert not status.ours
    assert not status.intact


def test_a_seal_in_the_settings_seals_and_confirms_what_the_one_before_has_sealed(
    installation, sealed
):
    installation.SEAL = certificate.renewed_text(NOW)
    shutil.rmtree(installation.RH_VAR_DIR)
    again = seal.seal(plain(), reason="Agreement", now=NOW)
    assert seal.verify(again).intact
    assert seal.verify(sealed).intact, "the earlier certificate is among those printed"
    assert certificate.all_certificates()[0] == certificate.own()
    assert not installation.RH_VAR_DIR.exists()
    with pytest.raises(CommandError, match="--print"):
        call_command("renew_seal")
    out = StringIO()
    call_command("renew_seal", "--print", stdout=out)
    installation.SEAL = out.getvalue()
    assert len(certificate.all_certificates()) == 3
    assert seal.verify(again).intact


def test_a_key_in_the_settings_that_is_not_the_certificates_seals_nothing(installation):
    one, other = (certificate.renewed_text(NOW) for _n in range(2))
    installation.SEAL = (
        one[: one.index("-----BEGIN CERT")] + other[other.index("-----BEGIN CERT") :]
    )
    with pytest.raises(certificate.SealNotReady, match="do not belong together"):
        certificate.load_signer(NOW)
    installation.SEAL = one[one.index("-----BEGIN CERT") :]
    with pytest.raises(certificate.SealNotReady, match="cannot be read"):
        certificate.load_signer(NOW)


def test_a_stored_document_whose_seal_is_not_ours_is_not_called_intact(document, sealed, settings):
    settings.RH_VAR_DIR = settings.RH_VAR_DIR.with_name("elsewhere")
    certificate.load_signer(NOW)
    assert verify.examine(sealed).word == Word.UNKNOWN


def test_a_seal_applied_after_its_certificate_expired_does_not_count(sealed):
    late = NOW + certificate.LIFE + timedelta(days=1)
    with pytest.raises(certificate.SealNotReady, match="has expired"):
        seal.seal(plain(), reason="Late", now=late)
    assert seal.verify(sealed_at(NOW)).intact
    assert not seal.verify(sealed_at(late)).intact


def sealed_at(now):
    """A PDF whose seal states this time, even if the certificate is not valid then."""
    writer = IncrementalPdfFileWriter(BytesIO(plain()))
    metadata = signers.PdfSignatureMetadata(field_name=pades.SIGNATURE_FIELD)
    return pades.Signer(metadata, certificate.load_signer(NOW), now).sign_pdf(writer).getvalue()


def test_after_a_renewal_older_seals_stay_valid(sealed):
    old = certificate.own()
    certificate.renew(NOW)
    assert certificate.own() != old
    fresh = seal.seal(plain(), reason="Agreement", now=NOW)
    assert seal.verify(fresh).intact
    assert seal.verify(sealed).intact


@pytest.mark.parametrize("name", [certificate.KEY, certificate.CERTIFICATE])
@pytest.mark.parametrize(
    "body", [None, b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_nothing_is_sealed_while_the_key_or_the_certificate_is_missing_or_broken(
    installation, sealed, name, body
):
    path = installation.RH_VAR_DIR / "seal" / name
    original = path.read_bytes()
    path.unlink() if body is None else path.write_bytes(body)
    with pytest.raises(certificate.SealNotReady):
        certificate.load_signer(NOW)
    assert not seal.has_our_certificate(plain())
    path.write_bytes(original)
    assert certificate.load_signer(NOW)


def test_nothing_is_sealed_with_a_key_that_does_not_match_its_certificate(installation, sealed):
    key = (installation.RH_VAR_DIR / "seal" / certificate.KEY).read_bytes()
    certificate.renew(NOW)
    (installation.RH_VAR_DIR / "seal" / certificate.KEY).write_bytes(key)
    with pytest.raises(certificate.SealNotReady, match="belong together"):
        certificate.load_signer(NOW)


def test_a_lost_key_is_not_replaced_while_sealed_documents_need_it(installation, document):
    assert not seal.not_ready(NOW)
    shutil.rmtree(installation.RH_VAR_DIR / "seal")
    assert "backup" in seal.not_ready(NOW)


def test_every_single_changed_byte_is_found(document, sealed):
    """The hash of the whole file decides, and it differs for every byte that is changed."""
    # The hash of the unchanged start is reused, so that the file is not hashed anew for each byte.
    start, digests = hashlib.sha256(), set()
    for place in range(len(sealed)):
        changed = start.copy()
        changed.update(bytes([sealed[place] ^ 1]))
        changed.update(memoryview(sealed)[place + 1 :])
        digests.add(changed.digest())
        start.update(sealed[place : place + 1])
    assert len(digests) == len(sealed)
    assert bytes.fromhex(document.sha256) not in digests


def test_a_changed_bit_anywhere_is_altered_and_never_merely_unknown(document, sealed):
    """Even if the change is in the certificate by which our seal is recognised."""
    own = certificate.own().public_bytes(Encoding.DER).hex().encode()
    start = sealed.lower().index(own)
    places = [
        *random.Random(30).sample(range(len(sealed)), 40),
        *range(start, start + len(own), 40),
    ]
    assert {verify.examine(flipped(sealed, place)).word for place in places} == {Word.ALTERED}


def test_the_key_is_readable_by_its_owner_alone(installation, sealed):
    folder = installation.RH_VAR_DIR / "seal"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / certificate.KEY).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in installation.RH_VAR_DIR.iterdir()] == ["seal"]


def test_simultaneous_first_uses_create_one_certificate(installation):
    start = Barrier(4)

    def first_use(_n):
        start.wait()
        return certificate.load_signer(NOW).signing_cert.serial_number

    with ThreadPoolExecutor(4) as pool:
        serials = set(pool.map(first_use, range(4)))
    assert serials == {certificate.own().serial_number}
    assert seal.verify(seal.seal(plain(), reason="x", now=NOW)).intact


def result_of_command(tmp_path, pdf):
    """The exit code and the first word of `manage.py verify_document`."""
    file, out = tmp_path / "file.pdf", StringIO()
    file.write_bytes(pdf)
    try:
        call_command("verify_document", str(file), stdout=out)
    except CommandError as error:
        return error.returncode, str(error).split(":")[0]
    return 0, out.getvalue().split(":")[0]


def test_the_command_says_intact_altered_or_unknown(document, sealed, tmp_path):
    _start, _gap, after, _rest = PdfFileReader(BytesIO(sealed)).embedded_signatures[0].byte_range
    assert result_of_command(tmp_path, sealed) == (0, "intact")
    assert result_of_command(tmp_path, sealed + b"x") == (1, "altered")
    assert result_of_command(tmp_path, flipped(sealed, 4000)) == (1, "altered")
    assert result_of_command(tmp_path, flipped(sealed, after - 5)) == (1, "altered")
    assert result_of_command(tmp_path, invoice_pdf(legal_name="Nobody")) == (2, "unknown")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("verify_document", str(tmp_path / "none.pdf"))
