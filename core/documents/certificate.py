"""The installation's own key and certificate for sealing documents, made once, at first use."""

import os
import tempfile
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.conf import settings
from django.utils.translation import gettext as _
from pyhanko.sign.signers import SimpleSigner

from core.errors import RuleError

LIFE = timedelta(days=3650)
KEY, CERTIFICATE, FORMER = "key.pem", "certificate.pem", "former"


class SealNotReady(RuleError):
    """The key or the certificate is missing, broken or out of date: what was signed waits for its seal."""


def signer(now: datetime) -> SimpleSigner:
    """What signs with the installation's key. The first call of an installation makes the pair, valid from `now`.

    Raises SealNotReady.
    """
    folder = _folder()
    if not folder.exists():
        _make(folder, now)
    if why := trouble(now):
        raise SealNotReady(why)
    return _load(folder, *((folder / name).stat().st_mtime_ns for name in (KEY, CERTIFICATE)))


def trouble(now: datetime) -> str:
    """What is wrong with the pair, in words; "" where it can seal, or is made at its first use."""
    folder = _folder()
    if not folder.exists():
        return ""
    present = own()
    try:
        key = serialization.load_pem_private_key((folder / KEY).read_bytes(), None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        present = None
    if present is None:
        return _("The key or the certificate of the seal is missing or cannot be read.")
    if _public(key.public_key()) != _public(present.public_key()):
        return _("The key and the certificate of the seal do not belong together.")
    if now > present.not_valid_after_utc:
        return _("The certificate of the seal has ended.")
    return ""


def days_left(now: datetime) -> int | None:
    """Whole days until the certificate ends; None where there is none."""
    present = own()
    return (present.not_valid_after_utc - now).days if present else None


def ours() -> list[x509.Certificate]:
    """Every certificate that this installation has sealed with: the present one, and the former ones."""
    former = sorted((_folder() / FORMER).glob("*.pem"))
    return [each for each in (own(), *map(_certificate_in, former)) if each]


def renew(now: datetime) -> x509.Certificate:
    """A new pair from now on; the certificate before it is kept, so that what it sealed stays confirmed.

    The key is put in place first: whoever seals between the two steps finds a pair that does not fit, and waits.
    """
    folder = _folder()
    if present := own():
        (folder / FORMER).mkdir(exist_ok=True)
        kept = folder / FORMER / f"{present.serial_number:x}.pem"
        _replace(kept, present.public_bytes(serialization.Encoding.PEM))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, body in _pair(now).items():
        _replace(folder / name, body)
    made = own()
    assert made
    return made


def own() -> x509.Certificate | None:
    """The certificate that this installation seals with; None where there is none that can be read."""
    return _certificate_in(_folder() / CERTIFICATE)


def _certificate_in(path: Path) -> x509.Certificate | None:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError):
        return None


def _folder() -> Path:
    return Path(settings.RH_VAR_DIR) / "seal"


@cache
def _load(folder: Path, *_written: int) -> SimpleSigner:
    """Read once, and again when a file was replaced."""
    files = str(folder / KEY), str(folder / CERTIFICATE)
    loaded: SimpleSigner | None = SimpleSigner.load(*files)  # type: ignore[no-untyped-call]  # pyHanko's is
    if loaded is None:
        raise FileNotFoundError(f"The key and certificate in {folder} cannot be read.")
    return loaded


def _make(folder: Path, now: datetime) -> None:
    """Both files appear at once by renaming a folder, so two first uses can never mix their halves."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        dir=folder.parent, prefix="seal-", ignore_cleanup_errors=True
    ) as temporary:
        made = Path(temporary)  # mode 0700
        for name, body in _pair(now).items():
            _write(made / name, body)
        try:
            made.rename(folder)
        except OSError:
            if not (folder / CERTIFICATE).exists():
                raise  # not because another process was first


def _pair(now: datetime) -> dict[str, bytes]:
    """The two files of a new pair, by name, the key first."""
    secret = ec.generate_private_key(ec.SECP256R1())
    key = secret.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {
        KEY: key,
        CERTIFICATE: _certificate(secret, now).public_bytes(serialization.Encoding.PEM),
    }


def _public(key: object) -> bytes:
    """A public key as bytes, to be compared."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.DER, form)  # type: ignore[attr-defined,no-any-return]


def _write(path: Path, body: bytes) -> None:
    """Readable by this user alone, and on the disk before anything is sealed with it."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())


def _replace(path: Path, body: bytes) -> None:
    """Whole or not at all, whatever stood there before."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    _write(fresh, body)
    fresh.replace(path)


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
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False
        )
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
