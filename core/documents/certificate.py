"""The installation's private key and X.509 certificate for sealing documents.

They are created at first use, in the folder `seal` of RH_VAR_DIR. Certificates that were replaced
are kept there too, because documents that were sealed with them must stay verifiable. Where the
setting SEAL holds all of them, the folder is not used.
"""

import os
import re
import tempfile
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.conf import settings
from django.utils.translation import gettext as _

from core.errors import RuleError

if TYPE_CHECKING:
    from pyhanko.sign.signers import SimpleSigner

LIFE = timedelta(days=3650)  # how long a new certificate is valid
KEY, CERTIFICATE = "key.pem", "certificate.pem"
FORMER = "former"  # subfolder of the certificates that were replaced
PEM = re.compile(r"-----BEGIN ([A-Z ]+)-----.+?-----END \1-----\n?", re.DOTALL)


class SealNotReady(RuleError):
    """The key or the certificate is missing, broken or expired: nothing can be sealed now.

    Signed agreements wait for their seal until the problem is solved.
    """


def load_signer(now: datetime) -> "SimpleSigner":
    """pyHanko's signer with the installation's key and certificate. Raises SealNotReady.

    The first call of an installation creates the pair, valid from `now`.
    """
    folder = _folder()
    if not settings.SEAL and not folder.exists():
        _create_folder(folder, now)
    if problem := trouble(now):
        raise SealNotReady(problem)
    if settings.SEAL:
        return _load_given(settings.SEAL)
    return _load(folder, *((folder / name).stat().st_mtime_ns for name in (KEY, CERTIFICATE)))


def trouble(now: datetime) -> str:
    """What is wrong with the key or the certificate, as a translated sentence.

    "" if the pair can seal, or if it does not exist yet and would be created at first use.
    """
    if not settings.SEAL and not _folder().exists():
        return ""
    present = own()
    try:
        key = serialization.load_pem_private_key(_key(), None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        present = None
    if present is None:
        return _("The key or the certificate of the seal is missing or cannot be read.")
    if _public(key.public_key()) != _public(present.public_key()):
        return _("The key and the certificate of the seal do not belong together.")
    if now > present.not_valid_after_utc:
        return _("The certificate of the seal has expired.")
    return ""


def days_left(now: datetime) -> int | None:
    """Whole days until the certificate expires; None if there is no readable certificate."""
    present = own()
    return (present.not_valid_after_utc - now).days if present else None


def all_certificates() -> list[x509.Certificate]:
    """Every certificate that this installation has sealed with, the present one first."""
    if settings.SEAL:
        certificates = [*map(_parsed, _given("CERTIFICATE"))]
    else:
        former = sorted((_folder() / FORMER).glob("*.pem"))
        certificates = [own(), *map(_read_certificate, former)]
    return [certificate for certificate in certificates if certificate]


def renew(now: datetime) -> x509.Certificate:
    """Replace the key and the certificate by a new pair, valid from `now`; returns the certificate.

    The previous certificate is kept, so that the documents it sealed stay verifiable. The key is
    replaced first: a process that seals between the two steps finds a key that does not match the
    certificate, and waits. Raises RuleError where the pair is in the setting SEAL.
    """
    if settings.SEAL:
        raise RuleError(
            _("The seal is in the setting SEAL: renew_seal --print prints a new one for it.")
        )
    folder = _folder()
    if present := own():
        (folder / FORMER).mkdir(exist_ok=True)
        kept = folder / FORMER / f"{present.serial_number:x}.pem"
        _replace(kept, present.public_bytes(serialization.Encoding.PEM))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, body in _new_pair(now).items():
        _replace(folder / name, body)
    renewed = own()
    assert renewed
    return renewed


def own() -> x509.Certificate | None:
    """The certificate that this installation seals with; None if there is no readable one."""
    if settings.SEAL:
        return next(map(_parsed, _given("CERTIFICATE")), None)
    return _read_certificate(_folder() / CERTIFICATE)


def renewed_text(now: datetime) -> str:
    """A new SEAL: a new key, its certificate, and every certificate from before. Keeps nothing."""
    former = [each.public_bytes(serialization.Encoding.PEM) for each in all_certificates()]
    return b"".join([*_new_pair(now).values(), *former]).decode()


def _given(kind: str) -> list[bytes]:
    """The parts of SEAL whose label ends so."""
    found = PEM.finditer(settings.SEAL)
    return [part[0].encode() for part in found if part[1].endswith(kind)]


def _key() -> bytes:
    """The private key as PEM. Raises OSError or ValueError."""
    if not settings.SEAL:
        return (_folder() / KEY).read_bytes()
    keys = _given("PRIVATE KEY")
    if not keys:
        raise ValueError("SEAL has no private key")
    return keys[0]


def _read_certificate(path: Path) -> x509.Certificate | None:
    try:
        return _parsed(path.read_bytes())
    except OSError:
        return None


def _parsed(pem: bytes) -> x509.Certificate | None:
    try:
        return x509.load_pem_x509_certificate(pem)
    except ValueError:
        return None


def _folder() -> Path:
    return Path(settings.RH_VAR_DIR) / "seal"


@cache
def _load(folder: Path, *_modified_at: int) -> "SimpleSigner":
    """The signer of these files; read again only when one of them was modified."""
    from pyhanko.sign.signers import SimpleSigner  # not at the start: see core.documents.pades

    files = str(folder / KEY), str(folder / CERTIFICATE)
    loaded: SimpleSigner | None = SimpleSigner.load(*files)  # type: ignore[no-untyped-call]
    if loaded is None:
        raise FileNotFoundError(f"The key and certificate in {folder} cannot be read.")
    return loaded


@cache
def _load_given(seal: str) -> "SimpleSigner":
    """The signer of the setting SEAL, which was found to be sound."""
    from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    return SimpleSigner(
        signing_cert=next(iter(load_certs_from_pemder_data(_given("CERTIFICATE")[0]))),
        signing_key=load_private_key_from_pemder_data(_key(), None),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
    )


def _create_folder(folder: Path, now: datetime) -> None:
    """Create the folder with a new pair.

    Both files are written to a temporary folder, which is then renamed: two processes that seal for
    the first time at once can never mix the key of one with the certificate of the other.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        dir=folder.parent, prefix="seal-", ignore_cleanup_errors=True
    ) as temporary:
        fresh = Path(temporary)  # has mode 0700
        for name, body in _new_pair(now).items():
            _write(fresh / name, body)
        try:
            fresh.rename(folder)
        except OSError:
            # If the certificate is there, another process was first and its pair is used.
            if not (folder / CERTIFICATE).exists():
                raise


def _new_pair(now: datetime) -> dict[str, bytes]:
    """The contents of the two files of a new pair by file name, the key first."""
    private_key = ec.generate_private_key(ec.SECP256R1())
    key = private_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {
        KEY: key,
        CERTIFICATE: _certificate(private_key, now).public_bytes(serialization.Encoding.PEM),
    }


def _public(key: object) -> bytes:
    """A public key as bytes, so that two keys can be compared."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.DER, form)  # type: ignore[attr-defined,no-any-return]


def _write(path: Path, body: bytes) -> None:
    """Write a new file that only this user can read, and flush it to disk."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())


def _replace(path: Path, body: bytes) -> None:
    """Replace a file as a whole: after a crash it holds either the old or the new contents."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    _write(fresh, body)
    fresh.replace(path)


def _certificate(private_key: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
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
        .public_key(private_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(), critical=True)
        # poppler's pdfsig trusts only certificates that may protect email
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False
        )
        .sign(private_key, hashes.SHA256())
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
