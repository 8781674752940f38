"""Seals PDFs with a PAdES signature by the installation's own certificate (rule 30).

The seal is applied last and proves that the file was not changed since. It does not say who signed
the agreement: that is in the evidence, which is part of the document.
"""

import logging
from datetime import datetime

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate
from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _

from core.documents import certificate
from core.documents.seal_status import SealStatus
from core.models import Document
from core.models.document import SEALED

TIMESTAMP_TIMEOUT = 5  # seconds to wait for an answer of the time stamp service
RETRY_AFTER = 300  # seconds without a new request after one that failed
FAILURE_CACHE_KEY = "timestamp:fails"
logger = logging.getLogger(__name__)


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
        return _sign(pdf, reason, now), ""
    if failure := cache.get(FAILURE_CACHE_KEY):  # a recent request failed: do not wait again
        return _sign(pdf, reason, now), f"none, because {failure}"
    try:
        sealed = _sign(pdf, reason, now, settings.TIMESTAMP_URL)
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
        return _sign(pdf, reason, now), f"none, because {failure}"


def _sign(pdf: bytes, reason: str, now: datetime, timestamp_url: str = "") -> bytes:
    from core.documents import pades

    return pades.sign(
        pdf,
        reason=reason,
        now=now,
        signer=certificate.load_signer(now),
        timestamp_url=timestamp_url,
        timeout=TIMESTAMP_TIMEOUT,
    )


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
    from core.documents import pades

    ours = has_our_certificate(pdf)
    try:
        return pades.read(pdf, certificate.all_certificates(), ours=ours)
    except Exception:  # the file may hold anything, and the parser may raise anything
        logger.debug("A file's seal could not be read", exc_info=True)
        return SealStatus(signed=ours, ours=ours)
