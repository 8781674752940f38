"""The platform seal: a PAdES signature by the installation's own certificate, put on last (rule 30).

It says that the file was not changed since; who signed is told by the evidence inside the document.
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.conf import settings
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko_certvalidator import ValidationContext

LIFE = timedelta(days=3650)
FIELD = "RetainerHubSeal"


@dataclass(frozen=True)
class Verdict:
    """What a file says of itself. `intact` needs all three of the others."""

    signed: bool
    signature_valid: bool
    covers_whole_file: bool
    ours: bool

    @property
    def intact(self) -> bool:
        """Sealed by this installation, and not a byte changed since."""
        return self.signature_valid and self.covers_whole_file and self.ours


def seal(pdf: bytes, *, reason: str, now: datetime) -> bytes:
    """The PDF with a certifying signature that allows no change after it. `now` is the time it states."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        reason=reason,
        certify=True,
        subfilter=fields.SigSeedSubFilter.PADES,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        md_algorithm="sha256",
    )
    out = signers.sign_pdf(writer, metadata, signer=_signer(str(_folder())))
    return bytes(out.getvalue())


def verify(pdf: bytes) -> Verdict:
    """Read the seal of a file. Anything that cannot be read is not intact; nothing is raised for bad files."""
    try:
        signatures = PdfFileReader(BytesIO(pdf)).embedded_signatures
        if len(signatures) != 1:
            return Verdict(bool(signatures), False, False, False)
        trust = ValidationContext(trust_roots=[_signer(str(_folder())).signing_cert], allow_fetching=False)
        status = validate_pdf_signature(signatures[0], trust)
    except (PdfReadError, SignatureValidationError, ValueError, KeyError, TypeError, IndexError, AttributeError):
        return Verdict(False, False, False, False)
    whole = status.coverage.name == "ENTIRE_FILE"
    return Verdict(True, bool(status.intact and status.valid), whole, bool(status.trusted))


def _folder() -> Path:
    return Path(settings.VAR_DIR) / "seal"


@cache
def _signer(folder: str) -> signers.SimpleSigner:
    key, certificate = Path(folder) / "key.pem", Path(folder) / "certificate.pem"
    if not certificate.exists():
        _make(key, certificate, datetime.now(UTC))
    loaded = signers.SimpleSigner.load(str(key), str(certificate))
    if loaded is None:
        raise FileNotFoundError(f"The seal in {folder} cannot be read.")
    return loaded


def _make(key: Path, certificate: Path, now: datetime) -> None:
    """A new EC P-256 key and its self-signed certificate; the key is readable by this user alone."""
    key.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Retainer Hub"),
            x509.NameAttribute(NameOID.COMMON_NAME, "Retainer Hub document seal"),
        ]
    )
    usage = dict.fromkeys(
        ("data_encipherment", "key_encipherment", "key_agreement", "key_cert_sign", "crl_sign"), False
    )
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True, content_commitment=True, encipher_only=False, decipher_only=False, **usage
            ),
            critical=True,
        )
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .sign(secret, hashes.SHA256())
    )
    body = secret.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(body)
    certificate.write_bytes(built.public_bytes(serialization.Encoding.PEM))
