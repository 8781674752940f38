"""The platform seal: a PAdES signature by the installation's own certificate, put on last (rule 30).

It says that the file was not changed since; who signed is told by the evidence inside the document.
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

FIELD = "RetainerHubSeal"
STAMP_WITHIN = 5  # seconds for an answer of the time stamp service
ASK_AGAIN = 300  # seconds after one that failed
STAMPS_FAIL = "timestamp:fails"
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Verdict:
    """What a file says of itself. `ours`: it carries this installation's certificate, whatever else it holds.

    A valid signature alone does not mean untouched (padding can be changed): who asks whether a file is the
    one that was issued asks core.documents.verify, which knows every file by its whole hash as well.
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
        """Sealed by this installation, and nothing that the seal covers was changed or added since."""
        return self.signature_valid and self.covers_whole_file and self.trusted


class _Signer(signers.PdfSigner):
    """States the time it is given instead of reading the clock."""

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
    """The PDF with a certifying signature that allows no change after it. `now` is the time it states."""
    return stamped(pdf, reason=reason, now=now)[0]


def stamped(pdf: bytes, *, reason: str, now: datetime) -> tuple[bytes, str]:
    """The sealed PDF, and in words for the record what became of its RFC 3161 time stamp; "" where none is asked for.

    It is an extra: whatever the time stamp service does, the paper is sealed.
    """
    if not settings.TIMESTAMP_URL:
        return _sign(pdf, reason, now, None), ""
    if why := cache.get(STAMPS_FAIL):
        return _sign(pdf, reason, now, None), f"none, because {why}"
    try:
        sealed = _sign(
            pdf, reason, now, HTTPTimeStamper(settings.TIMESTAMP_URL, timeout=STAMP_WITHIN)
        )
        stamp = verify(sealed)
        if stamp.stamped_at is None:
            raise ValueError("its answer is not a valid time stamp")
        return sealed, f"{stamp.stamped_at.isoformat()}, {stamp.stamped_by}"
    except certificate.SealNotReady:
        raise
    except Exception as error:  # noqa: BLE001 - a stranger's server: whatever it answers
        why = f"{type(error).__name__}: {error}"[:200]
        logger.warning("No time stamp: %s", why)
        cache.set(STAMPS_FAIL, why, ASK_AGAIN)
        return _sign(pdf, reason, now, None), f"none, because {why}"


def _sign(pdf: bytes, reason: str, now: datetime, timestamper: TimeStamper | None) -> bytes:
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        reason=reason,
        certify=True,
        subfilter=fields.SigSeedSubFilter.PADES,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        md_algorithm="sha256",
    )
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    out = _Signer(metadata, certificate.signer(now), now, timestamper).sign_pdf(writer)
    return bytes(out.getvalue())


def not_ready(now: datetime) -> str:
    """Why nothing can be sealed now, in words; "" where all is well. A pair that is lost is never made anew in
    silence: what was sealed with it could no longer be told from a forgery."""
    if certificate.own() is None and Document.objects.filter(kind__startswith=SEALED).exists():
        return _("The key and the certificate of the seal are gone. Put them back from the backup.")
    return certificate.trouble(now)


def is_ours(pdf: bytes) -> bool:
    """Whether it carries a certificate of this installation, whole or with a damage in one half of it."""
    text = pdf.lower()
    return any(half in text for each in certificate.ours() for half in _halves(each))


def _halves(own: Certificate) -> tuple[bytes, bytes]:
    text = own.public_bytes(Encoding.DER).hex().encode()
    return text[: len(text) // 2], text[len(text) // 2 :]


def verify(pdf: bytes) -> Verdict:
    """Read the seal of a file. A file that cannot be read is not intact; nothing is raised for a bad one."""
    ours = is_ours(pdf)
    try:
        return _read(pdf, ours)
    except Exception:  # any bytes come in, and a parser's trouble with them is the answer "no"
        logger.debug("A file's seal could not be read", exc_info=True)
        return Verdict(signed=ours, ours=ours)


def _read(pdf: bytes, ours: bool) -> Verdict:
    signatures = PdfFileReader(BytesIO(pdf)).embedded_signatures
    if len(signatures) != 1:
        return Verdict(signed=bool(signatures) or ours, ours=ours)
    found = signatures[0]
    own = {each.public_bytes(Encoding.DER): each for each in certificate.ours()}
    roots = [root for body in own for root in load_certs_from_pemder_data(body)]
    trust = ValidationContext(trust_roots=roots, allow_fetching=False)
    status = validate_pdf_signature(found, trust)
    stated, by = status.signer_reported_dt, own.get(status.signing_cert.dump())
    # the validator asks no dates of a root: the seal must state a time before the end of its certificate
    in_time = by is not None and stated is not None and stated <= by.not_valid_after_utc
    return Verdict(
        signed=True,
        signature_valid=bool(status.intact and status.valid),
        covers_whole_file=status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        trusted=bool(status.trusted) and in_time,
        ours=ours,
        signed_at=stated,
        reason=str(found.sig_object.get("/Reason", "")),
        **_stamp(status.timestamp_validity),
    )


def _stamp(status: TimestampSignatureStatus | None) -> dict[str, Any]:
    """When, and by the name of whom; a token that does not belong to this seal is none."""
    if status is None or not (status.intact and status.valid):
        return {}
    return {
        "stamped_at": status.timestamp,
        "stamped_by": status.signing_cert.subject.human_friendly,
    }
