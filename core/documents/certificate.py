"""The installation's own key and certificate for sealing documents, made once, at first use."""

import os
import tempfile
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.conf import settings
from pyhanko.sign.signers import SimpleSigner

LIFE = timedelta(days=3650)
KEY, CERTIFICATE = "key.pem", "certificate.pem"


def signer(now: datetime) -> SimpleSigner:
    """What signs with the installation's key. The first call of an installation makes the pair, valid from `now`."""
    folder = _folder()
    if not (folder / CERTIFICATE).exists():
        _make(folder, now)
    return _load(folder)


def own() -> x509.Certificate | None:
    """The certificate that this installation seals with; None where it has not sealed anything yet."""
    path = _folder() / CERTIFICATE
    return x509.load_pem_x509_certificate(path.read_bytes()) if path.exists() else None


def _folder() -> Path:
    return Path(settings.RH_VAR_DIR) / "seal"


@cache
def _load(folder: Path) -> SimpleSigner:
    files = str(folder / KEY), str(folder / CERTIFICATE)
    loaded: SimpleSigner | None = SimpleSigner.load(*files)  # type: ignore[no-untyped-call]  # pyHanko's is
    if loaded is None:
        raise FileNotFoundError(f"The key and certificate in {folder} cannot be read.")
    return loaded


def _make(folder: Path, now: datetime) -> None:
    """Both files appear at once by renaming a folder, so two first uses can never mix their halves."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    secret = ec.generate_private_key(ec.SECP256R1())
    key = secret.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="seal-", ignore_cleanup_errors=True) as temporary:
        made = Path(temporary)  # mode 0700
        _write(made / KEY, key)
        _write(made / CERTIFICATE, _certificate(secret, now).public_bytes(serialization.Encoding.PEM))
        try:
            made.rename(folder)
        except OSError:
            if not (folder / CERTIFICATE).exists():
                raise  # not because another process was first


def _write(path: Path, body: bytes) -> None:
    """Readable by this user alone, and on the disk before anything is sealed with it."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())


def _certificate(secret: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Retainer Hub"),
            x509.NameAttribute(NameOID.COMMON_NAME, "Retainer Hub document seal"),
        ]
    )
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(), critical=True)
        # poppler's pdfsig trusts only certificates that may protect email
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .sign(secret, hashes.SHA256())
    )


def _usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
