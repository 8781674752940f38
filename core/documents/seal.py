"""Seals PDFs with a PAdES signature by the installation's own certificate (rule 30).

The seal is applied last and proves that the file was not changed since. It does not say who signed
the agreement: that is in the evidence, which is part of the document.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate
from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.timestamps import HTTPTimeStamper, TimeStamper
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel, TimestampSignatureStatus
from pyhanko_certvalidator import ValidationContext

from core.documents import certificate
from core.models import Document
from core.models.document import SEALED

SIGNATURE_FIELD = "RetainerHubSeal"
TIMESTAMP_TIMEOUT = 5  # seconds to wait for an answer of the time stamp service
RETRY_AFTER = 300  # seconds without a new request after one that failed
FAILURE_CACHE_KEY = "timestamp:fails"
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class SealStatus:
    """What the signature of a file proves. All times are UTC.

    `ours` tells that the file contains a certificate of this installation, whether or not its
    signature is valid. A valid signature does not prove that every byte is unchanged, because the
    padding around it can be altered. Use core.documents.verify to find out whether a file is the
    one that was issued: it also compares the hash of the whole file.
    """

    signed: bool = False
    signature_valid: bool = False
    covers_whole_file: bool = False
    trusted: bool = False
    ours: bool = False
    signed_at: datetime | None = None
    reason: str = ""
    stamped_at: datetime | None = None
    stamped_by: str = ""

    @property
    def intact(self) -> bool:
        """Whether this installation sealed the file, and nothing was changed or added since.

        Bytes that the signature does not cover (its padding) are not checked.
        """
        return self.signature_valid and self.covers_whole_file and self.trusted


class _Signer(signers.PdfSigner):
    """A pyHanko signer that states the time it is given instead of reading the clock."""

    def __init__(
        self,
        metadata: signers.PdfSignatureMetadata,
        signer: signers.Signer,
        now: datetime,
        timestamper: TimeStamper | None = None,
    ) -> None:
        super().__init__(metadata, signer, timestamper=timestamper)
        self.now = now

    def init_signing_session(
        self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False
    ) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self.now
        return session


def seal(pdf: bytes, *, reason: str, now: datetime) -> bytes:
    """The PDF with a certifying signature that permits no later change.

    `now` is the signing time that the signature states. Raises SealNotReady.
    """
    return stamped(pdf, reason=reason, now=now)[0]


def stamped(pdf: bytes, *, reason: str, now: datetime) -> tuple[bytes, str]:
    """The sealed PDF, and a note for the audit trail about its RFC 3161 time stamp.

    The note is the stamp's time and authority, or the reason why there is none; it is "" if no
    TIMESTAMP_URL is set. The document is sealed whatever the time stamp service does. Raises
    SealNotReady.
    """
    if not settings.TIMESTAMP_URL:
        return _sign(pdf, reason, now, None), ""
    if failure := cache.get(FAILURE_CACHE_KEY):  # a recent request failed: do not wait again
        return _sign(pdf, reason, now, None), f"none, because {failure}"
    try:
        service = HTTPTimeStamper(settings.TIMESTAMP_URL, timeout=TIMESTAMP_TIMEOUT)
        sealed = _sign(pdf, reason, now, service)
        status = verify(sealed)
        if status.stamped_at is None:
            raise ValueError("its answer is not a valid time stamp")
        return sealed, f"{status.stamped_at.isoformat()}, {status.stamped_by}"
    except certificate.SealNotReady:
        raise
    except Exception as error:  # noqa: BLE001 - the service may answer anything
        failure = f"{type(error).__name__}: {error}"[:200]
        logger.warning("No time stamp: %s", failure)
        cache.set(FAILURE_CACHE_KEY, failure, RETRY_AFTER)
        return _sign(pdf, reason, now, None), f"none, because {failure}"


def _sign(pdf: bytes, reason: str, now: datetime, timestamper: TimeStamper | None) -> bytes:
    metadata = signers.PdfSignatureMetadata(
        field_name=SIGNATURE_FIELD,
        reason=reason,
        certify=True,
        subfilter=fields.SigSeedSubFilter.PADES,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        md_algorithm="sha256",
    )
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    signer = _Signer(metadata, certificate.load_signer(now), now, timestamper)
    return bytes(signer.sign_pdf(writer).getvalue())


def not_ready(now: datetime) -> str:
    """Why nothing can be sealed now, as a translated sentence; "" if sealing works.

    A lost key and certificate are never replaced silently: documents that were sealed with the old
    certificate could no longer be told from forgeries.
    """
    if certificate.own() is None and Document.objects.filter(kind__startswith=SEALED).exists():
        return _("The key and the certificate of the seal are gone. Put them back from the backup.")
    return certificate.trouble(now)


def has_our_certificate(pdf: bytes) -> bool:
    """Whether the file contains a certificate of this installation.

    Either half of the certificate is enough, so that damage to one of them does not hide it.
    """
    text = pdf.lower()
    return any(half in text for own in certificate.all_certificates() for half in _halves(own))


def _halves(own: Certificate) -> tuple[bytes, bytes]:
    """The two halves of a certificate, in hexadecimal, which is how it stands in a PDF."""
    text = own.public_bytes(Encoding.DER).hex().encode()
    return text[: len(text) // 2], text[len(text) // 2 :]


def verify(pdf: bytes) -> SealStatus:
    """Read the seal of a file. Never raises: a file that cannot be parsed is simply not intact."""
    ours = has_our_certificate(pdf)
    try:
        return _read(pdf, ours)
    except Exception:  # the file may hold anything, and the parser may raise anything
        logger.debug("A file's seal could not be read", exc_info=True)
        return SealStatus(signed=ours, ours=ours)


def _read(pdf: bytes, ours: bool) -> SealStatus:
    signatures = PdfFileReader(BytesIO(pdf)).embedded_signatures
    if len(signatures) != 1:
        return SealStatus(signed=bool(signatures) or ours, ours=ours)
    signature = signatures[0]
    own = {each.public_bytes(Encoding.DER): each for each in certificate.all_certificates()}
    roots = [root for body in own for root in load_certs_from_pemder_data(body)]
    trust = ValidationContext(trust_roots=roots, allow_fetching=False)
    status = validate_pdf_signature(signature, trust)
    stated_at, signed_by = status.signer_reported_dt, own.get(status.signing_cert.dump())
    # pyHanko does not check the dates of a trust root, and ours is one. Therefore compare them
    # here: the seal must state a time before its certificate expired.
    in_time = (
        signed_by is not None
        and stated_at is not None
        and stated_at <= signed_by.not_valid_after_utc
    )
    return SealStatus(
        signed=True,
        signature_valid=bool(status.intact and status.valid),
        covers_whole_file=status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        trusted=bool(status.trusted) and in_time,
        ours=ours,
        signed_at=stated_at,
        reason=str(signature.sig_object.get("/Reason", "")),
        **_stamp(status.timestamp_validity),
    )


def _stamp(status: TimestampSignatureStatus | None) -> dict[str, Any]:
    """The time and the authority of a valid time stamp; nothing for a token that is not valid."""
    if status is None or not (status.intact and status.valid):
        return {}
    return {
        "stamped_at": status.timestamp,
        "stamped_by": status.signing_cert.subject.human_friendly,
    }
