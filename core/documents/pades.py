"""Signs PDFs by PAdES, and reads such signatures, with pyHanko.

pyHanko takes a fifth of the time that a process needs to start, so this module is imported where a
PDF is sealed or checked, not at the start.
"""

from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate
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

from core.documents.seal_status import SealStatus

SIGNATURE_FIELD = "RetainerHubSeal"


class Signer(signers.PdfSigner):
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


def sign(
    pdf: bytes,
    *,
    reason: str,
    now: datetime,
    signer: signers.Signer,
    timestamp_url: str = "",
    timeout: float = 0,
) -> bytes:
    """The PDF with a certifying signature that permits no later change.

    `now` is the signing time that the signature states, `timeout` how many seconds the time stamp
    service may take for an answer. Whatever it does wrong is raised as it comes.
    """
    metadata = signers.PdfSignatureMetadata(
        field_name=SIGNATURE_FIELD,
        reason=reason,
        certify=True,
        subfilter=fields.SigSeedSubFilter.PADES,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        md_algorithm="sha256",
    )
    timestamper = HTTPTimeStamper(timestamp_url, timeout=timeout) if timestamp_url else None
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    certifying = Signer(metadata, signer, now, timestamper)
    return bytes(certifying.sign_pdf(writer).getvalue())


def read(pdf: bytes, certificates: Iterable[Certificate], *, ours: bool) -> SealStatus:
    """What the signature of a file proves, when those certificates are trusted.

    Raises whatever the parser raises at a file that is no PDF, or a damaged one.
    """
    signatures = PdfFileReader(BytesIO(pdf)).embedded_signatures
    if len(signatures) != 1:
        return SealStatus(signed=bool(signatures) or ours, ours=ours)
    signature = signatures[0]
    own = {each.public_bytes(Encoding.DER): each for each in certificates}
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
